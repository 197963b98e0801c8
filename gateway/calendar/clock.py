"""Working time (thời gian làm việc) laid end to end, so that the end of a term of many cases is found by looking it up.

`due` walks from session to session, which is right for one date and slow for a hundred thousand. Here sessions are laid out once,
each with the office time before it; a test holds the two against each other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta

from gateway.calendar.days import Calendar
from gateway.calendar.due import FAR, Unit, due
from gateway.calendar.offices import Office
from gateway.errors import ConfigError


class Clock:
    """The working time of one office from a day on, as its calendar knows it. Times are Vietnamese, without a zone."""

    def __init__(self, calendar: Calendar, office: Office, first: date) -> None:
        """first: no term begins before this day."""
        self._calendar, self._office, self._first, self._next = calendar, office, first, first
        self._begins: list[datetime] = []
        self._before: list[timedelta] = []  # office time before each session, and at its end
        self._through: list[timedelta] = []
        self._days: dict[tuple[date, bool, int], datetime] = {}

    def end(self, begin: datetime, amount: int, unit: Unit) -> datetime:
        """The end of a term of working hours or working days, as `due` finds it."""
        if unit is Unit.WORKING_HOUR:
            return self._after_hours(begin, timedelta(hours=amount))
        key = (begin.date(), self._is_late(begin), amount)
        if key not in self._days:
            self._days[key] = due(begin, amount, unit, self._calendar, self._office).at
        return self._days[key]

    def _after_hours(self, begin: datetime, hours: timedelta) -> datetime:
        wanted = self._worked_until(begin) + hours
        while not self._through or self._through[-1] < wanted:
            self._lay_a_day()
        at = bisect_left(self._through, wanted)
        return self._begins[at] + (wanted - self._before[at])

    def _worked_until(self, begin: datetime) -> timedelta:
        """Office time from the first day to an instant; late on a working day, to that day's end."""
        while self._next <= begin.date():
            self._lay_a_day()
        if self._is_late(begin) and self._calendar.is_working(begin.date()):
            begin = datetime.combine(begin.date(), time.max)
        at = bisect_right(self._begins, begin) - 1
        if at < 0:
            return timedelta()
        return min(self._before[at] + (begin - self._begins[at]), self._through[at])

    def _is_late(self, begin: datetime) -> bool:
        return self._office.after is not None and begin.time() > self._office.after

    def _lay_a_day(self) -> None:
        day, self._next = self._next, self._next + timedelta(1)
        last = self._begins[-1].date() if self._begins else self._first
        if day - last > timedelta(FAR):
            raise ConfigError(f"no office time within {FAR} days", do="check calendar/days.tsv and offices.yaml")
        for session in self._office.sessions(day) if self._calendar.is_working(day) else ():
            done = self._through[-1] if self._through else timedelta()
            begin, end = (datetime.combine(day, each) for each in (session.begin, session.end))
            self._begins.append(begin)
            self._before.append(done)
            self._through.append(done + (end - begin))
