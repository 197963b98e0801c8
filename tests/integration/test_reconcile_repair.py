"""What a portal doubled or lost after it had acknowledged is found, and sent again where that is safe, until nothing changes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest

from gateway.reconcile.pairs import pair
from gateway.reconcile.period import period
from gateway.reconcile.run import Report, reconcile
from tests.helpers.delivery import DOSSIERS, Office, national_office
from tests.helpers.prepared import Prepared
from tests.helpers.pushes import push

pytestmark = pytest.mark.long

RECORDS, STEPS = "DongBoHoSoMC", "CapNhatTienDoHoSoMC"


@pytest.fixture
def office(prepared: Prepared) -> Iterator[Office]:
    """Sixty dossiers of the province, and a national portal that may be told of them."""
    with national_office(prepared, DOSSIERS) as office:
        yield office


def _reconcile(office: Office, mend: bool = False) -> Report:
    with office.house.shop() as shop, patch.dict(os.environ, office.house.connections):
        return reconcile(shop, pair(shop, DOSSIERS), mend=mend)


def _causes(office: Office) -> dict[str, int]:
    """Causes of differences that are not over, but for what is held: those wait for a link to a national code."""
    rows = office.house.rows("""
        select cause, count(*) from ops.discrepancy where closed_at is null and cause <> 'held' group by cause""")
    return dict(rows)  # type: ignore[arg-type]


def _mended(office: Office) -> list[int]:
    """Repair and deliver until it changes nothing; how much each round sent again."""
    rounds = []
    while not rounds or rounds[-1]:
        assert len(rounds) < 5
        rounds.append(_reconcile(office, mend=True).repaired)
        office.deliver()
    return rounds


def _is_right(office: Office) -> None:
    pushed: dict[str, Any] = office.pushed()["dossiers"]
    assert all(told["holds"] for told in pushed.values())
    steps = office.held_states()
    assert sorted(set(steps)) == sorted(office.right_states()) != []


def test_after_a_good_delivery_nothing_differs_but_what_is_held(office: Office) -> None:
    before = _reconcile(office)
    assert before.causes.keys() == {"not sent", "held"}
    office.deliver()
    report = _reconcile(office)
    assert report.causes.keys() == {"held"}
    assert report.figures.equal == report.figures.theirs > 15
    assert report.lives.closed == sum(before.causes.values()) - report.causes["held"]


def test_lost_dossiers_are_found_and_made_anew_with_their_steps_once(office: Office) -> None:
    office.fault("lose_later", RECORDS, calls=1)
    office.fault("lose_later", STEPS, calls=1)
    office.deliver()
    _reconcile(office)
    assert _causes(office).keys() == {"sent and not there"}
    assert _mended(office)[-1] == 0
    _is_right(office)
    assert len(office.held_states()) == len(office.right_states())
    assert _causes(office) == {}
    assert set(office.house.column("select state from ops.discrepancy where cause = 'sent and not there'")) == {
        "repaired"
    }


def test_a_lost_dossier_that_changed_since_is_told_as_it_is_now_and_once(office: Office) -> None:
    office.fault("lose", RECORDS, times=0)
    office.deliver()
    office.mended()
    office.days(3)
    assert office.house.value("""
        select count(*) from ops.outbox join ops.ledger using (target, dossier_id) where kind = 'record' and state = 'waiting'""")
    assert _mended(office)[-1] == 0
    refused = {code for (code,) in office.rows("dossier_code", kind="record", state="rejected")}
    for code, told in office.pushed()["dossiers"].items():
        assert (code in refused) != bool(told["holds"])
        kept = [each["sha256"] for each in told["pushes"] if each["kept"] and each["service"] == RECORDS]
        assert all(one != other for one, other in pairwise(kept))


def test_one_that_was_dropped_from_a_batch_is_found(office: Office) -> None:
    office.fault("drop_item", RECORDS, position=3)
    office.deliver()
    _reconcile(office)
    assert _causes(office) == {"sent and not there": 1}
    _mended(office)
    _is_right(office)
    assert _causes(office) == {}


def test_lost_steps_are_read_back_and_only_those_sent_again(office: Office) -> None:
    office.fault("drop_item", STEPS, position=2)
    office.deliver()
    _reconcile(office)
    assert _causes(office) == {"sent and not there": 1}
    _mended(office)
    _is_right(office)
    assert len(office.held_states()) == len(office.right_states())


def test_what_somebody_moved_to_another_month_is_asked_for_before_it_is_called_gone(office: Office) -> None:
    code, day = _moved_to_another_month(office)
    assert _compared(office, day) == {"other period": 1}
    assert _causes(office) == {"other period": 1}
    assert _mended(office)[-1] == 0
    assert office.pushed(code)["holds"]["NgayTiepNhan"].startswith(day.replace("-", ""))


def test_an_answer_about_another_dossier_says_nothing_of_the_one_that_was_asked_for(office: Office) -> None:
    _, day = _moved_to_another_month(office)
    another = json.dumps({"error_code": 0, "result": [{"MaHoSo": "H15.99-261101-9999"}]})
    office.fault("body", "TraCuuHoSo", times=0, body=another)
    assert _compared(office, day) == {"unknown outcome": 1}
    office.mended()
    assert _compared(office, day) == {"other period": 1}


def _moved_to_another_month(office: Office) -> tuple[str, str]:
    """Somebody else tells the portal that a dossier came in January: its code, and the day on which it came."""
    office.deliver()
    [(code, day)] = office.house.rows("""
        select key, (received_at at time zone 'Asia/Ho_Chi_Minh')::date::text from core.dossier
        join (select dossier_code as key from ops.ledger order by 1 limit 1) as told on key = dossier_code""")
    item = office.pushed(code)["holds"] | {"NgayTiepNhan": "20260102080000"}
    push(office.sandbox, office.sandbox.national_session(), [item], updating=True)
    return code, day


def _compared(office: Office, day: str) -> dict[str, int]:
    """Differences of one day, but for what is held, by cause."""
    with office.house.shop() as shop, patch.dict(os.environ, office.house.connections):
        found = pair(shop, DOSSIERS)
        causes = reconcile(shop, found, period(found, day, day)).causes
    return {cause: count for cause, count in causes.items() if cause != "held"}


def test_the_command_repairs_and_delivers(office: Office) -> None:
    office.fault("drop_item", RECORDS, position=3)
    office.deliver()
    ended = [office.house.gateway("reconcile", DOSSIERS, "--repair", "--json") for _ in range(2)]
    assert [json.loads(each.stdout)[0]["repaired"] for each in ended] == [1, 0]
    assert {each.returncode for each in ended} == {1}  # what is held waits for a person
    _is_right(office)


def test_a_portal_that_is_away_is_told_as_that(office: Office) -> None:
    office.fault("status", "DanhSachHoSoDongBo", status=400)
    ended = office.house.gateway("reconcile", DOSSIERS)
    assert ended.returncode == 3
    assert office.house.value("select error is not null and ended_at is not null from ops.reconciliation")
    assert office.house.value("select count(*) from ops.discrepancy") == 0


def test_what_a_portal_doubled_is_found_and_left_to_a_person(office: Office) -> None:
    office.fault("commit_twice", RECORDS, position=0)
    office.fault("commit_twice", STEPS, position=1)
    office.deliver()
    _reconcile(office)
    assert _causes(office) in ({"duplicate": 2}, {"duplicate": 1})
    assert _mended(office) == [0]
    _is_right(office)


def test_a_lost_change_shows_as_another_state_and_is_told_again(office: Office) -> None:
    office.deliver()
    office.days(2)
    office.fault("lose", RECORDS)
    office.deliver()
    _reconcile(office)
    assert _causes(office).keys() & {"different state", "different date", "sent and not there"}
    _mended(office)
    assert _causes(office) == {}
    _is_right(office)
