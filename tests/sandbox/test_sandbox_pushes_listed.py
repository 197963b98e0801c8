"""The listing of what was pushed to the national portal."""

import time
from typing import Any

import pytest

from sandbox.pushes.record import Kind, Push
from sandbox.pushes.store import Pushes
from sandbox.testing import Running
from tests.helpers.pushes import code_of, dossier, listed, push

pytestmark = pytest.mark.filterwarnings("error")


def test_pushed_dossiers_are_listed_by_reception_page_by_page(sandbox: Running, session: str) -> None:
    days = {"tuNgay": "2026-10-01", "denNgay": "2026-10-03"}
    times = ("20261003235959", "20261001000000", "20261002080000", "20261004000000", "20260930235959")
    for number, at in enumerate(times):
        push(sandbox, session, [dossier(f"H15.11-2610-{number}", NgayTiepNhan=at)])
    push(sandbox, session, [dossier("H15.11-2610-2", NgayTiepNhan=times[2], TrangThaiHoSo="10")], updating=True)
    whole = listed(sandbox, session, **days)
    assert whole["tongSo"] == 3
    assert [item["MaHoSo"][-1] for item in whole["result"]] == ["1", "2", "0"]
    assert whole["result"][1] == {
        "MaHoSo": "H15.11-2610-2",
        "MaTTHC": "1.001193",
        "MaTrangThai": "10",
        "NgayTiepNhan": "20261002080000",
        "NgayHenTra": "20261118170000",
        "NgayKetThucXuLy": "",
        "DonViXuLy": "Ủy ban nhân dân phường mô phỏng",
        "soLanCapNhat": 2,
        "soTienTrinh": 0,
    }
    pages = [listed(sandbox, session, **days, trang=page, soLuong="2") for page in (1, 2, 3)]
    assert [page["tongSo"] for page in pages] == [3, 3, 3]
    assert [item for page in pages for item in page["result"]] == whole["result"]


@pytest.mark.parametrize(
    "asked",
    [
        {"tuNgay": ""},
        {"denNgay": "30/11/2026"},
        {"tuNgay": "2026-12-01"},
        {"trang": 0},
        {"soLuong": 1001},
        {"soLuong": "x"},
    ],
)
def test_a_listing_nobody_understands_is_an_error_code(sandbox: Running, session: str, asked: dict[str, Any]) -> None:
    assert code_of(listed(sandbox, session, **asked)) == 1


def test_a_hundred_thousand_dossiers_are_paged_fast() -> None:
    """A page is a slice: a hundred of them take well under a second."""
    store, total = Pushes(), 100_000
    for number in range(total):
        item = {"MaHoSo": f"H15-{number:06}", "NgayTiepNhan": f"202611{number % 28 + 1:02}080000"}
        store.add([Push(Kind.DOSSIER, "DongBoHoSoMC", item["MaHoSo"], item, "4", "", item["NgayTiepNhan"], False)])
    started = time.monotonic()
    pages = [store.page("20261101", "20261201", skip, 1000) for skip in range(0, total, 1000)]
    assert time.monotonic() - started < 1
    assert {count for count, _ in pages} == {total}
    assert len({found.code for _, page in pages for found in page}) == total
