"""A workbook as a person's program reads it: the sheet that explains says what the cells of the other must be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from plain import table

DATA, ABOUT = "Dữ liệu", "Giải thích"
VIETNAM = timezone(timedelta(hours=7))

Sheet = Sequence[Sequence[Any]]


def told(data: Sheet, about: Sheet) -> dict[str, Any]:
    """Both sheets with their headings → the table. Raises ValueError where the headings are not those that are explained."""
    headings, names, kinds = zip(*((line[0], line[1], line[2]) for line in about[1:]), strict=True)
    if tuple(data[0]) != headings:
        raise ValueError(f"the headings {data[0]} are not those explained")
    rows = [[_own(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in data[1:]]
    shown = ["string" if kind == "array" else kind for kind in kinds]
    return {**table(dict(zip(names, shown, strict=True)), rows), "types": dict(zip(names, kinds, strict=True))}


def _own(value: Any, kind: str) -> Any:
    """A cell's value, in the type it stands for: a spreadsheet knows floats, and days or instants without a zone."""
    if value is None or value == "":
        return None
    if kind == "timestamp":
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        return instant if instant.tzinfo else instant.replace(tzinfo=VIETNAM)
    if kind == "date":
        return _day(value)
    return int(value) if kind == "integer" and isinstance(value, float) and value.is_integer() else value


def _day(value: str | date) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, datetime):
        if value.time() != time():
            raise ValueError(f"{value} is no day")
        return value.date()
    return value
