"""The ministry's dossiers (hồ sơ): a list by day of change, and one by its code."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sandbox.soap.cases import Case, Stage, cases
from sandbox.soap.message import Call, SoapFault, element
from sandbox.world.clock import DAY_ZERO, ZONE, date_code, date_text, day_of
from sandbox.world.world import World

NAMESPACE = "http://bothidu.example/hoso/1.0"
OFFICE = "BTD"
LARGEST_PAGE = 100
STATES = {
    Stage.RECEIVED: (1, "Mới tiếp nhận"),
    Stage.PROCESSING: (2, "Đang giải quyết"),
    Stage.SUPPLEMENT: (3, "Chờ bổ sung hồ sơ"),
    Stage.DONE: (4, "Đã giải quyết"),
    Stage.REFUSED: (5, "Không giải quyết"),
}


def list_dossiers(world: World, call: Call) -> str:
    """DanhSachHoSo(tuNgay, denNgay, trang): pages (from 1) of 100, oldest change first."""
    first, last, page = _day(call, "tuNgay"), _day(call, "denNgay"), _page(call)
    found = [case for case in cases(world.seed, OFFICE, world.day) if first <= _date(case.changed) <= last]
    found.sort(key=lambda case: (case.changed, case.day, case.number))
    shown = found[(page - 1) * LARGEST_PAGE : page * LARGEST_PAGE]
    head = element("tongSo", len(found)) + element("trang", page)
    return _response("DanhSachHoSo", head + "".join(_dossier(case) for case in shown))


def find_dossier(world: World, call: Call) -> str:
    """TraCuuHoSo(maHoSo): one dossier, or an answer without one."""
    wanted = call.argument("maHoSo")
    found = (case for case in cases(world.seed, OFFICE, world.day) if _code(case) == wanted)
    return _response("TraCuuHoSo", "".join(map(_dossier, found)))


OPERATIONS: dict[str, Callable[[World, Call], str]] = {"DanhSachHoSo": list_dossiers, "TraCuuHoSo": find_dossier}


def _response(operation: str, content: str) -> str:
    return f'<{operation}Response xmlns="{NAMESPACE}">{content}</{operation}Response>'


def _dossier(case: Case) -> str:
    state, name = STATES[case.stage]
    is_open = case.stage in (Stage.RECEIVED, Stage.PROCESSING, Stage.SUPPLEMENT)
    applicant = element("hoTen", case.applicant.full_name) + element("soDinhDanh", case.applicant.identity_number)
    return (
        f"<hoSo>{element('maHoSo', _code(case))}{element('maThuTuc', '1.980099')}{element('trangThai', state)}"
        f"{element('tenTrangThai', name)}<nguoiNop>{applicant}</nguoiNop>{element('ngayNop', _moment(case.filed))}"
        f"{element('ngayCapNhat', _moment(case.changed))}{element('ngayHenTra', date_text(day_of(case.due)))}"
        f"{_finished(None if is_open else case.changed)}</hoSo>"
    )


def _finished(instant: int | None) -> str:
    if instant is None:
        return '<ngayKetThuc xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'
    return element("ngayKetThuc", _moment(instant))


def _code(case: Case) -> str:
    return f"{OFFICE}-{date_code(case.day)}-{case.number + 1:04}"


def _moment(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, ZONE).isoformat(timespec="seconds")


def _date(instant: int) -> date:
    return DAY_ZERO + timedelta(days=day_of(instant))


def _day(call: Call, name: str) -> date:
    try:
        return date.fromisoformat(call.argument(name))
    except ValueError:
        raise SoapFault("soap:Client", f"Sai định dạng ngày: {name}") from None


def _page(call: Call) -> int:
    text = call.argument("trang") or "1"
    if not text.isdecimal() or int(text) < 1:
        raise SoapFault("soap:Client", "Sai số trang: trang")
    return int(text)
