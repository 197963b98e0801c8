"""A value as every judge must tell it, whatever its own type for it: JSON that is compared cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any


def table(types: dict[str, str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """A table as it is told: columns with their types, and rows. Raises TypeError where a value is not of its type."""
    kinds = list(types.values())
    return {"types": types, "rows": [[plain(*pair) for pair in zip(row, kinds, strict=True)] for row in rows]}


def plain(value: Any, kind: str) -> Any:
    """A value of a declared type; None for nothing."""
    if value is None:
        return None
    allowed, tell = _TELL[kind]
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind != "boolean"):
        raise TypeError(f"{value!r} is no {kind}")
    return tell(value)


def _number(value: float | Decimal) -> str:
    return format(Decimal(str(value)).normalize(), "f")


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError(f"{value} says not of which zone it is")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


_TELL: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "string": (str, str),
    "boolean": (bool, bool),
    "integer": (int, int),
    "number": ((int, float, Decimal), _number),
    "date": (date, date.isoformat),
    "timestamp": (datetime, _instant),
    "array": (list, list),
}
