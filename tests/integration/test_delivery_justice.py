"""Requests for judicial records (lý lịch tư pháp) handed over by the province to the ministry: each of them, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.testing import running_sandbox
from tests.helpers.delivery import REQUESTS, Office
from tests.helpers.house import House

TAKES = "/apiLyLichTuPhap/nhanHoSoDangKy"
ASKS = "/apiLyLichTuPhap/LLTP-API-traTrangThaiHs"

OWED = """
    select d.dossier_code from core.dossier d join core.dossier_event e using (dossier_id)
    where d.issuer = 'province' and d.procedure_code ~ '^3[.]00033[34]($|[.])' and e.status_code in ('2', '4')
    group by 1 order by 1"""


@pytest.fixture
def office(house: House) -> Iterator[Office]:
    """A thousand dossiers of the province, a part of them of the ministry's procedures."""
    options = ("--procedures", "6", "--dossiers", "1000", "--only", "justice", "--only", "province")
    with running_sandbox(*options) as sandbox:
        house.connect_to(sandbox)
        office = Office(house, sandbox, "justice")
        office.night("province")
        office.open(REQUESTS)
        yield office


def _owed(office: Office) -> list[str]:
    return office.house.column(OWED)


def _taken(office: Office) -> dict[str, list[dict[str, Any]]]:
    """What the ministry itself says it took, by code."""
    return {code: told["pushes"] for code, told in sorted(office.pushed()["dossiers"].items())}


def _all_once(office: Office) -> bool:
    taken = _taken(office)
    return list(taken) == _owed(office) != [] and all(len(pushes) == 1 for pushes in taken.values())


def test_what_was_received_is_handed_over_once(office: Office) -> None:
    assert office.deliver(REQUESTS).verdict() is None
    assert _all_once(office)
    [code, *_] = _taken(office)
    held = office.pushed(code)["holds"]
    [known] = office.house.rows("select applicant_name, agency_name from core.dossier where dossier_code = :c", c=code)
    assert (held["maHoSo"], held["maTTHC"], held["hoTen"], held["tenDonVi"]) == (code, "3.000333", *known)


def test_a_second_delivery_hands_over_nothing_and_a_later_state_neither(office: Office) -> None:
    office.deliver(REQUESTS)
    before = office.pushed()["accepted"]
    assert office.deliver(REQUESTS).accepted == 0
    known = set(_taken(office))
    for _ in range(3):
        office.days(10, "province")
        assert office.deliver(REQUESTS).error is None
    assert _all_once(office)
    assert known < set(_taken(office))
    assert office.pushed()["accepted"] > before


def test_what_changes_before_it_is_handed_over_goes_in_place_of_what_was_not_sent(office: Office) -> None:
    office.house.execute(
        r"update ops.outbox set payload_hash = '\x00'; update core.dossier set applicant_name = 'Tên Cũ', content_hash = '\x00', source_hash = '\x00'"
    )
    office.house.sync("province", full=True)
    assert office.states(REQUESTS) == {"superseded": len(_owed(office)), "waiting": len(_owed(office))}
    office.deliver(REQUESTS)
    assert _all_once(office)


def test_an_answer_about_another_dossier_settles_nothing(office: Office) -> None:
    office.fault("commit_then_reset", TAKES)
    office.fault("body", ASKS, times=0, body='{"status": 1, "data": [{"maHoSo": "H15.99-261101-9999"}]}')
    office.deliver(REQUESTS)
    [reason] = office.house.column("select reason from ops.outbox where state = 'unknown' and target like 'justice/%'")
    assert "about another dossier" in reason
    office.mended()
    office.house.execute("update ops.outbox set next_at = null")
    office.deliver(REQUESTS)
    assert _all_once(office)


CUTS: tuple[dict[str, Any], ...] = (
    {"kind": "commit_then_reset"},
    {"kind": "truncated", "done": True},
    {"kind": "status", "status": 502, "done": True},
    {"kind": "status", "status": 504},
)


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut["kind"])
def test_a_call_that_was_cut_is_read_back_and_nothing_is_doubled(office: Office, cut: dict[str, Any]) -> None:
    office.fault(match=TAKES, times=2, **cut)
    assert office.deliver(REQUESTS).verdict() is None
    assert "unknown" in office.house.column("select outcome from ops.attempt where operation = 'create'")
    assert _all_once(office)


def test_a_refusal_is_kept_with_its_reason_and_the_others_go(office: Office) -> None:
    code = _owed(office)[2]
    office.fault("refuse_item", TAKES, item=code, text="Hồ sơ thiếu tờ khai", times=100)
    assert office.deliver(REQUESTS).rejected == 1
    [(state, cause, reason)] = office.rows("state", "cause", "reason", dossier_code=code, target=REQUESTS)
    assert (state, cause) == ("rejected", "refused")
    assert "Hồ sơ thiếu tờ khai" in reason
    assert list(_taken(office)) == [each for each in _owed(office) if each != code]


def test_without_a_link_to_the_national_code_it_is_held_until_there_is_one(office: Office) -> None:
    office.house.execute("update core.procedure set procedure_code_national = null")
    office.days(5, "province")
    held = {(cause, reason) for cause, reason in office.rows("cause", "reason", state="held", target=REQUESTS)}
    assert held == {("maTTHC is missing", "maTTHC is required, and procedure_code_national is empty")}
    office.house.execute("update core.procedure set procedure_code_national = left(procedure_code, 8)")
    assert office.deliver(REQUESTS).verdict() is None
    assert _all_once(office)


def test_others_dossiers_and_procedures_are_none_of_the_ministrys(office: Office) -> None:
    told = office.house.column(f"select distinct dossier_code from ops.outbox where target = '{REQUESTS}' order by 1")
    assert told == _owed(office)
    assert len(told) < office.house.value("select count(*) from core.dossier")
