"""Dossiers pushed through the province's proxy: bare arrays, one address for each thing to do, the same store."""

import json
from typing import Any

import pytest
import requests

from sandbox.testing import Running
from tests.helpers.pushes import code_of, dossier, held, ledger, look_up, push, row

pytestmark = pytest.mark.filterwarnings("error")
NAME, BASE = "national-proxy", "/KetNoiMotCuaQuocGia"


def post(sandbox: Running, operation: str, body: object, **headers: str) -> requests.Response:
    """A push with the key."""
    signed = {"ApiKey": sandbox.connections[NAME]["extra"]["api_key"]} | headers
    address = f"{sandbox.addresses[NAME]}{BASE}/{operation}"
    return sandbox.http.post(address, json=body, headers=signed, timeout=10)


def get(sandbox: Running, operation: str, **query: str) -> dict[str, Any]:
    """A question; the national answer inside the string."""
    headers = {"ApiKey": sandbox.connections[NAME]["extra"]["api_key"]}
    answer = sandbox.http.get(f"{sandbox.addresses[NAME]}{BASE}/{operation}", params=query, headers=headers, timeout=10)
    return dict(json.loads(answer.json()["message"]))


def test_the_address_says_whether_a_dossier_is_new(sandbox: Running, session: str) -> None:
    item = dossier("H15.30-261116-0001")
    assert "không tồn tại" in post(sandbox, "CapNhatHoSo", [item]).json()["message"]
    assert code_of(post(sandbox, "ThemMoiHoSo", [item]).json()) == 0
    again = post(sandbox, "ThemMoiHoSo", [item]).json()
    assert ("đã tồn tại" in again["message"], abs(code_of(again))) == (True, 3)
    assert code_of(post(sandbox, "CapNhatHoSo", [item | {"TrangThaiHoSo": "10"}]).json()) == 0
    assert "Thành công" in post(sandbox, "DongBoTienTrinh", [row(item["MaHoSo"])]).text
    shown = look_up(sandbox, session, item["MaHoSo"])
    assert shown is not None
    assert (shown["MaTrangThai"], len(shown["QuaTrinhXuLy"])) == ("10", 1)
    assert get(sandbox, "TraCuuHoSo", mahoso=item["MaHoSo"])["result"] == [shown]
    assert "đã tồn tại" in push(sandbox, session, [item])["message"]
    assert held(sandbox, item["MaHoSo"]) == held(sandbox, item["MaHoSo"], NAME)
    assert ledger(sandbox, NAME)["portal"] == NAME


def test_what_was_pushed_is_listed_here_too(sandbox: Running) -> None:
    post(sandbox, "ThemMoiHoSo", [dossier("H15.31-260801-0001", NgayTiepNhan="20260801080000")])
    found = get(sandbox, "DanhSachHoSoDongBo", tuNgay="2026-08-01", denNgay="2026-08-01", trang="1", soLuong="5")
    assert (found["tongSo"], found["result"][0]["MaHoSo"]) == (1, "H15.31-260801-0001")


def test_a_state_is_told_back_as_one_object(sandbox: Running, session: str) -> None:
    period = {"ngayNhan1": "2026-11-03", "ngayNhan2": "2026-11-04"}
    code = sandbox.service(session, "DanhSachHoSo", **period).json()["result"][0]["MaHoSo"]
    told = {"MaHoSo": code, "MaHoSoDonVi": "x", "NoiDung": "", "NgayXuLy": "20261119080000", "TrangThai": "11"}
    assert code_of(post(sandbox, "DongBoTrangThaiHoSo", told).json()) == 0
    shown = look_up(sandbox, session, code)
    assert shown is not None
    assert (shown["MaTrangThai"], shown["TrangThaiHoSo"]) == ("11", "Không được tiếp nhận")


def test_strangers_and_unreadable_batches_are_turned_away(sandbox: Running) -> None:
    item = dossier("H15.32-261116-0001")
    assert post(sandbox, "ThemMoiHoSo", [item], ApiKey="wrong").status_code == 401
    address = f"{sandbox.addresses[NAME]}{BASE}/ThemMoiHoSo"
    headers = {"ApiKey": sandbox.connections[NAME]["extra"]["api_key"]}
    cut = json.dumps([item])[:-5]
    assert sandbox.http.post(address, data=cut, headers=headers, timeout=10).status_code == 400
    assert code_of(post(sandbox, "ThemMoiHoSo", {"data": [item]}).json()) == 1
    assert held(sandbox, item["MaHoSo"]) is None


def test_faults_of_pushes_work_here_too(sandbox: Running) -> None:
    items = [dossier(f"H15.33-261116-{number}") for number in range(2)]
    answer = post(sandbox, "ThemMoiHoSo", items, **{"X-Sandbox-Fault": "refuse_item;position=1;text=Kh%C3%B4ng"})
    assert answer.json()["message"] == "Không"
    sandbox.order(NAME, "faults", {"match": "ThemMoiHoSo", "kind": "lose", "position": 0})
    assert code_of(post(sandbox, "ThemMoiHoSo", items).json()) == 0
    kept = [held(sandbox, item["MaHoSo"]) for item in items]
    assert [each["holds"] if each else None for each in kept] == [None, items[1]]
