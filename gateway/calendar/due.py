"""Due dates (ngày hẹn trả): a limit of working days, days, months or working hours, counted from when a dossier was received.

Civil Code 2015 (Bộ luật Dân sự), articles 147 and 148: the first day is not counted; a term of months ends on the same day of the last
month, or on its last day; a term that would end on a day off ends on the next working day.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from gateway.calendar.days import Calendar
from gateway.calendar.offices import Office, Session
from gateway.errors import ConfigError

MOST = 400
"""The largest limit that is taken for one; no procedure has more working days than this."""

FAR = 3 * MOST
"""Days looked ahead for working ones: a calendar or an office without any must not keep us for ever."""


class Unit(StrEnum):
    """What a limit is counted in."""

    WORKING_DAY = "working-day"
    DAY = "day"
    WORKING_HOUR = "working-hour"
    MONTH = "month"


@dataclass(frozen=True)
class Due:
    """at: the end of the term, Vietnamese time. counted_from: the day or instant the count stands on. calendar: its version."""

    at: datetime
    counted_from: datetime
    calendar: str


def due(received: datetime, amount: int, unit: Unit, calendar: Calendar, office: Office) -> Due:
    """When something received (Vietnamese time) with a limit of `amount` units must be answered.

    Raises ConfigError for an amount that is none, or an office that never works.
    """
    if not 1 <= amount <= MOST:
        raise ConfigError(f"a limit of {amount}", do=f"give a whole number from 1 to {MOST}")
    if unit is Unit.WORKING_HOUR:
        begin = _counted_from(received, calendar, office)
        return Due(_after_hours(begin, amount, calendar, office), begin, calendar.version)
    first = _day_received(received, calendar, office)
    last = _last_day(first, amount, unit, calendar)
    ends = office.sessions(last)[-1].end if office.sessions(last) else time(17)
    return Due(datetime.combine(last, ends), datetime.combine(first, time()), calendar.version)


def _last_day(first: date, amount: int, unit: Unit, calendar: Calendar) -> date:
    if unit is Unit.WORKING_DAY:
        following = _working_days(first + timedelta(1), calendar)
        return [next(following) for _ in range(amount)][-1]
    last = first + timedelta(amount) if unit is Unit.DAY else _months_later(first, amount)
    return next(_working_days(last, calendar))


def _months_later(first: date, amount: int) -> date:
    years, month = divmod(first.month - 1 + amount, 12)
    year = first.year + years
    return date(year, month + 1, min(first.day, months.monthrange(year, month + 1)[1]))


def _day_received(received: datetime, calendar: Calendar, office: Office) -> date:
    """The day something counts as received: later than `after`, or on a day off, it is the next working day."""
    day = received.date()
    if office.after is not None and received.time() > office.after and calendar.is_working(day):
        day += timedelta(1)
    return next(_working_days(day, calendar))


def _counted_from(received: datetime, calendar: Calendar, office: Office) -> datetime:
    """The instant from which hours count: outside office hours, the begin of the next session."""
    day = _day_received(received, calendar, office)
    begin = received if day == received.date() else datetime.combine(day, time())
    return next(_sessions(begin, calendar, office))[0]


def _after_hours(begin: datetime, hours: int, calendar: Calendar, office: Office) -> datetime:
    left = timedelta(hours=hours)
    for start, end in _sessions(begin, calendar, office):
        if end - start >= left:
            return start + left
        left -= end - start
    raise AssertionError("sessions never end")


def _sessions(begin: datetime, calendar: Calendar, office: Office) -> Iterator[tuple[datetime, datetime]]:
    """Office time from `begin` on."""
    for day in _working_days(begin.date(), calendar):
        for session in office.sessions(day):
            start, end = _on(day, session)
            if end > begin:
                yield max(start, begin), end


def _on(day: date, session: Session) -> tuple[datetime, datetime]:
    return datetime.combine(day, session.begin), datetime.combine(day, session.end)


def _working_days(day: date, calendar: Calendar) -> Iterator[date]:
    """Working days from `day` on, itself included."""
    for ahead in range(FAR):
        if calendar.is_working(day + timedelta(ahead)):
            yield day + timedelta(ahead)
    raise ConfigError(f"no end within {FAR} days", do="give a smaller limit; check calendar/days.tsv and offices.yaml")
