"""The Tân Dân one-stop system's contract, and that it shows the same dossiers as the province's iGate."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.testing import Running, running_sandbox

pytestmark = pytest.mark.filterwarnings("error")
NAME = "province-tandan"
BASE = "/api/v1"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?")
DATES = (
    "NgayNopHoSo", "NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy", "NgayTra", "NgayTuChoi", "CreatedOn",
    "LastModifiedOn", "DeletedOn",
)  # fmt: skip
# Which of the ten states each iGate state may be.
STATES = {0: {1}, 2: {2, 4}, 3: {5}, 4: {10}, 5: {6}, 8: {3, 7, 8}, 9: {9}}


def headers(running: Running) -> dict[str, str]:
    """The key and the unit, as the ready line names them."""
    connection = running.connections[NAME]
    return {"ApiKey": connection["extra"]["api_key"], "MaDonVi": connection["login"]}


def get(running: Running, path: str = "/hoso", **query: object) -> requests.Response:
    """One call with the right headers."""
    parameters = {name: str(value) for name, value in query.items()}
    address = running.addresses[NAME] + BASE + path
    return running.http.get(address, params=parameters, headers=headers(running), timeout=30)


@pytest.fixture(scope="module")
def dossiers(sandbox: Running) -> list[dict[str, Any]]:
    """All dossiers."""
    everything: list[dict[str, Any]] = get(sandbox).json()["data"]
    return everything


def local(text: str | None) -> datetime | None:
    """An instant of iGate as local time without a zone."""
    if text is None:
        return None
    instant = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    return instant.replace(tzinfo=None) - (instant.utcoffset() or timedelta()) + timedelta(hours=7)


@pytest.mark.parametrize("wrong", [{"ApiKey": "wrong"}, {"MaDonVi": "000.00.00.H99"}, {"ApiKey": ""}])
def test_key_and_unit_must_both_be_right(sandbox: Running, wrong: dict[str, str]) -> None:
    address = f"{sandbox.addresses[NAME]}{BASE}/hoso"
    answer = sandbox.http.get(address, headers=headers(sandbox) | wrong, timeout=10)
    assert (answer.status_code, answer.json()["exception"]) == (401, "Authentication Failed.")
    assert get(sandbox, pageSize=1).status_code == 200


def test_pages_count_from_one(sandbox: Running, dossiers: list[dict[str, Any]]) -> None:
    first = get(sandbox, pageNumber=1, pageSize=300).json()
    assert first.pop("data") == dossiers[:300]
    assert first == {
        "currentPage": 1, "totalPages": 7, "totalCount": 2000, "pageSize": 300, "hasPreviousPage": False,
        "hasNextPage": True,
    }  # fmt: skip
    last = get(sandbox, pageNumber=7, pageSize=300).json()
    assert (last["data"], last["hasPreviousPage"], last["hasNextPage"]) == (dossiers[1800:], True, False)
    assert get(sandbox, pageNumber=8, pageSize=300).json()["data"] == []


def test_without_a_size_everything_comes_on_one_page(sandbox: Running, dossiers: list[dict[str, Any]]) -> None:
    page = get(sandbox).json()
    assert (page["pageSize"], page["totalPages"], len(dossiers)) == (2**31 - 1, 1, 2000)


def test_a_json_body_asks_the_same(sandbox: Running) -> None:
    address = f"{sandbox.addresses[NAME]}{BASE}/hoso/search"
    body = {"pageNumber": 2, "pageSize": 50, "orderBy": ["LastModifiedOn desc"]}
    answer = sandbox.http.post(address, json=body, headers=headers(sandbox), timeout=10)
    assert answer.content == get(sandbox, pageNumber=2, pageSize=50, orderBy="LastModifiedOn desc").content
    for bad in (b"[]", b"{"):
        assert sandbox.http.post(address, data=bad, headers=headers(sandbox), timeout=10).status_code == 400


@pytest.mark.parametrize("query", [{"pageNumber": "-1"}, {"pageSize": "all"}, {"orderBy": "MaHoSo"}])
def test_a_bad_parameter_is_the_products_own_error(sandbox: Running, query: dict[str, str]) -> None:
    answer = get(sandbox, **query)
    assert (answer.status_code, answer.json()["statusCode"]) == (400, 400)


def test_times_are_local_and_name_no_zone(dossiers: list[dict[str, Any]]) -> None:
    for record in dossiers:
        assert all(record[name] is None or TIME.fullmatch(record[name]) for name in DATES)
    lengths = {len(record["LastModifiedOn"]) for record in dossiers}
    assert lengths >= {len("2026-11-20T10:00:00"), len("2026-11-20T10:00:00.123")}


def test_it_is_the_same_world_as_igate(sandbox: Running, token: str, dossiers: list[dict[str, Any]]) -> None:
    pages = [sandbox.province_get("/pa/dossier/search", token, page=page, size=1000).json() for page in range(2)]
    igate = {record["code"]: record for page in pages for record in page["content"]}
    assert {record["MaHoSo"] for record in dossiers} == set(igate)
    for record in dossiers:
        other = igate[record["MaHoSo"]]
        assert int(record["TrangThaiHoSoId"]) in STATES[other["dossierStatus"]["id"]]
        assert record["MaHoSoKhac"] == other["nationCode"]
        assert record["ChuHoSo"] == other["applicant"]["data"]["fullname"]
        assert record["KenhThucHien"] == {0: "2", 1: "1"}[other["applyMethod"]["id"]]
        for mine, theirs in (
            ("NgayNopHoSo", "appliedDate"), ("NgayTiepNhan", "acceptedDate"), ("NgayHenTra", "appointmentDate"),
            ("NgayKetThucXuLy", "completedDate"), ("LastModifiedOn", "updatedDate"),
        ):  # fmt: skip
            assert (datetime.fromisoformat(record[mine]) if record[mine] else None) == local(other[theirs])


def test_all_ten_states_occur_and_dates_fit_them(dossiers: list[dict[str, Any]]) -> None:
    assert {int(record["TrangThaiHoSoId"]) for record in dossiers} == set(range(1, 11))
    for record in dossiers:
        state = int(record["TrangThaiHoSoId"])
        assert (record["NgayTiepNhan"] is None) is (state in {1, 3})
        assert (record["NgayTra"] is not None) is (state == 10)
        assert (record["NgayTuChoi"] is not None) is (state in {3, 7, 8})
        assert record["TrangThaiBoSung"] == ("1" if state == 5 else "0")


def test_deleted_dossiers_stay_in_the_list(dossiers: list[dict[str, Any]]) -> None:
    deleted = [record for record in dossiers if record["DeletedOn"]]
    refused = [record for record in dossiers if record["TrangThaiHoSoId"] == "3"]
    assert 0 < len(deleted) < len(refused)
    assert {record["TrangThaiHoSoId"] for record in deleted} == {"3"}


def test_the_order_by_change_is_on_request(sandbox: Running, dossiers: list[dict[str, Any]]) -> None:
    filed = [record["MaHoSo"].rpartition("-")[0].rpartition("-")[2] for record in dossiers]
    assert filed == sorted(filed)
    for order, newest_first in (("LastModifiedOn desc", True), ("LastModifiedOn", False)):
        listed = get(sandbox, orderBy=order).json()["data"]
        changed = [datetime.fromisoformat(record["LastModifiedOn"]) for record in listed]
        assert changed == sorted(changed, reverse=newest_first)
        assert {record["MaHoSo"] for record in listed} == {record["MaHoSo"] for record in dossiers}


def test_days_passed_one_by_one_give_the_same_bytes_as_a_later_start() -> None:
    sizes = ("--only", NAME, "--dossiers", "300")
    with running_sandbox(*sizes, "--day", "2") as started, running_sandbox(*sizes) as passed:
        before = get(passed, orderBy="LastModifiedOn desc").content
        for _ in range(2):
            passed.order(NAME, "days", {"days": 1})
        after = get(passed, orderBy="LastModifiedOn desc").content
        assert after == get(started, orderBy="LastModifiedOn desc").content
        assert after != before
        assert get(passed, "/thutuc").content == get(started, "/thutuc").content


def test_procedures_are_switched_off_when_abolished() -> None:
    with running_sandbox("--only", NAME, "--dossiers", "0") as running:
        assert all(record["SuDung"] for record in get(running, "/thutuc").json()["data"])
        running.order(NAME, "days", {"days": 10})
        page = get(running, "/thutuc", pageNumber=1, pageSize=500).json()
    assert page["totalCount"] == len(page["data"])
    assert {record["SuDung"] for record in page["data"]} == {True, False}


def test_faults_and_ledger_count_by_path(sandbox: Running) -> None:
    assert sandbox.order(NAME, "faults", {"match": f"{BASE}/thutuc", "kind": "empty"}).ok
    assert get(sandbox, "/thutuc", pageSize=1).content == b""
    assert get(sandbox, "/thutuc", pageSize=1).json()["currentPage"] == 1
    ledger = sandbox.http.get(f"{sandbox.addresses[NAME]}/_sandbox/ledger", timeout=10).json()
    assert ledger["spoiled"] == {f"{BASE}/thutuc": 1}
