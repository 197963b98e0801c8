"""Dossiers pushed to the national portal, over real HTTP."""

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox.credentials import NATIONAL_PROVIDER, NATIONAL_USERNAME
from sandbox.reply import encode
from sandbox.testing import FORWARD, Running
from tests.helpers.pushes import (
    PROGRESS,
    STATUS,
    code_of,
    digest,
    dossier,
    held,
    ledger,
    look_up,
    progress,
    push,
    row,
)

pytestmark = pytest.mark.filterwarnings("error")


def test_a_dossier_is_created_shown_and_in_the_ledger(sandbox: Running, session: str) -> None:
    item = dossier("H15.01-261116-0001", MaDonViXuLy="H15.01")
    answer = push(sandbox, session, [item])
    assert (code_of(answer), answer["message"], answer["result"]) == (0, "Thành công", [])
    assert look_up(sandbox, session, item["MaHoSo"]) == {
        "MaTTHC": "1.001193",
        "MaDVC": "",
        "TenDVC": "Thủ tục đăng ký khai sinh",
        "MaHoSo": "H15.01-261116-0001",
        "HoTenNguoiNop": "Người Bịa Đặt",
        "MaTrangThai": "4",
        "TrangThaiHoSo": "Đang xử lý",
        "DonViXuLy": "Ủy ban nhân dân phường mô phỏng",
        "MaDonViXuLy": "H15.01",
        "NgayNop": "",
        "NgayTiepNhan": "20261116080000",
        "NgayHenTra": "20261118170000",
        "NgayKetThucXuLy": "",
        "HinhThucNhanKQ": "0",
        "QuaTrinhXuLy": [],
    }
    kept = held(sandbox, item["MaHoSo"])
    assert kept is not None
    assert kept["holds"] == item
    [entry] = kept["pushes"]
    assert entry["sha256"] == digest(item)


def test_create_of_a_known_and_update_of_an_unknown_code_are_refused_in_their_words(
    sandbox: Running, session: str
) -> None:
    codes, types = set(), set()
    for number in range(16):
        item = dossier(f"H15.02-261116-{number * 613:04}")
        missing = push(sandbox, session, [item], updating=True)
        assert (code_of(missing), missing["message"]) == (1, "Hồ sơ không tồn tại trên hệ thống")
        assert code_of(push(sandbox, session, [item])) == 0
        again = push(sandbox, session, [item])
        assert "đã tồn tại" in again["message"]
        assert item["MaHoSo"] not in again["message"]
        codes.add(code_of(again))
        types.add(type(again["error_code"]))
        assert again["error_code"] == push(sandbox, session, [item])["error_code"]
    assert codes == {3, -3}
    assert types == {int, str}


def test_an_update_takes_the_place_of_what_was_there(sandbox: Running, session: str) -> None:
    code = "H15.03-261116-0001"
    first, second = dossier(code), dossier(code, TrangThaiHoSo="9", NgayKetThucXuLy="20261117100000")
    push(sandbox, session, [first])
    assert code_of(push(sandbox, session, [second], updating=True)) == 0
    shown, kept = look_up(sandbox, session, code), held(sandbox, code)
    assert shown is not None
    assert (shown["MaTrangThai"], shown["NgayKetThucXuLy"]) == ("9", "20261117100000")
    assert kept is not None
    assert [(entry["is_updating"], entry["state"], entry["time"]) for entry in kept["pushes"]] == [
        (False, "4", "20261116080000"),
        (True, "9", "20261117100000"),
    ]
    assert [entry["sha256"] for entry in kept["pushes"]] == [digest(first), digest(second)]
    assert kept["holds"] == second
    assert ledger(sandbox)["dossiers"][code]["holds"]["sha256"] == digest(second)


