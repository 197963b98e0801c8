"""What may stand in a row: judged by the model's own columns, and by what PostgreSQL can hold, without asking the engine."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column

from gateway.mapping.compile import Mapped, Mapping
from gateway.records import Refused

LONGEST_KEY = 600
"""Characters; of four bytes each they just fit into PostgreSQL's index entries."""


class Unsound(AssertionError):
    """Something passed that must not."""


def check_passed(mapping: Mapping, found: Mapped) -> None:
    """Every value of a row and of its parts fits its column."""
    table = mapping.entity.table
    row = dict(zip(mapping.columns, found.values, strict=True))
    if len(row[mapping.entity.code]) > LONGEST_KEY:
        raise Unsound(f"a key of {len(row[mapping.entity.code])} characters")
    _check(row, (table.c[name] for name in mapping.entity.columns))
    for part in mapping.parts:
        for each in found.parts[part.name]:
            _check(each, (column for column in part.table.c if column.name != "procedure_id"))


def check_refused(found: Refused) -> None:
    """A refusal says why and where, and can be stored itself."""
    if not found.reject.reason or not found.reject.path:
        raise Unsound("a refusal without reason or path")
    check_name(found.key or "")
    for text in (found.reject.reason, found.reject.path, found.reject.value):
        _check_storable(text)


def check_name(name: str) -> None:
    """A name that stands in an index."""
    if len(name) > LONGEST_KEY:
        raise Unsound(f"a name of {len(name)} characters")
    _check_storable(name)


def _check_storable(text: str) -> None:
    if "\0" in text:
        raise Unsound("a NUL character in text")
    if not text.isascii() and text != text.encode("utf-8", "replace").decode():
        raise Unsound("half a surrogate pair in text")


def _text(text: str) -> None:
    _check_storable(text)
    if not unicodedata.is_normalized("NFC", text):
        raise Unsound("text that is not in NFC")


def _check(row: dict[str, Any], columns: Iterator[Column[Any]]) -> None:
    for column in columns:
        value = row.get(column.name)
        if value is None or value == "":
            if not column.nullable:
                raise Unsound(f"{column.name} is {value!r}")
            continue
        expected = column.type.python_type
        if type(value) is not expected and not (expected is Decimal and type(value) is int):
            raise Unsound(f"{column.name} holds a {type(value).__name__}")
        _KINDS.get(type(value), _anything)(value)


def _integer(value: int) -> None:
    if not -(2**31) <= value < 2**31:
        raise Unsound("an integer that is too large")


def _decimal(value: Decimal) -> None:
    if not value.is_finite() or not -1000 < value.adjusted() < 1000:
        raise Unsound("a number that no numeric column holds")


def _instant(value: datetime) -> None:
    if value.tzinfo is not UTC:
        raise Unsound("an instant that is not in UTC")


def _anything(_: Any) -> None:
    return None


_KINDS: dict[type, Any] = {str: _text, int: _integer, Decimal: _decimal, datetime: _instant, date: _anything}
