"""Dossiers that citizens filed on the national portal itself (codes `G22…`), and the portal's query for them.

What the portal answers to TraCuuHoSo is not public; the fields here are those of the driving-licence portal, which
speaks the same protocol.
"""

from typing import Any

from sandbox.national.problems import BadParameter
from sandbox.national.read_back import pushed_record, steps_told_back, told_back
from sandbox.world.moments import day_from, vietnamese_time
from sandbox.world.standing import NATIONAL_STATES, Standing, find_standing, first_of, stand
from sandbox.world.world import World

Parameters = dict[str, Any]


def look_up_dossier(world: World, parameters: Parameters) -> list[Any]:
    """TraCuuHoSo: a dossier by `mahoso`; empty when the portal has none.

    It is one that was pushed here under this code, or one that was filed here, by the portal's code or the office's own.
    """
    code = str(parameters.get("mahoso", ""))
    pushed = pushed_record(world, code)
    if pushed is not None:
        return [pushed]
    found = find_standing(world, code)
    if found is None or not found.code_national:
        return []
    return [_record(world, found) | steps_told_back(world, found.code_national)]


def list_dossiers(world: World, parameters: Parameters) -> list[Any]:
    """DanhSachHoSo: what was filed on the portal from `ngayNhan1` to `ngayNhan2` (yyyy-MM-dd), both days included."""
    start, end = (_day(parameters, name) for name in ("ngayNhan1", "ngayNhan2"))
    if start > end:
        raise BadParameter("ngayNhan1 lớn hơn ngayNhan2")
    found = (stand(world, index) for index in range(first_of(world, start), first_of(world, end + 1)))
    return [_record(world, dossier) for dossier in found if dossier.code_national]


def _record(world: World, dossier: Standing) -> dict[str, Any]:
    """One that was filed here, as it stands tonight, or as the office last told it back."""
    life, procedure = dossier.life, dossier.life.local.entry.procedure
    return {
        "MaTTHC": procedure.code,
        "MaDVC": f"{procedure.code}.01",
        "TenDVC": procedure.name,
        "MaHoSo": dossier.code_national,
        "HoTenNguoiNop": dossier.applicant.full_name,
        "MaTrangThai": str(dossier.state),
        "TrangThaiHoSo": NATIONAL_STATES[dossier.state],
        "DonViXuLy": life.agency.name,
        "MaDonViXuLy": life.agency.code(old_style=True),
        "NgayNop": vietnamese_time(dossier.filed),
        "NgayTiepNhan": vietnamese_time(dossier.accepted),
        "NgayHenTra": vietnamese_time(dossier.due),
        # 0 at the office, 1 by public post (bưu chính công ích).
        "HinhThucNhanKQ": "1" if life.number % 5 == 0 else "0",
    } | told_back(world, str(dossier.code_national))


def _day(parameters: Parameters, name: str) -> int:
    try:
        return day_from(str(parameters.get(name, "")), "%Y-%m-%d")
    except ValueError:
        raise BadParameter(f"Tham số không hợp lệ: {name}") from None
