"""The driving-licence system's contract, called over real HTTP."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.licences.credentials import PASSWORD, USERNAME
from sandbox.testing import Running, running_sandbox

pytestmark = pytest.mark.filterwarnings("error")
MEMBERS = {
    "MaTTHC", "MaDVC", "TenDVC", "MaHoSo", "HoTenNguoiNop", "MaTrangThai", "TrangThaiHoSo", "DonViXuLy",
    "MaDonViXuLy", "NgayNop", "NgayTiepNhan", "NgayHenTra", "HinhThucNhanKQ",
}  # fmt: skip
TIME = re.compile(r"\d\d/\d\d/20\d\d \d\d:\d\d:\d\d")
EVER = {"ngayNhan1": "2026-01-01", "ngayNhan2": "2027-12-31"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """The driving-licence system alone, on day 0, with 400 dossiers."""
    with running_sandbox("--only", "licences", "--dossiers", "4000") as running:
        yield running


def post(running: Running, call: str, body: object) -> dict[str, Any]:
    """POST to `mapi/{call}`; every answer is HTTP 200."""
    answer = running.http.post(f"{running.addresses['licences']}/tcdbdvcdata/mapi/{call}", json=body, timeout=30)
    assert answer.status_code == 200
    return dict(answer.json())


def session(running: Running) -> str:
    """A fresh session."""
    return str(post(running, "login", {"username": USERNAME, "password": PASSWORD})["session"])


def ask(running: Running, service: str, **parameters: str) -> dict[str, Any]:
    """A service with a fresh session."""
    body = {"session": session(running), "service": service, "donViXuLy": USERNAME}
    return post(running, "g", body | parameters)


def listed(running: Running, **days: str) -> list[dict[str, str]]:
    """What was received, ever unless days are said."""
    answer = ask(running, "DanhSachHoSo", **(EVER | days))
    assert answer["error_code"] == "0"
    return list(answer["data"])


def test_login_gives_a_session_and_its_code_is_text(sandbox: Running) -> None:
    connection = sandbox.connections["licences"]
    answer = post(sandbox, "login", {"username": connection["login"], "password": connection["password"]})
    assert answer["error_code"] == "0"
    assert answer["session"]
    refused = post(sandbox, "login", {"username": USERNAME, "password": "wrong"})
    assert refused["error_code"] == "1"
    assert "session" not in refused


def test_a_session_that_is_over_is_minus_one(sandbox: Running) -> None:
    mine = {"session": session(sandbox), "service": "DanhSachHoSo", "donViXuLy": USERNAME, **EVER}
    assert post(sandbox, "g", mine)["error_code"] == "0"
    sandbox.order("licences", "expire", {})
    assert post(sandbox, "g", mine) == {
        "error_code": "-1", "result": "Phiên làm việc không hợp lệ hoặc đã hết hạn", "data": [],
    }  # fmt: skip


def test_dossiers_have_these_members_and_the_national_states(sandbox: Running) -> None:
    records = listed(sandbox)
    assert len({record["MaHoSo"] for record in records}) == len(records) > 350
    assert all(set(record) == MEMBERS for record in records)
    assert all(re.fullmatch(r"GPLX66\d{11}", record["MaHoSo"]) for record in records)
    assert all(TIME.fullmatch(record[name]) for record in records for name in ("NgayNop", "NgayTiepNhan", "NgayHenTra"))
    assert {record["MaTrangThai"] for record in records} == {"3", "4", "5", "6", "8", "9", "10"}
    assert {record["MaTTHC"] for record in records} == {"3.000348"}


def test_days_of_receipt_bound_the_list_on_both_sides(sandbox: Running) -> None:
    some = listed(sandbox, ngayNhan1="2026-11-09", ngayNhan2="2026-11-10")
    dates = {"09/11/2026", "10/11/2026"}
    assert {record["NgayTiepNhan"][:10] for record in some} == dates
    assert some == [record for record in listed(sandbox) if record["NgayTiepNhan"][:10] in dates]
    assert listed(sandbox, ngayNhan1="2026-11-21") == []


def test_one_dossier_is_a_list_of_one_or_of_none(sandbox: Running) -> None:
    for record in listed(sandbox)[:10]:
        assert ask(sandbox, "TraCuuHoSo", mahoso=record["MaHoSo"])["data"] == [record]
    missing = ask(sandbox, "TraCuuHoSo", mahoso="GPLX6626112099999")
    assert (missing["error_code"], missing["data"]) == ("0", [])


@pytest.mark.parametrize(
    "call",
    [
        {"service": "DanhSachHoSo", "ngayNhan1": "20/11/2026"},
        {"service": "DanhSachHoSo", "ngayNhan2": ""},
        {"service": "DanhSachHoSo", "donViXuLy": "H99"},
        {"service": "NoSuchService"},
    ],
)
def test_what_the_system_does_not_take_is_an_error_code(sandbox: Running, call: dict[str, str]) -> None:
    answer = ask(sandbox, **(EVER | call))
    assert (answer["error_code"], answer["data"]) == ("1", [])


def test_states_move_on_as_days_pass() -> None:
    size = ("--only", "licences", "--dossiers", "4000")
    with running_sandbox(*size) as running, running_sandbox(*size, "--day", "5") as later:
        before = {record["MaHoSo"]: record for record in listed(running)}
        for _ in range(5):
            running.order("licences", "days", {"days": 1})
        after = {record["MaHoSo"]: record for record in listed(running)}
        assert before.keys() < after.keys()
        assert any(after[code]["MaTrangThai"] != before[code]["MaTrangThai"] for code in before)
        assert list(after.values()) == listed(later)


def test_calls_are_counted_by_service_and_faults_hit_them(sandbox: Running) -> None:
    sandbox.order("licences", "faults", {"match": "TraCuuHoSo", "kind": "html_login"})
    url = f"{sandbox.addresses['licences']}/tcdbdvcdata/mapi/g"
    answer = sandbox.http.post(url, json={"service": "TraCuuHoSo"}, timeout=30)
    assert answer.headers["Content-Type"].startswith("text/html")
    ledger = sandbox.http.get(f"{sandbox.addresses['licences']}/_sandbox/ledger", timeout=30).json()
    assert ledger["spoiled"]["TraCuuHoSo"] == 1
    assert ledger["calls"]["TraCuuHoSo"] >= 1
