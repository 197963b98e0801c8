"""XML documents bent out of shape: elements changed, then now and then the bytes themselves."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from lxml import etree

from proof.mutation import TEXTS, Choices

_LEGAL = [
    text
    for text in TEXTS
    if not any((ord(c) < 32 and c not in "\t\r\n") or 0xD800 <= ord(c) < 0xE000 or c == "\ufffe" for c in text)
]
"""Texts that XML can hold; the others come as bytes."""

_BYTES = (
    b"", b"\0", b"\xff", b"&#0;", b"&#xD800;", b"&#1;", b"&undefined;", b"<!DOCTYPE R>", b"<![CDATA[", b"<!--", b"<?x", b"<", b">",
    b"]]>", b"</a>", b"<a>", b'<a b="1" b="2"/>', b"&#x1F600;", b"\xed\xa0\x80", b"\xfe\xff", b' xmlns:q="urn:q"', b"<q:a/>",
    b"<a>" * 300, b"<?xml version='1.0' encoding='utf-16'?>",
)  # fmt: skip

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def mutated_xml(choose: Choices, document: bytes, most: int = 3) -> bytes:
    """Change an honest document in a few places."""
    root = etree.fromstring(document)
    for _ in range(1 + choose.below(most)):
        choose.one_of(_CHANGES)(choose, choose.one_of(list(root.iter(etree.Element))))
    changed: bytes = etree.tostring(root)
    return _spoilt(choose, changed) if choose.below(3) == 1 else changed


def _spoilt(choose: Choices, document: bytes) -> bytes:
    """A piece of the bytes replaced by something else, or the end cut off."""
    at = choose.below(len(document) + 1)
    if choose.below(2):
        return document[:at]
    cut = choose.below(21)
    return document[:at] + choose.one_of(_BYTES) + document[at + cut :]


def _text(choose: Choices, element: Any) -> None:
    element.text = choose.one_of(_LEGAL)


def _tail(choose: Choices, element: Any) -> None:
    element.tail = choose.one_of(_LEGAL)


def _spoil(choose: Choices, element: Any) -> None:
    element.text = f"{element.text or ''}{choose.one_of(_LEGAL)}"


def _drop(_: Choices, element: Any) -> None:
    if element.getparent() is not None:
        element.getparent().remove(element)


def _double(_: Choices, element: Any) -> None:
    if element.getparent() is not None:
        element.addnext(deepcopy(element))


def _nest(_: Choices, element: Any) -> None:
    element.append(deepcopy(element))


def _rename(choose: Choices, element: Any) -> None:
    element.tag = choose.one_of(("a", "{urn:q}a", "text", element.tag))


def _attribute(choose: Choices, element: Any) -> None:
    element.set(*choose.one_of(((NIL, "true"), (NIL, "1"), ("a", ""), ("{urn:q}a", "b"), ("id", "1"))))


_CHANGES: tuple[Callable[[Choices, Any], None], ...] = (
    _text,
    _text,
    _spoil,
    _tail,
    _drop,
    _double,
    _nest,
    _rename,
    _attribute,
)
