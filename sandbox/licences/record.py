"""A dossier as the driving-licence system writes it; states are the ten of the national portal."""

from typing import Any

from sandbox.ministry.dates import time_or_blank
from sandbox.ministry.dossier import MinistryDossier
from sandbox.world.clock import date_code
from sandbox.world.naming import plain
from sandbox.world.procedure import Procedure
from sandbox.world.status import DUTY, FINISHED, NEW, PROCESSING, REFUSED, RETURNED, SUPPLEMENT

STATES = {
    NEW: ("1", "Mới đăng ký"),
    PROCESSING: ("4", "Đang xử lý"),
    SUPPLEMENT: ("5", "Yêu cầu bổ sung giấy tờ"),
    DUTY: ("6", "Yêu cầu thực hiện nghĩa vụ tài chính"),
    FINISHED: ("9", "Đã xử lý xong"),
    RETURNED: ("10", "Đã trả kết quả"),
}
REFUSED_AT_INTAKE = ("3", "Không được tiếp nhận")
STOPPED = ("8", "Dừng xử lý")


def code(dossier: MinistryDossier) -> str:
    """MaHoSo, `GPLX66` and a number: `yyMMdd` of the filing and five digits."""
    return f"GPLX66{date_code(dossier.life.day)}{dossier.life.number + 1:05}"


def belongs(procedure: Procedure) -> bool:
    """Whether a procedure gives, renews or replaces a driving licence."""
    return "giấy phép lái xe" in plain(procedure.name)


def record(dossier: MinistryDossier) -> dict[str, Any]:
    """One member of `data`."""
    agency = dossier.life.agency
    number, name = _state(dossier)
    return {
        "MaTTHC": dossier.procedure.code,
        "MaDVC": f"{dossier.procedure.code}.01",
        "TenDVC": dossier.procedure.name,
        "MaHoSo": code(dossier),
        "HoTenNguoiNop": dossier.applicant.full_name,
        "MaTrangThai": number,
        "TrangThaiHoSo": name,
        "DonViXuLy": agency.name,
        "MaDonViXuLy": dossier.life.agency_code,
        "NgayNop": time_or_blank(dossier.filed_at),
        "NgayTiepNhan": time_or_blank(dossier.received_at),
        "NgayHenTra": time_or_blank(dossier.due_at),
        "HinhThucNhanKQ": str(dossier.dice("return").below(2)),
    }


def _state(dossier: MinistryDossier) -> tuple[str, str]:
    """A refusal has one number at intake and another later."""
    if dossier.state != REFUSED:
        return STATES[dossier.state]
    return REFUSED_AT_INTAKE if dossier.first(PROCESSING) is None else STOPPED
