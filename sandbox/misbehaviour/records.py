"""Finds the records of an answer, in JSON or XML, also when one lies as text inside the other, and changes them."""

import re
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from sandbox.misbehaviour import json_records, xml_records

DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)""")


class Records(Protocol):
    """The records of one answer."""

    def __len__(self) -> int:
        """How many there are."""

    def keep(self, part: slice) -> None:
        """Leaves out all others."""

    def put(self, index: int, path: str, value: object) -> None:
        """Overwrites or adds a field of a record; nothing happens beyond the last record."""

    def drop(self, index: int, path: str) -> None:
        """Removes a field of a record."""

    def first_field(self) -> str | None:
        """The name of the first record's first plain field."""

    def declare(self, count: int) -> None:
        """Makes the totals of the answer say so many records, on one page."""


Edit = Callable[[Records], None]
EDITORS: Mapping[str, Callable[[str, Edit, Callable[[str], str]], str]] = {
    "<": xml_records.edited,
    "{": json_records.edited,
    "[": json_records.edited,
}
"""By the first character of a document."""


def edited_bytes(body: bytes, edit: Edit) -> bytes:
    """The body after the change, in the encoding it declares; one without records stays as it is."""
    found = DECLARED.match(body.lstrip())
    encoding = found.group(1).decode() if found else "utf-8"
    return edited(body.decode(encoding), edit).encode(encoding)


def edited(text: str, edit: Edit) -> str:
    """The same for text; one that is neither JSON nor XML stays as it is."""
    editor = EDITORS.get(text.lstrip()[:1])
    if editor is None:
        return text
    try:
        return editor(text, edit, lambda inner: edited(inner, edit))
    except (msgspec.DecodeError, SyntaxError):
        # It only looked like a document, as a remark in brackets does, or HTML.
        return text
