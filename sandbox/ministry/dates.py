"""Dates as ministries write and read them, in Asia/Ho_Chi_Minh."""

import re
from datetime import date

from sandbox.world.clock import DAY_ZERO, HOUR, MINUTE, date_vietnamese, day_of, midnight

_VIETNAMESE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def day_from_vietnamese(text: str) -> int:
    """The day that `dd/MM/yyyy` names, both with two digits; ValueError when it names none."""
    found = _VIETNAMESE.fullmatch(text)
    if found is None:
        raise ValueError(f"not dd/MM/yyyy: {text}")
    day, month, year = map(int, found.groups())
    return (date(year, month, day) - DAY_ZERO).days


def day_from_iso(text: str) -> int:
    """The day that `yyyy-MM-dd` names; ValueError when it names none."""
    if _ISO.fullmatch(text) is None:
        raise ValueError(f"not yyyy-MM-dd: {text}")
    return (date.fromisoformat(text) - DAY_ZERO).days


def date_or_blank(instant: int | None) -> str:
    """An instant (Unix epoch, ms) as `dd/MM/yyyy`, "" when there is none."""
    return "" if instant is None else date_vietnamese(day_of(instant))


def time_or_blank(instant: int | None) -> str:
    """An instant (Unix epoch, ms) as `dd/MM/yyyy HH:mm:ss`, "" when there is none."""
    if instant is None:
        return ""
    day = day_of(instant)
    hour, rest = divmod(instant - midnight(day), HOUR)
    minute, rest = divmod(rest, MINUTE)
    return f"{date_vietnamese(day)} {hour:02}:{minute:02}:{rest // 1000:02}"