@pytest.mark.parametrize(
    "changes",
    [
        *({name: ...} for name in ("MaTTHC", "TenLinhVuc", "NgayTiepNhan", "TrangThaiHoSo", "Email", "NgayHenTra")),
        *({name: ""} for name in ("MaTTHC", "TenTTHC", "MaLinhVuc", "LoaiDoiTuong", "TrichYeuHoSo", "DonViXuLy")),
        {"MaHoSo": ""},
        {"MaHoSo": 12},
        {"Email": None},
        {"TrangThaiHoSo": 4},
        {"TrangThaiHoSo": "11"},
        {"TrangThaiHoSo": "0"},
        {"LoaiDoiTuong": "5"},
        {"HinhThuc": "2"},
        {"KenhThucHien": "4"},
        {"NgayTiepNhan": "2026-11-16 08:00:00"},
        {"NgayTiepNhan": "20261131080000"},
        {"NgayHenTra": "20261118"},
        {"TrichYeuHoSo": "x" * 1001},
        {"GhiChu": "x" * 2001},
        {"GhiChu": 5},
        {"TaiLieuNop": {}},
        {"TaiLieuNop": [{"TenTepDinhKem": "x" * 4001}]},
        {"DanhSachGiayToKetQua": [{"TenGiayTo": "x" * 2001}]},
        {"MaTTHC": "9.999999"},
    ],
)
def test_one_bad_item_refuses_its_whole_batch_without_being_named(
    sandbox: Running, session: str, changes: dict[str, Any]
) -> None:
    good, bad = dossier("H15.04-261116-0001"), dossier("H15.04-261116-0002", **changes)
    answer = push(sandbox, session, [good, bad])
    assert code_of(answer) == 1
    assert answer["message"]
    assert "H15.04" not in answer["message"]
    assert not any(code.startswith("H15.04") for code in ledger(sandbox)["dossiers"])


def test_what_is_as_long_as_allowed_or_null_passes(sandbox: Running, session: str) -> None:
    longest = {"TrichYeuHoSo": "ă" * 1000, "GhiChu": "x" * 2000, "NgayHenTra": "", "KenhThucHien": None}
    assert code_of(push(sandbox, session, [dossier("H15.05-261116-0001", **longest)])) == 0


@pytest.mark.parametrize("said", ["true", True, "", None])
def test_is_updating_is_one_of_two_words(sandbox: Running, session: str, said: object) -> None:
    answer = sandbox.service(session, "DongBoHoSoMC", isUpdating=said, data=[dossier("H15.06-261116-0001")]).json()
    assert code_of(answer) == 1
    assert held(sandbox, "H15.06-261116-0001") is None


@pytest.mark.parametrize("data", [None, {}, [], ["text"], "text"])
def test_data_is_a_list_of_objects(sandbox: Running, session: str, data: object) -> None:
    for name in ("DongBoHoSoMC", PROGRESS):
        assert code_of(sandbox.service(session, name, isUpdating="False", data=data).json()) == 1


def test_a_code_that_a_batch_brings_twice_is_there_already(sandbox: Running, session: str) -> None:
    item = dossier("H15.07-261116-0001")
    assert "đã tồn tại" in push(sandbox, session, [item, item])["message"]
    assert held(sandbox, item["MaHoSo"]) is None


def test_a_push_needs_a_session_and_the_right_address(sandbox: Running, session: str) -> None:
    body = {"madonvi": NATIONAL_USERNAME, "service": "DongBoHoSoMC", "isUpdating": "False"}
    body |= {"data": [dossier("H15.08-261116-0001")]}
    assert code_of(sandbox.national_post("g", body | {"session": "over"}).json()) == -1
    assert code_of(sandbox.national_post("share", body | {"session": session}).json()) == 1
    assert held(sandbox, "H15.08-261116-0001") is None
    assert code_of(sandbox.national_post("integration", body | {"session": session}).json()) == 0


def test_rows_of_progress_stand_as_often_as_they_were_pushed(sandbox: Running, session: str) -> None:
    code = "H15.09-261116-0001"
    missing = progress(sandbox, session, [row(code)])
    assert (code_of(missing), "không tồn tại" in missing["message"]) == (1, True)
    push(sandbox, session, [dossier(code)])
    rows = [row(code, "2", "20261116080000"), row(code, "4")]
    for batch in (rows, rows[1:]):
        assert "Thành công" in progress(sandbox, session, batch)["message"]
    shown, kept = look_up(sandbox, session, code), held(sandbox, code)
    assert shown is not None
    assert shown["MaTrangThai"] == "4"
    assert [(step["TrangThai"], step["ThoiDiemXuLy"]) for step in shown["QuaTrinhXuLy"]] == [
        ("2", "20261116080000"),
        ("4", "20261117090000"),
        ("4", "20261117090000"),
    ]
    assert kept is not None
    assert kept["progress"] == [*rows, rows[1]]


