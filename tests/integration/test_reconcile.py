"""Every cause is found among dossiers that agree, each with the right cause, and nothing else is (đối soát)."""

from __future__ import annotations

import pytest

from tests.conftest import NewHouse
from tests.helpers.house import House
from tests.helpers.planted import DECOYS, WAYS, Planted, compared, found, plant
from gateway.store.reconcile import CAUSES

COUNT, EACH = 3000, 3


@pytest.fixture(scope="module")
def planted(new_house: NewHouse) -> tuple[House, Planted]:
    """A compared house, and what was planted in it."""
    house = new_house()
    return house, plant(house, COUNT, EACH)


def test_every_cause_is_planted() -> None:
    assert set(WAYS.values()) == set(CAUSES)


def test_all_are_found_each_with_its_cause_and_no_other(planted: tuple[House, Planted]) -> None:
    house, there = planted
    report = compared(house)
    extra = {(there.ways.get(code), cause) for code, cause in found(house) - there.expected}
    missed = {(there.ways.get(code), cause) for code, cause in there.expected - found(house)}
    assert (extra, missed) == (set(), set())
    assert (report.refused, report.moving) == (EACH, EACH)
