"""The business registration: windows of five days by day of receipt, paged inside, and errors under HTTP 200."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox.business.credentials import CLIENT
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ledger, replace_in
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

PORTAL, LIST = "business", "/apiCSDLDKDN/danhSachHoSo"
OVERLAP = timedelta(days=90)
STATUS = {
    "Mới tiếp nhận": "2",
    "Đang xử lý": "4",
    "Yêu cầu sửa đổi, bổ sung": "5",
    "Chờ thanh toán": "6",
    "Đã chấp thuận": "9",
    "Đã trả kết quả": "10",
    "Từ chối": "3",
}
OURS = """
    select dossier_code, status_code, status_at, source_status_name, procedure_name, agency_code, applicant_name,
        received_at, appointment_at
    from core.dossier where issuer = 'business'"""


def shown(sandbox: Running) -> Rows:
    """Every dossier, asked for day by day."""
    address = sandbox.addresses[PORTAL]
    token = sandbox.http.post(
        f"{address}/token", data={"grant_type": "client_credentials"}, auth=(CLIENT.id, CLIENT.secret), timeout=30
    ).json()["access_token"]
    found: Rows = {}
    for day in days():
        written = day.strftime("%d/%m/%Y")
        answer = sandbox.http.get(
            address + LIST,
            params={"from_date": written, "to_date": written, "limit": "500"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        ).json()
        assert len(answer["MainInformation"]) == answer["DataCount"]
        found |= {str(each["IN_JOURNAL_NO"]): _row(each) for each in answer["MainInformation"]}
    return found


def _row(record: dict[str, Any]) -> tuple[Any, ...]:
    return (
        str(record["IN_JOURNAL_NO"]),
        STATUS[record["PROCESS_STATUS"]],
        instant(record["RECEIPT_DATE"]),
        record["PROCESS_STATUS"],
        record["DOCUMENT_TYPE"],
        "66",
        record["NAME"],
        instant(record["RECEIPT_DATE"]),
        instant(record["PLAN_DATE"]),
    )


@pytest.fixture(scope="module")
def nights(new_house: NewHouse) -> Iterator[Nights]:
    with running_sandbox("--only", PORTAL, "--dossiers", "1500") as sandbox:
        yield two_nights(sandbox, new_house(), PORTAL, shown, OURS)


def test_dossiers_are_those_of_the_portal(nights: Nights) -> None:
    assert len(nights.theirs[0]) == 150
    assert nights.ours[0] == nights.theirs[0]
    assert counts(nights.reports[0]) == (150, 0, 0)


def test_a_second_run_changes_nothing(nights: Nights) -> None:
    assert counts(nights.reports[1]) == (0, 0, 0)
    assert nights.reports[1].counts.unchanged > 0
    assert nights.ours[1] == nights.ours[0]


def test_an_incremental_run_sees_what_was_received_in_the_last_ninety_days(nights: Nights) -> None:
    before, after = nights.theirs
    newest = max(row[7] for row in before.values())
    seen = {code for code, row in after.items() if row[7] >= newest - OVERLAP}
    assert nights.fresh <= seen
    assert nights.moved & seen
    assert counts(nights.reports[2]) == (len(nights.fresh), len(nights.moved & seen), 0)
    assert nights.ours[2] == before | {code: after[code] for code in seen}


def test_a_full_run_sees_the_rest(nights: Nights) -> None:
    stale = {code for code, row in nights.theirs[1].items() if nights.ours[2][code] != row}
    assert stale
    assert counts(nights.reports[3]) == (0, len(stale), 0)
    assert nights.ours[3] == nights.theirs[1]


def test_windows_are_short_and_leave_no_gap(nights: Nights) -> None:
    batches = asked_windows(nights.house, "dossiers", "query", "from_date", "to_date", "%d/%m/%Y")
    assert all(is_seamless(windows, 5) for windows in batches)
    newest = max(row[7] for row in nights.theirs[0].values()).astimezone(VIETNAM).date()
    assert [windows[0][0] for windows in (batches[0], batches[3])] == [date(2026, 1, 1)] * 2
    assert batches[2][0][0] == newest - OVERLAP
    assert [windows[-1][1] - DAY_ZERO for windows in batches] == [timedelta(day) for day in (0, 0, LATER, LATER)]


def test_a_window_with_more_than_a_page_is_read_to_its_end(nights: Nights, new_house: NewHouse) -> None:
    house = new_house()
    replace_in(house.own_mappings() / PORTAL / "dossiers.yaml", "page_size: 500", "page_size: 3")
    house.connect_to(nights.sandbox)
    with on_day(LATER):
        assert counts(house.sync(PORTAL)) == (len(nights.theirs[1]), 0, 0)
    assert {row[0]: row for row in house.rows(OURS)} == nights.theirs[1]
    assert house.value("select count(*) from landing.page where request -> 'query' ->> 'offset' = '3'") > 0


def test_an_error_under_http_200_fails_the_run_and_the_next_one_is_whole(nights: Nights, new_house: NewHouse) -> None:
    house, sandbox = new_house(), nights.sandbox
    house.connect_to(sandbox)
    said = {"MainInformation": [], "DataCount": 0, "Status": "0", "Message": "Hệ thống đang bảo trì"}
    sandbox.order(PORTAL, "faults", {"match": LIST, "kind": "body", "body": json.dumps(said), "after": 30})
    with on_day(LATER):
        failed = house.sync(PORTAL).verdict()
        assert failed is not None
        assert failed.exit_code == 3
        assert "Status='0': Hệ thống đang bảo trì" in str(failed)
        assert house.value("select count(*) from core.dossier") == 0
        assert house.rows("select * from ops.cursor") == []
        assert counts(house.sync(PORTAL)) == (len(nights.theirs[1]), 0, 0)


def test_a_token_that_ends_on_the_way_is_renewed(nights: Nights, new_house: NewHouse) -> None:
    house, sandbox = new_house(), nights.sandbox
    house.connect_to(sandbox)
    before = ledger(sandbox.addresses[PORTAL])["calls"]["/token"]
    sandbox.order(PORTAL, "faults", {"match": LIST, "kind": "status", "status": 401, "after": 20})
    with on_day(LATER):
        assert counts(house.sync(PORTAL)) == (len(nights.theirs[1]), 0, 0)
    assert ledger(sandbox.addresses[PORTAL])["calls"]["/token"] == before + 2


def test_a_word_no_crosswalk_knows_goes_to_quarantine(nights: Nights, new_house: NewHouse) -> None:
    house, sandbox = new_house(), nights.sandbox
    house.connect_to(sandbox)
    records = {"0": {"PROCESS_STATUS": "Chờ bốc thăm"}}
    sandbox.order(PORTAL, "faults", {"match": LIST, "kind": "rewrite", "records": records, "after": 64})
    with on_day(LATER):
        report = house.sync(PORTAL)
    verdict = report.verdict()
    assert verdict is not None
    assert verdict.exit_code == 1
    assert (report.counts.new, report.counts.quarantined) == (len(nights.theirs[1]) - 1, 1)
    assert house.rows("select path, value from ops.quarantine") == [("PROCESS_STATUS", "Chờ bốc thăm")]
