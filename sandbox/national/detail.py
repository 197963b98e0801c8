"""The answer of LayThuTuc: one procedure with all its nested lists. Numbers are strings here and numbers there."""

from typing import Any

from sandbox.national.decisions import decision_of
from sandbox.national.invented import fees_and_times, papers, requirements, results, steps
from sandbox.world.catalogue import Entry
from sandbox.world.chance import Dice
from sandbox.world.naming import agency_code, applicant_code, field_code
from sandbox.world.procedure import Procedure

# "Cơ quan khác" has no known code; 4 is this sandbox's own.
LEVEL_CODES = {"Cấp bộ": 0, "Cấp tỉnh": 1, "Cấp huyện": 2, "Cấp xã": 3, "Cơ quan khác": 4}
CHANNEL_CODES = {"Trực tiếp": 1, "Trực tuyến": 2, "Dịch vụ bưu chính": 3}
KIND_CODES = {
    "TTHC không được luật giao cho địa phương quy định": 1,
    "TTHC được giao luật quy định chi tiết": 2,
    "Loại khác": 3,
}


def procedure_detail(entry: Entry) -> dict[str, Any]:
    """One element of `result`; what the source does not say is an empty string or an empty list."""
    procedure, decision = entry.procedure, decision_of(entry)
    dice = Dice("detail", procedure.code)
    return {
        "ID": _mixed(dice, 1_000_000 + Dice("version", procedure.code, entry.revision).below(10**8)),
        "MATTHC": procedure.code,
        "TENTTHC": procedure.name,
        "MACOQUANCONGBO": agency_code(procedure.ministry),
        "LOAITTHC": _mixed(dice, KIND_CODES.get(procedure.kind, "")),
        "MOTADOITUONGTHUCHIEN": "",
        "DIACHITIEPNHAN": "",
        "QUYETDINH": decision.number,
        "YEUCAU": requirements(entry),
        "TUKHOA": "",
        "IDQUYETDINHCONGBO": _mixed(dice, decision.id),
        "TRANGTHAI": _mixed(dice, 1),
        "MOTACOQUANTHUCHIEN": "",
        "MOTACOQUANTHAMQUYEN": "",
        "MOTA": "",
        **_nested(entry, dice),
    }


def _nested(entry: Entry, dice: Dice) -> dict[str, Any]:
    procedure = entry.procedure
    return {
        "TRINHTUTHUCHIEN": steps(entry),
        "CAPTHUCHIEN": [_level(name, dice) for name in procedure.levels],
        "LINHVUCTHUCHIEN": [_field(procedure, name) for name in procedure.fields],
        "CACHTHUCTHUCHIEN": [_channel(entry, name, dice) for name in procedure.channels],
        "DOITUONGTHUCHIEN": [
            {"MADOITUONG": applicant_code(name), "TENDOITUONG": name} for name in procedure.applicants
        ],
        "THANHPHANHOSO": papers(entry),
        "KETQUATHUCHIEN": [_result(code, "") for code in procedure.results] or results(entry),
        "CANCUPHAPLY": [_legal_basis(number) for number in procedure.legal_bases],
        "TTHCLIENQUAN": [],
        "TTHCLIENTHONG": [],
        "COQUANTHUCHIEN": _agencies(procedure.executors),
        "COQUANCOTHAMQUYEN": _agencies(procedure.competent),
        "COQUANDUOCUYQUYEN": _agencies(procedure.authorised),
        "COQUANPHOIHOP": _agencies(procedure.coordinating),
    }


def _mixed(dice: Dice, value: int | str) -> int | str:
    """A number as it is or as text, as chance has it."""
    return str(value) if dice.one_in(2) else value


def _level(name: str, dice: Dice) -> dict[str, Any]:
    return {"CAPTHUCHIEN": _mixed(dice, LEVEL_CODES.get(name, "")), "TENCAP": name}


def _field(procedure: Procedure, name: str) -> dict[str, Any]:
    return {"MALINHVUC": field_code(procedure.ministry, name), "TENLINHVUC": name}


def _channel(entry: Entry, name: str, dice: Dice) -> dict[str, Any]:
    return {"KENH": _mixed(dice, CHANNEL_CODES.get(name, "")), "THOIGIAN": fees_and_times(entry, name)}


def _result(code: str, name: str) -> dict[str, Any]:
    return {"MAKETQUA": code, "TENKETQUA": name, "TENTEP": "", "URL": ""}


def _legal_basis(number: str) -> dict[str, Any]:
    return {
        "SOVANBAN": number,
        "TENVANBAN": "",
        "NGAYBANHANH": "",
        "NGAYHIEULUC": "",
        "COQUANBANHANH": "",
        "DIACHITRUYCAP": "",
    }


def _agencies(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"MADONVI": agency_code(name), "TENDONVI": name} for name in names]
