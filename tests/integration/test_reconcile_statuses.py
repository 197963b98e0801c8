"""Dossiers filed on the national portal, whose states we tell back: what it shows of them beside what it must show."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest

from gateway.reconcile.pairs import pair
from gateway.reconcile.period import period
from gateway.reconcile.run import Report, reconcile
from tests.helpers.delivery import STATUSES, Office, national_office
from tests.helpers.prepared import Prepared
from tests.helpers.pushes import code_of

pytestmark = pytest.mark.long

SERVICE = "DongBoTrangThaiHoSo"
RIGHT = """
    select dossier_code_national, e.status_code, to_char(e.status_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMMDDHH24MISS')
    from core.dossier d join core.dossier_event e using (dossier_id)
    where d.issuer = 'province' and dossier_code_national is not null order by 1, e.status_at"""


@pytest.fixture
def office(prepared: Prepared) -> Iterator[Office]:
    """Sixty dossiers of the province, a quarter of them filed on the national portal, which may be told their states."""
    with national_office(prepared, STATUSES) as office:
        yield office


def _reconcile(office: Office, mend: bool = False, first: str = "", last: str = "") -> Report:
    """Compare, on a day after all that the sandbox shows, whatever day it is outside."""
    on_a_later_day = patch("gateway.reconcile.period.today", return_value=date(2026, 12, 20))
    with office.house.shop() as shop, patch.dict(os.environ, office.house.connections), on_a_later_day:
        found = pair(shop, STATUSES)
        return reconcile(shop, found, period(found, first, last), mend=mend)


def _mended(office: Office) -> list[int]:
    """Repair and deliver until it changes nothing; how much each round sent again."""
    rounds = []
    while not rounds or rounds[-1]:
        assert len(rounds) < 5
        rounds.append(_reconcile(office, mend=True).repaired)
        office.deliver(STATUSES)
    return rounds


def _held(office: Office) -> list[tuple[str, ...]]:
    """What the portal really holds: code, state and time of every row, in the order in which it took them."""
    pushed = office.pushed()["dossiers"]
    return [
        (code, each["state"], each["time"])
        for code in sorted(pushed)
        for each in pushed[code]["pushes"]
        if each["kept"]
    ]


def _is_right(office: Office) -> None:
    assert _held(office) == office.house.rows(RIGHT) != []


def _life(office: Office) -> list[tuple[Any, ...]]:
    return office.house.rows("select cause, state, count(*) from ops.discrepancy group by 1, 2 order by 1, 2")


def test_after_a_good_delivery_nothing_differs(office: Office) -> None:
    before = _reconcile(office)
    assert before.causes.keys() <= {"not sent"}
    assert before.verdict() is None
    office.deliver(STATUSES)
    _is_right(office)
    report = _reconcile(office)
    assert report.causes == {}
    assert report.figures.ours == report.figures.theirs == report.figures.equal > 5
    assert report.verdict() is None


def test_lost_states_are_found_and_told_again_once(office: Office) -> None:
    office.fault("lose", SERVICE, times=4)
    office.deliver(STATUSES)
    report = _reconcile(office)
    assert report.causes.keys() == {"different state"}
    assert report.verdict() is not None
    assert _mended(office)[-1] == 0
    _is_right(office)
    assert _reconcile(office).causes == {}
    assert {state for _, state, _ in _life(office)} == {"repaired"}


def test_only_the_steps_that_are_missing_are_sent_again(office: Office) -> None:
    office.deliver(STATUSES)
    for _ in range(3):
        office.days(2)
    [(code, steps)] = office.house.rows("""
        select dossier_code, count(*) from ops.outbox where target = 'national/statuses' group by 1
        having count(*) filter (where state = 'waiting') > 0 order by 2 desc, 1 limit 1""")
    assert steps > 1
    office.fault("lose", SERVICE, item=code, times=steps - 1)
    office.deliver(STATUSES)
    before = office.pushed()["accepted"]
    assert _reconcile(office).causes == {"different state": 1}
    assert _mended(office) == [1, 0]
    _is_right(office)
    assert office.pushed()["accepted"] == before + steps - 1


def test_what_the_portal_forgot_since_is_told_again_in_order(office: Office) -> None:
    for _ in range(2):
        office.days(2)
    office.fault("lose_later", SERVICE, times=0)
    office.deliver(STATUSES)
    office.sandbox.http.delete(f"{office.sandbox.national}/_sandbox/faults", timeout=30)
    office.days()
    office.deliver(STATUSES)
    _mended(office)
    _is_right(office)
    assert _reconcile(office).causes == {}


def test_one_none_of_whose_states_was_ever_owed_is_told_all_of_them(office: Office) -> None:
    """It bears the portal's code since its states came, so that none of them went into the line."""
    code = _moved_on(office)
    office.fault("lose", SERVICE, item=code, times=0)
    office.deliver(STATUSES)
    office.sandbox.http.delete(f"{office.sandbox.national}/_sandbox/faults", timeout=30)
    for table in (
        "attempt where outbox_id in (select outbox_id from ops.outbox where",
        "ledger where (",
        "outbox where (",
    ):
        office.house.execute(f"delete from ops.{table} dossier_code = '{code}')")
    assert _reconcile(office).causes == {"different state": 1}
    assert _mended(office) == [1, 0]
    _is_right(office)


def test_what_was_refused_is_told_as_that_and_not_sent_again(office: Office) -> None:
    office.deliver(STATUSES)
    code = _moved_on(office)
    office.fault("refuse_item", SERVICE, item=code)
    office.deliver(STATUSES)
    assert _reconcile(office).causes == {"rejected": 1}
    assert _mended(office) == [0]


def test_what_others_told_the_portal_is_left_to_a_person_after_three_times(office: Office) -> None:
    """All our steps are there, so that nothing is sent; the portal shows a later one, which is not ours."""
    office.deliver(STATUSES)
    code = office.rows("dossier_code", target=STATUSES)[0][0]
    told = {"MaHoSo": code, "MaHoSoDonVi": "X-1", "NoiDung": "", "NgayXuLy": "20261231080000", "TrangThai": "7"}
    session = office.sandbox.national_session()
    assert code_of(office.sandbox.service(session, SERVICE, type="2", data=told).json()) == 0
    before = office.pushed()["accepted"]
    assert _mended(office) == [1, 1, 1, 0]
    assert office.pushed()["accepted"] == before
    assert _reconcile(office).verdict() is not None
    assert _life(office) == [("different state", "open", 1)]


def _moved_on(office: Office) -> str:
    """Let days pass; the code of a dossier that has a new state in line, and is beyond its first."""
    office.days(3)
    [code, *_] = office.house.column("""
        select o.dossier_code from ops.outbox as o join core.dossier using (dossier_id)
        where target = 'national/statuses' and state = 'waiting' and core.dossier.status_code <> '1' order by 1""")
    return str(code)


def test_a_dossier_the_office_does_not_have_is_only_there(office: Office) -> None:
    office.deliver(STATUSES)
    office.sandbox.order("national", "days", {"days": 3})
    report = _reconcile(office)
    assert set(report.causes) == {"only there"}
    assert report.figures.only_theirs == report.causes["only there"]
    office.night()
    office.deliver(STATUSES)
    assert _reconcile(office).causes == {}


def test_days_are_those_of_filing(office: Office) -> None:
    """The portal lists by day of filing; one received later is not looked for in another window."""
    office.deliver(STATUSES)
    days = office.house.column("""
        select distinct (filed_at at time zone 'Asia/Ho_Chi_Minh')::date::text from core.dossier
        where issuer = 'province' and dossier_code_national is not null order by 1""")
    for day in (days[0], days[len(days) // 2], days[-1]):
        report = _reconcile(office, first=day, last=day)
        assert report.causes == {}
        assert report.figures.ours == report.figures.theirs > 0
