"""Portals that are asked by dates: windows no longer than the portal allows, or the state as of a day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from connectors.dates import parsed, written
from connectors.paging import Call, OneByOne, Paging, Seen, Whole
from connectors.request import Request


@dataclass(frozen=True, kw_only=True)
class WindowCall(Call):
    """A call within a window: `inner` is what the window's own paging knows of it."""

    inner: Call
    begins: date
    asked: Request


@dataclass(frozen=True)
class DateWindow(OneByOne):
    """A range of days cut into windows that the portal bears; each window is paged on its own.

    begin, end: parameters of a window's first and last day, both inclusive. days: the longest window. first: where the very
    first run begins, a date or `90d`. since, today: the range; set by `between`.
    """

    begin: str
    end: str
    days: int
    form: str
    first_day: str
    each: Paging = field(default_factory=Whole)
    place: str = ""
    since: date | None = None
    today: date = date.min

    @property
    def total(self) -> str:
        """A declared total is that of one window, so the whole has none."""
        return ""

    def between(self, since: date | None, today: date) -> DateWindow:
        """The same, for the days from `since` (None: from the first day) to today."""
        return replace(self, since=since or parsed(self.first_day, today), today=today)

    def first(self, request: Request) -> Call:
        """The first call of the first window."""
        return self._open(request, self.since or self.today)

    def next(self, call: Call, seen: Seen) -> Call | None:
        """The window's next call, else the first of the next window; None after today's."""
        assert isinstance(call, WindowCall)
        following = self.each.next(call.inner, seen)
        if following:
            return self._call(following, call.begins, call.asked)
        begins = call.begins + timedelta(days=self.days)
        return self._open(call.asked, begins) if begins <= self.today else None

    def _open(self, request: Request, begins: date) -> Call:
        ends = min(begins + timedelta(days=self.days - 1), self.today)
        limits = {self.begin: written(begins, self.form), self.end: written(ends, self.form)}
        return self._call(self.each.first(request.with_parameters(limits, self.place)), begins, request)

    def _call(self, inner: Call, begins: date, asked: Request) -> WindowCall:
        name = f"{begins.isoformat()}, {inner.name}"
        return WindowCall(name=name, request=inner.request, at=inner.at, inner=inner, begins=begins, asked=asked)


@dataclass(frozen=True)
class AsOf(OneByOne):
    """The whole list as it was on a day. send: the parameter of the day; day: set by `on`."""

    send: str
    form: str
    total: str = ""
    place: str = ""
    day: date = date.min

    def on(self, day: date) -> AsOf:
        """The same, for a day."""
        return replace(self, day=day)

    def first(self, request: Request) -> Call:
        """The only call."""
        day = {self.send: written(self.day, self.form)}
        return Call(f"as of {self.day.isoformat()}", request.with_parameters(day, self.place))

    def next(self, _call: Call, _seen: Seen, /) -> None:
        """Nothing comes after it."""
        return
