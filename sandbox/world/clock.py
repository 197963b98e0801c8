"""The sandbox's own calendar: day 0 is Friday 2026-11-20, every time is Asia/Ho_Chi_Minh (+07:00, no summer time)."""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

DAY_ZERO = date(2026, 11, 20)
ZONE = timezone(timedelta(hours=7))
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# The gateway comes at night; what a portal shows on day N is the state at this hour of that day.
NIGHTFALL = 22 * HOUR
NEVER = 1 << 62

_MIDNIGHT = int(datetime(DAY_ZERO.year, DAY_ZERO.month, DAY_ZERO.day, tzinfo=ZONE).timestamp() * 1000)


def midnight(day: int) -> int:
    """The first millisecond of a day (Unix epoch, ms); day 0 is `DAY_ZERO`, days before it are negative."""
    return _MIDNIGHT + day * DAY


def night(day: int) -> int:
    """The instant (Unix epoch, ms) at which a day's state is looked at."""
    return midnight(day) + NIGHTFALL


def day_of(instant: int) -> int:
    """The day in which an instant (Unix epoch, ms) falls."""
    return (instant - _MIDNIGHT) // DAY


@lru_cache(maxsize=8192)
def date_text(day: int) -> str:
    """A day as `yyyy-MM-dd`."""
    return (DAY_ZERO + timedelta(days=day)).isoformat()


@lru_cache(maxsize=8192)
def date_code(day: int) -> str:
    """A day as `yyMMdd`, the middle of a dossier code."""
    return (DAY_ZERO + timedelta(days=day)).strftime("%y%m%d")


def date_vietnamese(day: int) -> str:
    """A day as `dd/MM/yyyy`."""
    return (DAY_ZERO + timedelta(days=day)).strftime("%d/%m/%Y")


def day_from_code(text: str) -> int:
    """The day that `yyMMdd` names; ValueError when it names none."""
    return (datetime.strptime(text, "%y%m%d").date() - DAY_ZERO).days


def timestamp(instant: int | None, in_utc: bool = False) -> str | None:
    """An instant as iGate writes it, `yyyy-MM-ddTHH:mm:ss.SSS+0700` (offset without colon), or None."""
    if instant is None:
        return None
    shifted, offset = (instant - 7 * HOUR, "+0000") if in_utc else (instant, "+0700")
    day, rest = divmod(shifted - _MIDNIGHT, DAY)
    hour, rest = divmod(rest, HOUR)
    minute, rest = divmod(rest, MINUTE)
    return f"{date_text(day)}T{hour:02}:{minute:02}:{rest // 1000:02}.{rest % 1000:03}{offset}"


def instant_from(text: str, end_of_day: bool = False) -> int:
    """An instant (Unix epoch, ms) read from `yyyy-MM-dd` or a full ISO time; a bare date may mean its last moment."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        read = read.replace(tzinfo=ZONE)
    instant = int(read.astimezone(UTC).timestamp() * 1000)
    return instant + DAY - 1 if end_of_day and len(text) == len("yyyy-MM-dd") else instant


def after_working_days(day: int, count: int) -> int:
    """The day `count` working days later; Saturdays and Sundays do not count (public holidays do, for simplicity)."""
    weekday = (day + DAY_ZERO.weekday()) % 7
    if weekday > 4:
        day, weekday = day - (weekday - 4), 4
    return day + count + 2 * ((weekday + count) // 5)