@pytest.mark.parametrize(
    "changes",
    [{"NguoiXuLy": "x" * 51}, {"NguoiXuLy": ""}, {"NoiDungXuLy": None}, {"TrangThai": "11"}, {"ThoiDiemXuLy": ""}],
)
def test_a_bad_row_refuses_its_batch(sandbox: Running, session: str, changes: dict[str, Any]) -> None:
    code = "H15.10-261116-0001"
    push(sandbox, session, [dossier(code)])
    assert code_of(progress(sandbox, session, [row(code), row(code, **changes)])) == 1
    kept = held(sandbox, code)
    assert kept is not None
    assert kept["progress"] == []


def told(code: str, state: str, at: str) -> dict[str, Any]:
    """The object of DongBoTrangThaiHoSo."""
    return {"MaHoSo": code, "MaHoSoDonVi": "H15-1", "NoiDung": "Đã nhận", "NgayXuLy": at, "TrangThai": state}


def test_a_dossier_filed_here_shows_the_newest_state_told_back(sandbox: Running, session: str) -> None:
    period = {"ngayNhan1": "2026-11-01", "ngayNhan2": "2026-11-02"}
    code = sandbox.service(session, "DanhSachHoSo", **period).json()["result"][0]["MaHoSo"]
    for state, at in (("5", "20261119090000"), ("2", "20261118090000")):
        assert code_of(sandbox.service(session, STATUS, type="2", data=told(code, state, at)).json()) == 0
    listed_now = {item["MaHoSo"]: item for item in sandbox.service(session, "DanhSachHoSo", **period).json()["result"]}
    shown, kept = look_up(sandbox, session, code), held(sandbox, code)
    assert shown is not None
    assert (shown["MaTrangThai"], shown["TrangThaiHoSo"]) == ("5", "Yêu cầu bổ sung giấy tờ")
    assert [step["TrangThai"] for step in shown.pop("QuaTrinhXuLy")] == ["5", "2"]
    assert listed_now[code] == shown
    assert kept is not None
    assert [status["TrangThai"] for status in kept["statuses"]] == ["5", "2"]


def test_a_state_is_told_back_only_of_what_was_filed_here_and_as_type_2(sandbox: Running, session: str) -> None:
    good = told("G22.99.99-261120-9999", "2", "20261118090000")
    answer = sandbox.service(session, STATUS, type="2", data=good).json()
    assert "không tồn tại" in answer["message"]
    for more in (
        {"type": "1", "data": good},
        {"type": "2", "data": [good]},
        {"type": "2", "data": good | {"TrangThai": "12"}},
    ):
        assert code_of(sandbox.service(session, STATUS, **more).json()) == 1


def test_the_status_page_counts_what_was_pushed(sandbox: Running, session: str) -> None:
    push(sandbox, session, [dossier("H15.12-261116-0001")])
    count = ledger(sandbox)["held"]
    assert count >= 1
    page = sandbox.http.get(sandbox.national, timeout=10).text
    assert f"Pushed here</dt><dd>{count}</dd>" in page
    assert "Pushed here" not in sandbox.http.get(sandbox.addresses["units"], timeout=10).text
    assert sandbox.http.get(f"{sandbox.addresses['units']}/_sandbox/pushed", timeout=10).status_code == 404


def test_a_call_that_is_cut_or_unreadable_is_never_kept(sandbox: Running, session: str) -> None:
    """Shorter than its length, cut JSON of the right length, two texts in one."""
    item = dossier("H15.13-261116-0001")
    said = {"session": session, "madonvi": NATIONAL_USERNAME, "service": "DongBoHoSoMC", "isUpdating": "False"}
    body = encode(said | {"data": [item]})
    assert raw_push(sandbox, body[:-40], len(body)) == b""
    assert raw_push(sandbox, body, len(body) + 1) == b""
    assert raw_push(sandbox, body[:-40], len(body) - 40).startswith(b"HTTP/1.1 400")
    assert raw_push(sandbox, body * 2, len(body) * 2).startswith(b"HTTP/1.1 400")
    assert held(sandbox, item["MaHoSo"]) is None
    assert raw_push(sandbox, body, len(body)).startswith(b"HTTP/1.1 200")
    assert held(sandbox, item["MaHoSo"]) is not None


def raw_push(sandbox: Running, body: bytes, length: int) -> bytes:
    """Sends a body under a length, then nothing more where it is shorter than that; what came back."""
    place = urlsplit(sandbox.national)
    head = f"POST {FORWARD}/g?dstcode={NATIONAL_PROVIDER} HTTP/1.1\r\nHost: sandbox\r\nContent-Length: {length}\r\n"
    received = b""
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=20) as connection:
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode() + body)
        if length > len(body):
            connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(1 << 16):
            received += piece
    return received
