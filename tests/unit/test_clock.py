"""Working time laid end to end finds the same ends as counting session by session; golden dates; a hundred thousand are quick."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.calendar.clock import Clock
from gateway.calendar.days import Calendar, load_calendar
from gateway.calendar.due import Unit, due
from gateway.calendar.offices import Office, Session, load_office
from gateway.config import HOME
from gateway.errors import ConfigError

_at = datetime.fromisoformat
CALENDAR = load_calendar((HOME / "mappings",))
OFFICE = load_office((HOME / "mappings",), HOME / "schemas")
FIRST = date(2025, 12, 20)
ODD = Office(
    "odd",
    {
        0: (Session(day_time(8), day_time(9)),),
        4: (Session(day_time(8), day_time(12)), Session(day_time(13), day_time(17))),
    },
    after=day_time(15),
)


@settings(max_examples=300, deadline=None)
@given(
    st.datetimes(_at("2025-12-20"), _at("2026-10-01")),
    st.integers(1, 60),
    st.sampled_from([Unit.WORKING_HOUR, Unit.WORKING_DAY]),
    st.sampled_from([OFFICE, ODD]),
)
def test_the_same_end_as_counting(begin: datetime, amount: int, unit: Unit, office: Office) -> None:
    clock = Clock(CALENDAR, office, FIRST)
    assert clock.end(begin, amount, unit) == due(begin, amount, unit, CALENDAR, office).at


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        ("2026-03-02T07:30", 8, "2026-03-02T17:00"),  # a day has eight office hours
        ("2026-03-02T11:00", 2, "2026-03-02T14:30"),  # over noon
        ("2026-03-06T16:00", 2, "2026-03-09T08:30"),  # over the weekend
        ("2026-02-13T16:30", 8, "2026-02-23T16:30"),  # over Tết
        ("2025-12-31T16:00", 2, "2026-01-05T08:30"),  # the 2nd is off, by a letter of 25 December
        ("2026-01-09T16:00", 2, "2026-01-10T08:30"),  # and Saturday the 10th is worked
        ("2026-03-07T10:00", 8, "2026-03-09T17:00"),  # filed on a day off
    ],
)
def test_golden_hours(begin: str, hours: int, end: str) -> None:
    assert _end(begin, hours, Unit.WORKING_HOUR) == _at(end)


@pytest.mark.parametrize(
    ("begin", "days", "end"),
    [
        ("2026-02-13", 3, "2026-02-25"),
        ("2026-08-20", 3, "2026-08-24"),
        ("2025-12-31", 3, "2026-01-07"),
        ("2024-04-26", 1, "2024-05-02"),
        ("2023-01-18", 5, "2023-02-01"),
    ],
)
def test_golden_days(begin: str, days: int, end: str) -> None:
    assert _end(begin, days, Unit.WORKING_DAY).date() == date.fromisoformat(end)


def test_a_hundred_thousand_instants_take_no_time() -> None:
    clock, begin = Clock(CALENDAR, OFFICE, FIRST), _at("2026-01-02")
    begun = time.process_time()
    for number in range(100_000):
        clock.end(begin + timedelta(seconds=271 * number), 8, Unit.WORKING_HOUR)
    assert time.process_time() - begun < 5  # measured: 0.2 s


def test_an_office_that_never_works_ends() -> None:
    clock = Clock(Calendar(), Office("shut", {5: (Session(day_time(8), day_time(9)),)}), FIRST)
    with pytest.raises(ConfigError, match="no office time"):
        clock.end(_at("2026-03-02T08:00"), 8, Unit.WORKING_HOUR)


def test_the_calendar_is_that_of_the_folder(tmp_path: Path) -> None:
    """Without the letter of 25 December Friday the 2nd of January is worked."""
    clock = Clock(load_calendar((tmp_path,)), OFFICE, FIRST)
    assert clock.end(_at("2025-12-31T16:00"), 2, Unit.WORKING_HOUR) == _at("2026-01-02T08:30")


def _end(begin: str, amount: int, unit: Unit) -> datetime:
    at = _at(begin)
    return Clock(CALENDAR, OFFICE, at.date()).end(at, amount, unit)
