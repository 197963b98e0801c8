"""Driving licences: `mapi` with texts for codes, a session in the body, windows by day of receipt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox.licences.credentials import PASSWORD, USERNAME
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ledger
from tests.helpers.ministries import (
    DAY_ZERO,
    LATER,
    VIETNAM,
    Nights,
    Rows,
    asked_windows,
    counts,
    days,
    instant,
    is_seamless,
    on_day,
    two_nights,
)

PORTAL, MAPI = "licences", "/tcdbdvcdata/mapi"
OVERLAP = timedelta(days=90)
OURS = """
    select dossier_code, status_code, status_at, source_status_code, source_status_name, procedure_code, procedure_name,
        agency_code, agency_name, applicant_name, filed_at, received_at, appointment_at
    from core.dossier where issuer = 'licences'"""
RECEIVED = 11


def post(sandbox: Running, call: str, **body: str) -> Any:
    """What `mapi` answers."""
    return sandbox.http.post(f"{sandbox.addresses[PORTAL]}{MAPI}/{call}", json=body, timeout=30).json()


def shown(sandbox: Running) -> Rows:
    """Every dossier that the portal lists: those it has received."""
    session = post(sandbox, "login", username=USERNAME, password=PASSWORD)["session"]
    whole = {"ngayNhan1": str(days()[0]), "ngayNhan2": str(days()[-1])}
    answer = post(sandbox, "g", session=session, service="DanhSachHoSo", donViXuLy=USERNAME, **whole)
    assert answer["error_code"] == "0"
    return {each["MaHoSo"]: _row(each) for each in answer["data"]}


def _row(record: dict[str, str]) -> tuple[Any, ...]:
    return (
        record["MaHoSo"],
        record["MaTrangThai"],
        instant(record["NgayTiepNhan"]),
        record["MaTrangThai"],
        record["TrangThaiHoSo"],
        record["MaTTHC"],
        record["TenDVC"],
        record["MaDonViXuLy"],
        record["DonViXuLy"],
        record["HoTenNguoiNop"],
        instant(record["NgayNop"]),
        instant(record["NgayTiepNhan"]),
        instant(record["NgayHenTra"]),
    )


@pytest.fixture(scope="module")
def nights(new_house: NewHouse) -> Iterator[Nights]:
    with running_sandbox("--only", PORTAL, "--dossiers", "1500") as sandbox:
        yield two_nights(sandbox, new_house(), PORTAL, shown, OURS)


def test_dossiers_are_those_of_the_portal(nights: Nights) -> None:
    assert len(nights.theirs[0]) > 130
    assert {row[1] for row in nights.theirs[0].values()} >= {"3", "8", "9", "10"}
    assert nights.ours[0] == nights.theirs[0]
    assert counts(nights.reports[0]) == (len(nights.theirs[0]), 0, 0)


def test_a_second_run_changes_nothing(nights: Nights) -> None:
    assert counts(nights.reports[1]) == (0, 0, 0)
    assert nights.reports[1].counts.unchanged > 0
    assert nights.ours[1] == nights.ours[0]


def test_only_what_moved_or_came_is_changed_or_new(nights: Nights) -> None:
    before, after = nights.theirs
    newest = max(row[RECEIVED] for row in before.values())
    seen = {code for code, row in after.items() if row[RECEIVED] >= newest - OVERLAP}
    assert nights.moved & seen
    assert nights.fresh
    assert counts(nights.reports[2]) == (len(nights.fresh), len(nights.moved & seen), 0)
    assert nights.ours[2] == before | {code: after[code] for code in seen}


def test_a_full_run_equals_the_portal(nights: Nights) -> None:
    stale = {code for code, row in nights.theirs[1].items() if nights.ours[2].get(code) != row}
    assert counts(nights.reports[3]) == (0, len(stale), 0)
    assert nights.ours[3] == nights.theirs[1]


def test_each_state_that_was_seen_is_an_event(nights: Nights) -> None:
    before, after = nights.theirs
    seen = {(code, row[1]) for shown_then in (before, after) for code, row in shown_then.items()}
    events = nights.house.rows(
        "select dossier_code, e.status_code from core.dossier_event e join core.dossier using (dossier_id)"
    )
    assert sorted(events) == sorted(seen)


def test_windows_are_weeks_and_leave_no_gap(nights: Nights) -> None:
    batches = asked_windows(nights.house, "dossiers", "body", "ngayNhan1", "ngayNhan2", "%Y-%m-%d")
    assert all(is_seamless(windows, 7) for windows in batches)
    newest = max(row[RECEIVED] for row in nights.theirs[0].values()).astimezone(VIETNAM).date()
    assert batches[0][0][0] == batches[3][0][0] == date(2026, 1, 1)
    assert batches[1][0][0] == batches[2][0][0] == newest - OVERLAP
    assert [windows[-1][1] - DAY_ZERO for windows in batches] == [timedelta(day) for day in (0, 0, LATER, LATER)]


def test_no_session_is_kept_with_what_was_asked(nights: Nights) -> None:
    asked = nights.house.column("select distinct request -> 'body' from landing.page")
    assert asked
    assert all(body.keys() == {"service", "ngayNhan1", "ngayNhan2"} for body in asked)


def test_a_session_that_ends_on_the_way_is_renewed(nights: Nights, new_house: NewHouse) -> None:
    house, sandbox = new_house(), nights.sandbox
    house.connect_to(sandbox)
    before = ledger(sandbox.addresses[PORTAL])["calls"]["login"]
    over = {"error_code": "-1", "result": "Phiên làm việc không hợp lệ hoặc đã hết hạn", "data": []}
    sandbox.order(PORTAL, "faults", {"match": "DanhSachHoSo", "kind": "body", "body": json.dumps(over), "after": 20})
    with on_day(LATER):
        assert counts(house.sync(PORTAL)) == (len(nights.theirs[1]), 0, 0)
    assert ledger(sandbox.addresses[PORTAL])["calls"]["login"] == before + 2


def test_a_wrong_password_is_tried_once(nights: Nights, new_house: NewHouse) -> None:
    house, sandbox = new_house(), nights.sandbox
    house.connect_to(sandbox, password="wrong")
    before = ledger(sandbox.addresses[PORTAL])["calls"]["login"]
    verdict = house.sync(PORTAL).verdict()
    assert verdict is not None
    assert verdict.exit_code == 3
    assert "signing in failed" in str(verdict)
    assert ledger(sandbox.addresses[PORTAL])["calls"]["login"] == before + 1


def test_a_refusal_under_http_200_is_told_in_the_portals_words(nights: Nights, new_house: NewHouse) -> None:
    house, sandbox = new_house(), nights.sandbox
    mappings = house.own_mappings() / PORTAL / "portal.yaml"
    mappings.write_text(mappings.read_text("utf-8").replace("{donViXuLy: login}", "{donViKhac: login}"), "utf-8")
    house.connect_to(sandbox)
    verdict = house.sync(PORTAL).verdict()
    assert verdict is not None
    assert verdict.exit_code == 3
    assert "error_code='1': Đơn vị xử lý không hợp lệ" in str(verdict)
    assert house.value("select count(*) from core.dossier") == 0
