"""Steps that are not usual: kept as events, shown by `explain dossier`, counted in the log; late events move into their place."""

from __future__ import annotations

import json
from typing import Any

from structlog.testing import capture_logs

from proof.household import load
from tests.helpers.house import House
from tests.helpers.told import dossier, tell

CODE = "H15.1-260302-0001"


def events(house: House) -> list[tuple[Any, ...]]:
    """Each event's state and flag, oldest first."""
    [found] = json.loads(house.done("explain", "dossier", CODE, "--json"))
    return [(row["status_code"], row["flag"]) for row in reversed(found["events"])]


def test_a_closed_dossier_that_is_worked_on_again_is_flagged(house: House) -> None:
    tell(house, dossier(CODE, "9", "2026-03-02T10:00"))
    tell(house, dossier(CODE, "4", "2026-03-03T10:00"))
    assert events(house) == [("9", None), ("4", "reopened")]
    assert house.value("select status_code from core.dossier") == "4"


def test_a_late_event_moves_into_its_place(house: House) -> None:
    tell(house, dossier(CODE, "4", "2026-03-02T10:00"))
    tell(house, dossier(CODE, "9", "2026-03-02T12:00"))
    assert events(house) == [("4", None), ("9", None)]
    tell(house, dossier(CODE, "1", "2026-03-02T11:00"))
    assert events(house) == [("4", None), ("1", "back"), ("9", None)]
    assert house.value("select status_code from core.dossier") == "9"


def test_of_two_states_of_one_instant_the_later_of_the_list_counts(house: House) -> None:
    tell(house, dossier(CODE, "10", "2026-03-02T10:00"))
    tell(house, dossier(CODE, "9", "2026-03-02T10:00"))
    assert events(house) == [("9", None), ("10", None)]
    assert house.value("select status_code from core.dossier") == "10"


def test_the_same_state_told_later_is_an_event_and_no_step(house: House) -> None:
    tell(house, dossier(CODE, "4", "2026-03-02T10:00"))
    tell(house, dossier(CODE, "4", "2026-03-02T12:00"))
    tell(house, dossier(CODE, "10", "2026-03-02T11:00"))
    assert events(house) == [("4", None), ("10", None), ("4", "reopened")]


def test_a_batch_says_in_the_log_what_it_brought(house: House) -> None:
    with capture_logs() as logged:
        tell(house, *(dossier(f"H15.1-260302-000{number}", "10", "2026-03-02T10:00") for number in range(3)))
        back, again = dossier(CODE, "9", "2026-03-03T10:00"), dossier("H15.1-260302-0002", "4", "2026-03-03T10:00")
        batch = tell(house, back, again, dossier("H15.1-260302-0000", "10", "2026-03-03T10:00"))
    assert logged == [
        {
            "event": "steps to look at",
            "log_level": "warning",
            "portal": "province",
            "stream": "dossiers",
            "batch": batch,
            "back": 1,
            "reopened": 1,
        }
    ]


def test_where_a_portal_tells_no_time_of_a_state_what_was_read_later_counts(house: House) -> None:
    """The national list tells when a dossier was received, whatever has become of it since."""
    with house.shop() as shop:
        stream = shop.portal("national").stream("dossiers")
        for state in ("5", "4"):
            told = {"MaHoSo": "G22.1", "MaTrangThai": state, "NgayNop": "02/03/2026 08:00:00"}
            body = {"result": [{**told, "NgayTiepNhan": "02/03/2026 09:00:00"}]}
            load(shop, stream, [json.dumps(body).encode()], 1)
    assert house.value("select status_code from core.dossier") == "4"
    assert len(house.rows("select from core.dossier_event")) == 2
