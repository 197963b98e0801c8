"""Every rule over all its cases: how many met it, by agency, and which ones missed it by most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import nlargest
from typing import Any, NamedTuple

from sqlalchemy import Connection

from connectors.dates import VIETNAM
from gateway.calendar.clock import Clock
from gateway.calendar.days import Calendar
from gateway.calendar.offices import Office
from gateway.service_levels.cases import Case, Reading, cases
from gateway.service_levels.rules import Rule
from gateway.service_levels.verdict import Verdict, deadline, lateness, verdict

WORST = 10
"""Missed cases shown of each rule."""

UNKNOWN = "unknown"
"""The month of cases whose beginning nobody has told, and the agency of those that name none."""


class Group(NamedTuple):
    """What is counted together. place: portal or target; month: Vietnamese, as 2026-03, of the cases' beginning."""

    place: str
    agency: str | None
    month: str


class Missed(NamedTuple):
    """A case that missed its rule; by how much office and night together."""

    late: timedelta
    case: Case
    until: datetime


@dataclass
class Kept:
    """How one rule was kept."""

    rule: Rule
    counts: Counter[tuple[Group, Verdict]] = field(default_factory=Counter)
    worst: list[Missed] = field(default_factory=list)

    def total(self, found: Verdict) -> int:
        """Cases of a verdict, all agencies together."""
        return sum(count for (_, each), count in self.counts.items() if each is found)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Counts by place and agency, each verdict a column."""
        sums = Counter[tuple[str, str | None, Verdict]]()
        for (group, found), count in self.counts.items():
            sums[group.place, group.agency, found] += count
        for place, agency in sorted({each[:2] for each in sums}, key=lambda each: (each[0], each[1] or "")):
            by_verdict = {each.value: sums[place, agency, each] for each in Verdict}
            yield {"rule": self.rule.name, "place": place, "agency": agency, **by_verdict}

    def by_month(self) -> Iterator[dict[str, Any]]:
        """Counts by place, agency and month, as columns of `ops.service_level`."""
        for group in {group for group, _ in self.counts}:
            counts = {f"{each.value}_count": self.counts[group, each] for each in Verdict}
            yield {"place": group.place, "agency_name": group.agency or UNKNOWN, "month": group.month, **counts}


def report(
    connection: Connection, rules: Sequence[Rule], reading: Reading, calendar: Calendar, office: Office
) -> list[Kept]:
    """How the rules were kept by now."""
    now = datetime.now(UTC)
    return [judge(rule, cases(connection, rule.measure, reading), calendar, office, now) for rule in rules]


def judge(rule: Rule, found: Iterable[Case], calendar: Calendar, office: Office, now: datetime) -> Kept:
    """Count and sort the cases of one rule."""
    held = list(found)
    clock = Clock(calendar, office, _first_day(held))
    kept = Kept(rule)
    kept.worst = nlargest(WORST, _judged(kept, held, clock, now), key=lambda missed: missed.late)
    return kept


def _judged(kept: Kept, held: Sequence[Case], clock: Clock, now: datetime) -> Iterator[Missed]:
    for case in held:
        until = None if case.begun_at is None else deadline(kept.rule, case.begun_at, clock)
        said = verdict(case, until, now)
        kept.counts[Group(case.place, case.agency, _month(case)), said] += 1
        if said is Verdict.MISSED and until is not None:
            yield Missed(lateness(case, until), case, until)


def _month(case: Case) -> str:
    return UNKNOWN if case.begun_at is None else f"{case.begun_at.astimezone(VIETNAM):%Y-%m}"


def _first_day(held: Sequence[Case]) -> date:
    begun = min((case.begun_at for case in held if case.begun_at is not None), default=datetime.now(UTC))
    return begun.astimezone(VIETNAM).date()
