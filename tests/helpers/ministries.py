"""What tests of ministries' portals share: the sandbox's days for the gateway's calendar, and two nights of one portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any, NamedTuple
from unittest.mock import patch

from gateway.run import Report
from sandbox.testing import Running
from tests.helpers.house import House

DAY_ZERO = date(2026, 11, 20)
"""Day 0 of the sandbox's world."""
FIRST_DAY = date(2026, 6, 1)
"""Before the first day of that world."""
LATER = 14
"""The day of the second night: by then many dossiers have moved on."""
VIETNAM = timezone(timedelta(hours=7))

Row = tuple[Any, ...]
Rows = dict[str, Row]


@contextmanager
def on_day(day: int) -> Iterator[None]:
    """The gateway's calendar shows the sandbox's day, whatever day it is outside."""
    with patch("gateway.asking.today", return_value=DAY_ZERO + timedelta(day)):
        yield


class Nights(NamedTuple):
    """One portal on two nights, days 0 and LATER: read twice on the first, then incrementally, then in full.

    theirs: what the portal says on both, by dossier code; ours: our table after each of the four runs.
    """

    sandbox: Running
    house: House
    theirs: tuple[Rows, Rows]
    ours: tuple[Rows, Rows, Rows, Rows]
    reports: tuple[Report, Report, Report, Report]

    @property
    def moved(self) -> set[str]:
        """Dossiers of the first night that the portal shows otherwise on the second."""
        before, after = self.theirs
        return {code for code in before if before[code] != after[code]}

    @property
    def fresh(self) -> set[str]:
        """Dossiers of the second night alone."""
        return set(self.theirs[1]) - set(self.theirs[0])


def two_nights(sandbox: Running, house: House, portal: str, read: Callable[[Running], Rows], query: str) -> Nights:
    """Live through both. read: what the portal shows; query: the same columns of our table, the code first."""
    house.connect_to(sandbox)
    theirs, ours, reports = [], [], []
    for day, modes in ((0, (False, False)), (LATER, (False, True))):
        if day:
            sandbox.order(portal, "days", {"days": day})
        theirs.append(read(sandbox))
        for full in modes:
            with on_day(day):
                reports.append(house.sync(portal, full=full))
            ours.append({row[0]: row for row in house.rows(query)})
    return Nights(sandbox, house, tuple(theirs), tuple(ours), tuple(reports))  # type: ignore[arg-type]


def counts(report: Report) -> tuple[int, int, int]:
    """(new, changed, quarantined) of a run that ended well."""
    assert report.verdict() is None, report.verdict()
    return report.counts.new, report.counts.changed, report.counts.quarantined


def instant(written: str) -> datetime | None:
    """`dd/MM/yyyy` or `dd/MM/yyyy HH:mm:ss` in Vietnam as an instant in UTC; None for ""."""
    form = "%d/%m/%Y %H:%M:%S" if " " in written else "%d/%m/%Y"
    return datetime.strptime(written, form).replace(tzinfo=VIETNAM).astimezone(UTC) if written else None


def days() -> list[date]:
    """Every day of the sandbox's world up to the second night."""
    return [FIRST_DAY + timedelta(n) for n in range((DAY_ZERO - FIRST_DAY).days + LATER + 1)]


def asked_windows(
    house: House, stream: str, place: str, begin: str, end: str, form: str
) -> list[list[tuple[date, date]]]:
    """The windows each batch of a stream asked for, in order; `place` is query or body."""
    pages = house.rows(
        f"""select batch_id, request -> '{place}' ->> :begin, request -> '{place}' ->> :end
        from landing.page join ops.batch using (batch_id) where stream = :stream order by batch_id, ordinal""",
        begin=begin,
        end=end,
        stream=stream,
    )
    found: dict[int, list[tuple[date, date]]] = {}
    for batch_id, first, last in pages:
        window = _day(first, form), _day(last, form)
        if window not in found.setdefault(batch_id, []):
            found[batch_id].append(window)
    return list(found.values())


def _day(written: str, form: str) -> date:
    return datetime.strptime(written, form).replace(tzinfo=VIETNAM).date()


def is_seamless(windows: list[tuple[date, date]], longest: int) -> bool:
    """Each window begins the day after the one before, and none is longer than `longest` days."""
    following = all(after[0] - before[1] == timedelta(1) for before, after in pairwise(windows))
    return following and all(timedelta(0) <= last - first < timedelta(longest) for first, last in windows)
