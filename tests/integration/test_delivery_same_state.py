"""The same state at a later time is an event and no step; it becomes one when a state between the two comes late."""

from __future__ import annotations

import pytest

from tests.helpers.delivery import DOSSIERS, STATUSES
from tests.helpers.house import House
from tests.helpers.told import dossier, tell

CODE = "H15.1-260302-0001"
FILED_THERE = {"nationCode": "G22.99.99-260302-0001"}
OWED = """
    select status_code, to_char(status_at at time zone 'Asia/Ho_Chi_Minh', 'HH24:MI') from ops.outbox
    where target = :target and kind = 'event' order by outbox_id"""

both_targets = pytest.mark.parametrize(("target", "more"), [(DOSSIERS, {}), (STATUSES, FILED_THERE)])


@both_targets
def test_the_same_state_later_is_told_to_nobody(house: House, target: str, more: dict[str, str]) -> None:
    for hour in ("10", "11", "12"):
        tell(house, dossier(CODE, "4", f"2026-03-02T{hour}:00", **more))
    assert house.value("select count(*) from core.dossier_event") == 3
    assert house.rows(OWED, target=target) == [("4", "10:00")]


@both_targets
def test_a_state_that_comes_again_is_told(house: House, target: str, more: dict[str, str]) -> None:
    for hour, state in (("10", "4"), ("11", "5"), ("12", "4")):
        tell(house, dossier(CODE, state, f"2026-03-02T{hour}:00", **more))
    assert house.rows(OWED, target=target) == [("4", "10:00"), ("5", "11:00"), ("4", "12:00")]


@both_targets
def test_a_late_state_between_makes_the_later_one_a_step(house: House, target: str, more: dict[str, str]) -> None:
    """Else a portal that is told of steps alone would show the late one for good."""
    for hour, state in (("10", "4"), ("12", "4"), ("11", "5")):
        tell(house, dossier(CODE, state, f"2026-03-02T{hour}:00", **more))
    assert house.rows(OWED, target=target) == [("4", "10:00"), ("5", "11:00"), ("4", "12:00")]


@both_targets
def test_a_late_event_of_the_state_before_it_is_no_step(house: House, target: str, more: dict[str, str]) -> None:
    for hour, state in (("10", "4"), ("12", "5"), ("11", "4")):
        tell(house, dossier(CODE, state, f"2026-03-02T{hour}:00", **more))
    assert house.rows(OWED, target=target) == [("4", "10:00"), ("5", "12:00")]
