"""Dates and instants in every form of the portals' contracts; what no calendar has is refused."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from gateway.mapping import times
from gateway.mapping.reject import Unfit

HALF_PAST_SEVEN = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)

INSTANTS: list[tuple[str, Any, datetime]] = [
    ("iso", "2026-11-20T07:30:00.000+0700", HALF_PAST_SEVEN),
    ("iso", "2026-11-20T07:30:00+07:00", HALF_PAST_SEVEN),
    ("iso", "2026-11-20T00:30:00.000+0000", HALF_PAST_SEVEN),
    ("iso", "2026-11-20T00:30:00Z", HALF_PAST_SEVEN),
    ("iso", "2026-11-20T07:30:00", HALF_PAST_SEVEN),
    ("iso", "2026-11-20", datetime(2026, 11, 19, 17, tzinfo=UTC)),
    ("epoch_ms", 1795134600000, HALF_PAST_SEVEN),
    ("epoch_ms", "1795134600000", HALF_PAST_SEVEN),
    ("epoch_ms", 1795134600123, HALF_PAST_SEVEN.replace(microsecond=123000)),
    ("epoch_ms", " 1795134600000 ", HALF_PAST_SEVEN),
    ("epoch_ms", Decimal("1.7951346E+12"), HALF_PAST_SEVEN),
    ("epoch_ms", "-1", datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
    ("epoch_ms", -1, datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
    ("dd/MM/yyyy HH:mm", "20/11/2026 07:30", HALF_PAST_SEVEN),
    ("dd/MM/yyyy HH:mm:ss", "20/11/2026 07:30:09", HALF_PAST_SEVEN.replace(second=9)),
    ("dd/MM/yyyy", "20/11/2026", datetime(2026, 11, 19, 17, tzinfo=UTC)),
    ("yyyyMMdd", "20261120", datetime(2026, 11, 19, 17, tzinfo=UTC)),
    ("yyyyMMddHHmmss", "20261120073000", HALF_PAST_SEVEN),
    ("yyyyMMddHHmmssSSS", "20261120073000250", HALF_PAST_SEVEN.replace(microsecond=250000)),
]


@pytest.mark.parametrize(("form", "written", "meant"), INSTANTS)
def test_an_instant_is_understood(form: str, written: Any, meant: datetime) -> None:
    found = times.instant((form,))(written)
    assert found == meant
    assert found.utcoffset() == meant.utcoffset()


DAYS: list[tuple[str, Any, date]] = [
    ("dd/MM/yyyy", "05/09/2026", date(2026, 9, 5)),
    ("yyyyMMdd", "20260905", date(2026, 9, 5)),
    ("yyyyMMddHHmmss", "20260905000000", date(2026, 9, 5)),
    ("iso", "2026-09-05", date(2026, 9, 5)),
    ("iso", "2026-09-04T17:00:00Z", date(2026, 9, 5)),  # already the next morning in Vietnam
    ("iso", "2026-09-04T16:59:59Z", date(2026, 9, 4)),
    ("epoch_ms", 1795134600000, date(2026, 11, 20)),
    ("dd/MM/yyyy", "29/02/2024", date(2024, 2, 29)),
]


@pytest.mark.parametrize(("form", "written", "meant"), DAYS)
def test_a_day_is_understood(form: str, written: Any, meant: date) -> None:
    found = times.day((form,))(written)
    assert found == meant
    assert type(found) is date


NO_DATES: list[tuple[str, Any]] = [
    ("iso", "2026-02-30T08:00:00.000+0700"),
    ("iso", "2026-13-01"),
    ("iso", "hôm nay"),
    ("iso", 20261120),
    ("iso", None),
    ("iso", "0001-01-01T00:00:00+07:00"),
    ("dd/MM/yyyy", "30/02/2026"),
    ("dd/MM/yyyy", "31/04/2026"),
    ("dd/MM/yyyy", "00/01/2026"),
    ("dd/MM/yyyy", "29/02/2026"),
    ("dd/MM/yyyy", "1/2/2026"),
    ("dd/MM/yyyy", "20-11-2026"),
    ("dd/MM/yyyy", "20/11/2026 07:30"),
    ("dd/MM/yyyy", " 20/11/2026"),
    ("dd/MM/yyyy", "+1/01/2026"),
    ("dd/MM/yyyy", "²0/11/2026"),
    ("dd/MM/yyyy", 20112026),
    ("dd/MM/yyyy", []),
    ("dd/MM/yyyy HH:mm", "20/11/2026 24:00"),
    ("dd/MM/yyyy HH:mm:ss", "20/11/2026 07:30"),
    ("dd/MM/yyyy HH:mm:ss", "20/11/2026 07:60:00"),
    ("yyyyMMdd", "20260230"),
    ("yyyyMMdd", "2026022"),
    ("yyyyMMddHHmmss", "20260230000000"),
    ("epoch_ms", "soon"),
    ("epoch_ms", True),
    ("epoch_ms", None),
    ("epoch_ms", 10**18),
    ("epoch_ms", "1_000"),
    ("epoch_ms", "٣"),
    ("epoch_ms", "9" * 5000),
    ("epoch_ms", []),
    ("epoch_ms", Decimal("1e999999999")),
    ("epoch_ms", Decimal("-1e15")),
    ("epoch_ms", 10**15),
    ("epoch_ms", -(10**15)),
    ("dd/MM/yyyy", {str(number): 1 for number in range(10)}),
    ("dd/MM/yyyy", [1, 2, "/", 4, 5, "/", 7, 8, 9, 10]),
]


@pytest.mark.parametrize(("form", "written"), NO_DATES)
def test_no_date_of_any_calendar(form: str, written: Any) -> None:
    for convert in (times.instant, times.day):
        with pytest.raises(Unfit) as caught:
            convert((form,))(written)
        assert caught.value.reason == f"not a date in the form {form}"


def test_several_forms_are_tried_in_order() -> None:
    read = times.day(("dd/MM/yyyy", "yyyyMMddHHmmss"))
    assert read("15/03/2026") == read("20260315000000") == date(2026, 3, 15)
    with pytest.raises(Unfit) as caught:
        read("2026-03-15")
    assert caught.value.reason == "not a date in the form dd/MM/yyyy or yyyyMMddHHmmss"


@pytest.mark.parametrize(("form", "written"), [("iso", "2026-11-20"), ("dd/MM/yyyy", "20/11/2026"), ("epoch_ms", 5)])
def test_an_instant_is_in_utc_on_a_machine_that_is_elsewhere(
    form: str, written: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Ho_Chi_Minh")
        time.tzset()
        found = times.instant((form,))(written)
    time.tzset()
    assert found.tzinfo is UTC


@pytest.mark.parametrize("kind", ["instant", "day"])
def test_every_form_that_was_tried_is_told(kind: str) -> None:
    read = {"instant": times.instant, "day": times.day}[kind](("iso", "epoch_ms"))
    with pytest.raises(Unfit) as caught:
        read("soon")
    assert caught.value.reason == "not a date in the form iso or epoch_ms"


@pytest.mark.parametrize("form", ["iso", "epoch_ms", "yyyyMMdd", "dd/MM/yyyy HH:mm:ss.SSS", "X yyyy-MM-dd X"])
def test_a_form_that_can_be_read(form: str) -> None:
    assert times.is_format(form)


@pytest.mark.parametrize(
    "form",
    [
        "",
        "ISO",
        "dd MM HyyyyH",
        "epoch",
        "yyyy",
        "dd/MM",
        "MM/yyyy",
        "yyyy-dd",
        "yyyy-mm-dd",
        "dd/MM/yy",
        "dd/MM/yyyy H",
        "dd/dd/MM/yyyy",
    ]
    + [f"dd/MM/yyyy {letter}" for letter in "yMdHmsS"],
)
def test_a_form_that_cannot_be_read(form: str) -> None:
    assert not times.is_format(form)


def test_letters_beside_the_day_must_stand_there() -> None:
    read = times.day(("X dd/MM/yyyy",))
    assert read("X 20/11/2026") == date(2026, 11, 20)
    with pytest.raises(Unfit, match="not a date in the form X dd/MM/yyyy"):
        read("Y 20/11/2026")
