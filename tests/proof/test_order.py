"""The order in which states come changes nothing; and the proof would notice if it did."""

from __future__ import annotations

from itertools import count, permutations
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.config import HOME
from gateway.states import load_steps
from gateway.store import merge
from proof import order
from proof.order import FIVE, OURS, Told, expected, unlike
from tests.conftest import NewHouse
from tests.helpers.house import House

STEPS = load_steps((HOME / "mappings",))
TOLD = st.builds(Told, st.integers(0, 9), st.sampled_from(sorted(OURS)))
HISTORIES = st.lists(st.lists(TOLD, min_size=1, max_size=6).map(tuple), min_size=10, max_size=10)


@pytest.fixture(scope="module")
def shared(new_house: NewHouse) -> House:
    return new_house()


@pytest.mark.parametrize("at_once", [True, False])
def test_all_orders_of_five_states(house: House, at_once: bool) -> None:
    assert list(unlike(house, "five", list(permutations(FIVE)), at_once=at_once)) == []


NUMBERS = count()


@settings(max_examples=20, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORIES, st.booleans())
def test_two_hundred_random_histories(shared: House, histories: list[Any], at_once: bool) -> None:
    assert list(unlike(shared, f"random{next(NUMBERS)}", histories, at_once=at_once)) == []


def test_what_five_states_say() -> None:
    said = expected(STEPS, FIVE)
    assert said.row[0] == "10"
    assert [code for _, code in said.events] == ["1", "4", "9", "4", "10"]
    assert said.flags == ("reopened",)


def test_an_order_that_matters_is_noticed(house: House) -> None:
    """Without the place in the list, of two states of one instant whatever is read last would count."""
    with patch.object(merge, "place", lambda side, _: f"({side}.status_at)"):
        line = order.judged(house, order.random_histories(20))
    assert not line.passed
    assert line.detail


def test_the_line_of_the_score_card(house: House) -> None:
    line = order.judged(house, order.random_histories(30))
    assert str(line) == (
        "R16 order measured=120 orders of 5 states, 30 random histories: 0 differ required=0 differ PASS"
    )
