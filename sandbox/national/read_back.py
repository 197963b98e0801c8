"""What the national portal shows of the dossiers that were pushed to it.

What it really answers is not public, and no listing of pushed dossiers is: both are this sandbox's reading. Dates stand as
they were pushed (yyyyMMddHHmmss). The state shown is that of the last dossier pushed; rows of progress stand beside it.
"""

from typing import Any

from sandbox.national.envelope import Listing
from sandbox.national.problems import BadParameter
from sandbox.pushes.dossier import Dossier
from sandbox.pushes.record import Kept, Kind
from sandbox.world.clock import date_text
from sandbox.world.moments import day_from
from sandbox.world.standing import NATIONAL_STATES
from sandbox.world.world import World

Parameters = dict[str, Any]
USUAL_SIZE, LARGEST_SIZE = 100, 1000
AS_FILED = "1"
STATE_NAMES = {str(state): name for state, name in NATIONAL_STATES.items()} | {"11": NATIONAL_STATES[3]}
"""11 is a refusal in the words of some systems that tell states back."""


def pushed_record(world: World, code: str) -> dict[str, Any] | None:
    """TraCuuHoSo for a pushed dossier; None when none with this code is shown."""
    dossier = world.pushes.find(code)
    if dossier is None or dossier.shown is None:
        return None
    item = dossier.shown.item()
    return {
        "MaTTHC": item["MaTTHC"],
        "MaDVC": "",
        "TenDVC": item["TenTTHC"],
        "MaHoSo": code,
        "HoTenNguoiNop": item.get("ChuHoSo") or "",
        "MaTrangThai": item["TrangThaiHoSo"],
        "TrangThaiHoSo": STATE_NAMES[item["TrangThaiHoSo"]],
        "DonViXuLy": item["DonViXuLy"],
        "MaDonViXuLy": item.get("MaDonViXuLy") or "",
        "NgayNop": item.get("NgayNopHoSo") or "",
        "NgayTiepNhan": item["NgayTiepNhan"],
        "NgayHenTra": item["NgayHenTra"],
        "NgayKetThucXuLy": item.get("NgayKetThucXuLy") or "",
        "HinhThucNhanKQ": item["HinhThuc"],
        "QuaTrinhXuLy": [_step(row, "NoiDungXuLy") for row in world.pushes.shown_rows(code, Kind.PROGRESS)],
    }


def told_back(world: World, code: str) -> dict[str, str]:
    """The newest state told back of a dossier filed on the portal, in the members that show it; nothing when none was.

    One whose office tells its states stands as it was filed where none of them is there any more.
    """
    told = world.pushes.find(code)
    if told is None or all(kept.push.kind is not Kind.STATUS for kept in told.pushes):
        return {}
    rows = world.pushes.shown_rows(code, Kind.STATUS)
    newest = max(rows, key=lambda kept: (kept.push.time, kept.at)).push.state if rows else AS_FILED
    return {"MaTrangThai": newest, "TrangThaiHoSo": STATE_NAMES[newest]}


def steps_told_back(world: World, code: str) -> dict[str, Any]:
    """The rows told back of such a dossier, as TraCuuHoSo shows them; nothing when there are none."""
    rows = [_step(row, "NoiDung") for row in world.pushes.shown_rows(code, Kind.STATUS)]
    return {"QuaTrinhXuLy": rows} if rows else {}


def list_pushed(world: World, parameters: Parameters) -> list[Any]:
    """DanhSachHoSoDongBo, an invented service: dossiers that units pushed, by NgayTiepNhan and then by code.

    `tuNgay` and `denNgay` (yyyy-MM-dd) are both included; `trang` counts from 1, `soLuong` is at most 1000.
    `soLanCapNhat` is how often a dossier was pushed, `soTienTrinh` how many rows of its progress the portal has.
    """
    start, end = _day(parameters, "tuNgay"), _day(parameters, "denNgay") + 1
    if start >= end:
        raise BadParameter("tuNgay lớn hơn denNgay")
    page = _number(parameters, "trang", 1, None)
    size = _number(parameters, "soLuong", USUAL_SIZE, LARGEST_SIZE)
    total, dossiers = world.pushes.page(_bound(start), _bound(end), (page - 1) * size, size)
    return Listing([_listed(world, dossier) for dossier in dossiers], total)


def _listed(world: World, dossier: Dossier) -> dict[str, Any]:
    assert dossier.shown is not None
    item = dossier.shown.item()
    unit = "MaDonViXuLy" if item.get("MaDonViXuLy") else "DonViXuLy"
    shown = [kept.push.kind for kept in dossier.pushes if _is_shown(world, kept)]
    return {
        "MaHoSo": dossier.code,
        "MaTTHC": item["MaTTHC"],
        "MaTrangThai": item["TrangThaiHoSo"],
        "NgayTiepNhan": item["NgayTiepNhan"],
        "NgayHenTra": item["NgayHenTra"],
        "NgayKetThucXuLy": item.get("NgayKetThucXuLy") or "",
        unit: item[unit],
        "soLanCapNhat": shown.count(Kind.DOSSIER),
        "soTienTrinh": shown.count(Kind.PROGRESS),
    }


def _is_shown(world: World, kept: Kept) -> bool:
    return kept.is_shown(world.pushes.calls, world.pushes.day)


def _step(row: Kept, content: str) -> dict[str, Any]:
    return {"TrangThai": row.push.state, "ThoiDiemXuLy": row.push.time, "NoiDungXuLy": row.item()[content]}


def _bound(day: int) -> str:
    return date_text(day).replace("-", "")


def _day(parameters: Parameters, name: str) -> int:
    try:
        return day_from(str(parameters.get(name, "")), "%Y-%m-%d")
    except ValueError:
        raise BadParameter(f"Tham số không hợp lệ: {name}") from None


def _number(parameters: Parameters, name: str, usual: int, largest: int | None) -> int:
    said = str(parameters.get(name, usual))
    if not said.isdecimal() or int(said) < 1 or (largest is not None and int(said) > largest):
        raise BadParameter(f"Tham số không hợp lệ: {name}")
    return int(said)
