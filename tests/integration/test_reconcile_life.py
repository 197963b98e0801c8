"""The life of a difference: opened, seen again, gone by itself, explained by a person, opened again by other values."""

from __future__ import annotations

import pytest

from gateway.errors import ConfigError
from gateway.reconcile import person
from gateway.reconcile.period import Period
from tests.conftest import NewHouse
from tests.helpers.house import House
from tests.helpers.planted import PAIR, Planted, compared, plant
from tests.helpers.server import Server


@pytest.fixture(scope="module")
def planted(new_house: NewHouse) -> tuple[House, Planted]:
    """A house that was compared once."""
    house = new_house()
    there = plant(house, 400, 1)
    compared(house)
    return house, there


@pytest.fixture
def house(planted: tuple[House, Planted], server: Server) -> House:
    """A copy of it for one test."""
    first, _ = planted
    return House(server.url(server.copy(first.database)), first.place, mappings=first.mappings)


def _life(house: House, way: str, there: Planted) -> tuple[str, int, bool]:
    """State, how often it was seen, and whether it is over, of the difference that was planted in a way."""
    [code] = [code for code, each in there.ways.items() if each == way]
    [row] = house.rows(
        "select state, seen_count, closed_at is not null from ops.discrepancy where key = :code", code=code
    )
    return tuple(row)  # type: ignore[return-value]


def _explain(house: House, cause: str, note: str = "agreed with the portal's operator") -> int:
    with house.engine() as engine:
        return person.explain(engine, PAIR, (), cause, "Trần Thị Thử", note)


def test_seen_again(house: House, planted: tuple[House, Planted]) -> None:
    assert compared(house).lives == (0, len(planted[1].expected), 0)
    assert _life(house, "state", planted[1]) == ("open", 2, False)


def test_gone_by_itself(house: House, planted: tuple[House, Planted]) -> None:
    house.execute(
        "update core.dossier set agency_name = 'Sở khác' where dossier_id in (select dossier_id from ops.discrepancy"
        " where cause = 'different agency')"
    )
    assert compared(house).lives.closed == 1
    assert _life(house, "agency", planted[1]) == ("resolved", 1, True)


def test_one_that_comes_back_is_another(house: House) -> None:
    house.execute("update ops.discrepancy set state = 'resolved', closed_at = now() where cause = 'different agency'")
    assert compared(house).lives.opened == 1


def test_explained_it_is_not_told_again(house: House, planted: tuple[House, Planted]) -> None:
    before = compared(house).needing
    assert _explain(house, "different agency") == 1
    assert compared(house).needing == before - 1
    assert _life(house, "agency", planted[1])[0] == "explained"


def test_an_explanation_does_not_hold_for_other_values(house: House, planted: tuple[House, Planted]) -> None:
    _explain(house, "different agency")
    house.execute(
        "update core.dossier set agency_name = 'Sở thứ ba' where dossier_id in (select dossier_id from ops.discrepancy"
        " where cause = 'different agency')"
    )
    compared(house)
    assert _life(house, "agency", planted[1])[0] == "open"


def test_outside_of_the_period_nothing_is_over(house: House) -> None:
    whole = house.value("select count(*) from ops.discrepancy where closed_at is null")
    house.execute("update ops.batch set cursor_from = '2026-11-20', cursor_to = '2026-11-20' where state = 'loaded'")
    report = compared(house, wanted=Period())
    assert report.lives.closed == 0
    assert house.value("select count(*) from ops.discrepancy where closed_at is null") >= whole


@pytest.mark.parametrize(("cause", "note"), [("different agency", ""), ("", "why"), ("retired", "why")])
def test_an_explanation_needs_a_reason_and_a_difference(house: House, cause: str, note: str) -> None:
    with pytest.raises(ConfigError):
        _explain(house, cause, note)
