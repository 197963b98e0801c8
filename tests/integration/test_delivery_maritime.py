"""Notices to the maritime single window about dossiers that were filed there: SOAP, a whole document inside a text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gateway.errors import NeedsPerson
from sandbox.maritime.documents import INLAND_VESSEL, SHIP_ARRIVAL
from sandbox.maritime.results import dossier_code
from sandbox.soap.cases import cases
from sandbox.testing import Running, running_sandbox
from tests.helpers.delivery import Office
from tests.helpers.house import House
from tests.helpers.prepared import Prepared

pytestmark = pytest.mark.long

SHIPS, VESSELS = "maritime/ship_arrival_notices", "maritime/inland_vessel_notices"
OPERATION = "sendAndGetMessage"
FUNCTIONS = {"2": "21", "3": "22", "4": "20", "5": "20", "6": "20", "7": "24", "8": "20", "9": "23"}

STEPS = """
    select d.dossier_code_national, e.status_code,
        to_char(e.status_at at time zone 'Asia/Ho_Chi_Minh', 'DD/MM/YYYY HH24:MI:SS')
    from core.dossier d join core.dossier_event e using (dossier_id)
    where d.dossier_code_national like 'BXD.10-%' order by 1, e.status_at, e.status_code"""


@contextmanager
def _ports() -> Iterator[Running]:
    """The province, whose forty youngest dossiers are filed at the window, which has two kinds of document."""
    with running_sandbox("--dossiers", "240", "--only", "maritime", "--only", "province") as sandbox:
        _file(sandbox)
        yield sandbox


def _a_night(house: House) -> None:
    with _ports() as sandbox:
        house.connect_to(sandbox)
        house.night("province")


@pytest.fixture
def office(prepared: Prepared) -> Iterator[Office]:
    """The province's dossiers, taken in; the window may be told of those that were filed there."""
    house = prepared.house(_a_night)
    with _ports() as sandbox:
        house.connect_to(sandbox)
        office = Office(house, sandbox, "maritime")
        office.open(SHIPS, VESSELS)
        yield office


def _file(sandbox: Running) -> None:
    listed = sandbox.province_get("/pa/dossier/search", sandbox.province_token(), size=240).json()["content"]
    youngest = sorted(listed, key=lambda record: str(record["appliedDate"]), reverse=True)
    own = [record["code"] for record in youngest]
    theirs = [
        dossier_code(kind, case) for kind in (SHIP_ARRIVAL, INLAND_VESSEL) for case in cases(1, kind.number, 0)[:20]
    ]
    assert sandbox.order("province", "filed", {"codes": dict(zip(own, theirs, strict=False))}).json() == {"filed": 40}


def _told(office: Office) -> list[tuple[str, str, str]]:
    """(code, function, time) of every notice about a ship that the window kept, of a code in the order in which they came."""
    kept = []
    for code in sorted(office.pushed()["dossiers"]):
        notices = office.pushed(code)["statuses"]
        kept += [(code, each["function"], each["statusdate"]) for each in notices if each["documentType"] == "10"]
    return kept


def _right(office: Office) -> list[tuple[str, str, str]]:
    return [(code, FUNCTIONS[state], at) for code, state, at in office.house.rows(STEPS) if state in FUNCTIONS]


def test_each_step_arrives_once_and_in_order(office: Office) -> None:
    for _ in range(3):
        assert office.deliver(SHIPS).verdict() is None
        office.days(20, "province")
    office.deliver(SHIPS)
    assert _told(office) == _right(office) != []
    assert {function for _, function, _ in _told(office)} >= {"20", "23"}
    ids = [each["messageId"] for code in office.pushed()["dossiers"] for each in office.pushed(code)["statuses"]]
    assert len(ids) == len(set(ids))


def test_inland_vessels_are_told_in_their_own_spelling(office: Office) -> None:
    assert office.deliver(VESSELS).accepted > 5
    codes = list(office.pushed()["dossiers"])
    assert all(code.startswith("BXD.58-") for code in codes)
    [notice, *_] = office.pushed(codes[0])["statuses"]
    assert notice["statusdate"][:3] == "202"
    assert office.deliver(VESSELS).accepted == 0


def test_a_second_delivery_sends_nothing(office: Office) -> None:
    office.deliver(SHIPS)
    before = office.pushed()["accepted"]
    office.night("province")
    assert office.deliver(SHIPS).accepted == 0
    assert office.pushed()["accepted"] == before > 0


FAULT = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server</faultcode>'
    "<faultstring>Quá thời gian chờ</faultstring></s:Fault></s:Body></s:Envelope>"
)
CUTS: tuple[dict[str, Any], ...] = (
    {"kind": "commit_then_reset"},
    {"kind": "truncated", "done": True},
    {"kind": "status", "status": 500, "done": True},
    {"kind": "html_login", "done": True},
    {"kind": "body", "done": True, "status": 500, "media": "text/xml; charset=utf-8", "body": FAULT},
    {"kind": "body", "done": True, "media": "text/xml; charset=utf-8", "body": "<error/>"},
    {
        "kind": "body",
        "done": True,
        "media": "text/xml; charset=utf-8",
        "body": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    },
)


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut.get("body", cut["kind"])[:9])
def test_a_call_that_was_cut_goes_to_a_person_and_nothing_is_doubled(office: Office, cut: dict[str, Any]) -> None:
    """The window does not show what it was told, and its contract does not say that it knows a message again."""
    office.fault(match=OPERATION, **cut)
    report = office.deliver(SHIPS)
    assert isinstance(report.verdict(), NeedsPerson)
    [(state, cause, reason)] = office.rows("state", "cause", "reason", state="dead")
    assert (state, cause) == ("dead", "outcome unknown")
    assert "a person decides" in reason
    office.deliver(SHIPS)
    assert _told(office) == _right(office) != []


def test_a_refusal_is_kept_with_its_reason_and_the_others_go(office: Office) -> None:
    code = _right(office)[2][0]
    office.fault("refuse_item", OPERATION, item=code, text="Sai mẫu thông báo", times=100)
    assert office.deliver(SHIPS).rejected == 1
    [(cause, reason)] = office.rows("cause", "reason", state="rejected")
    assert cause == "refused"
    assert "Sai mẫu thông báo" in reason
    assert _told(office) == [step for step in _right(office) if step[0] != code]


def test_what_the_window_does_not_have_is_said(office: Office) -> None:
    [(row, code), *_] = office.rows("outbox_id", "dossier_code", target=SHIPS, state="waiting")
    office.fault("refuse_item", OPERATION, item=code, text="Hồ sơ không tồn tại", times=100)
    assert office.deliver(SHIPS).rejected == 1
    assert office.rows("state", "cause", outbox_id=row) == [("rejected", "absent there")]


def test_the_national_portal_hears_nothing_of_them(office: Office) -> None:
    codes = office.house.column("select dossier_code from core.dossier where dossier_code_national like 'BXD.%'")
    told = office.house.column("select dossier_code from ops.outbox where target like 'national/%'")
    assert codes
    assert not [code for code in told if code in codes or code.startswith("BXD.")]
