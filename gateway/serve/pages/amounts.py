"""Counts, sizes, times and periods as people read them, in both languages. Times are Vietnam's."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.dates import VIETNAM
from gateway.serve.pages.labels import words
from gateway.serve.problems import Said

LONGEST = 120
"""Characters of a value that a sample shows."""

_UNITS = (
    (timedelta(days=1), Said("day", "ngày")),
    (timedelta(hours=1), Said("hour", "giờ")),
    (timedelta(minutes=1), Said("minute", "phút")),
)


def count(number: int) -> Said:
    """1234 → `1,234`, `1.234`."""
    text = f"{number:,}"
    return Said(text, text.replace(",", "."))


def rows(number: int) -> Said:
    """How many rows."""
    return words("row" if number == 1 else "rows", count=count(number))


def size(number: int) -> Said:
    """Bytes, in the largest unit of which there is at least one."""
    if number < 1000:
        return Said(f"{number} bytes", f"{number} byte")
    unit, per = next((each for each in (("GB", 1e9), ("MB", 1e6)) if number >= each[1]), ("KB", 1e3))
    text = f"{number / per:.1f}" if number < 10 * per else f"{number / per:.0f}"
    return Said(f"{text} {unit}", f"{text.replace('.', ',')} {unit}")


def moment(at: datetime) -> Said:
    """An instant to the minute."""
    here = at.astimezone(VIETNAM)
    return Said(f"{here.day} {here:%b %Y, %H:%M}", f"{here:%H:%M} ngày {here.day}/{here.month}/{here.year}")


def period(length: timedelta) -> Said:
    """A length of time in the largest unit that goes at least twice into it, or once without rest; at least one minute."""
    fitting = (each for each in _UNITS if length >= 2 * each[0] or length == each[0])
    unit, name = next(fitting, _UNITS[-1])
    number = max(length // unit, 1)
    return Said(f"{number} {name.en}{'' if number == 1 else 's'}", f"{number} {name.vi}")


def ago(length: timedelta) -> Said:
    """How long ago that is."""
    return words("just_now") if length < timedelta(minutes=1) else words("ago", period=period(length))


def cell(value: Any) -> str:
    """A value of a row, as a sample shows it: nothing for nothing, lists with `;` between, long texts cut with `…`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
