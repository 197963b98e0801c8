"""The services of the national portal, by the name a client sends in `service`."""

from collections.abc import Callable
from typing import Any

from sandbox.national.decisions import find_decision
from sandbox.national.detail import LEVEL_CODES, procedure_detail
from sandbox.national.inbound import list_dossiers, look_up_dossier
from sandbox.national.lists import list_applicants, list_genders, list_levels
from sandbox.national.problems import NotFound
from sandbox.national.pushing import push_dossiers, push_progress, push_status
from sandbox.national.read_back import list_pushed
from sandbox.world.naming import agency_code, field_code
from sandbox.world.world import World

Parameters = dict[str, Any]
Service = Callable[[World, Parameters], list[Any]]
# Levels of the province's own agencies (CAPDONVI).
AGENCY_LEVELS = {"province": "1", "department": "1", "central": "1", "unit": "1", "commune": "3"}


def list_procedures(world: World, _: Parameters) -> list[Any]:
    """LayDanhSachTTHC: code and name of every procedure in force, all at once."""
    entries = world.catalogue.in_force()
    return [{"MATTHC": entry.procedure.code, "TENTTHC": entry.procedure.name} for entry in entries]


def read_procedure(world: World, parameters: Parameters) -> list[Any]:
    """LayThuTuc: one procedure by `maTTHC`; an empty list where the portal has the code but lost the detail."""
    code = parameters.get("maTTHC")
    entry = world.catalogue.find(code) if isinstance(code, str) else None
    if entry is None:
        raise NotFound("Không tìm thấy thủ tục hành chính")
    return [procedure_detail(entry)] if entry.procedure.has_detail else []


def read_decision(world: World, parameters: Parameters) -> list[Any]:
    """LayQDCB: the announcing decision by `idQDCB`."""
    decision = find_decision(world.catalogue, str(parameters.get("idQDCB")))
    if decision is None:
        raise NotFound("Không tìm thấy quyết định công bố")
    return [{"SOQUYETDINH": decision.number, "NGAYQUYETDINH": decision.date, "TRICHYEU": decision.summary}]


def list_fields(world: World, _: Parameters) -> list[Any]:
    """LayDanhMucLinhVuc: the fields (lĩnh vực) of all ministries; MANGANH is the ministry."""
    rows: dict[str, Any] = {}
    for entry in world.catalogue.ever():
        ministry = entry.procedure.ministry
        for name in entry.procedure.fields:
            code = field_code(ministry, name)
            rows.setdefault(code, {"MALINHVUC": code, "TENLINHVUC": name, "MANGANH": agency_code(ministry)})
    return list(rows.values())


def list_agencies(world: World, _: Parameters) -> list[Any]:
    """LayDanhMucCoQuan: ministries, every agency a procedure names, and the province's own; a flat list."""
    rows: dict[str, Any] = {}
    for entry in world.catalogue.ever():
        procedure = entry.procedure
        _add(rows, agency_code(procedure.ministry), procedure.ministry, str(LEVEL_CODES["Cấp bộ"]))
        for name in (*procedure.executors, *procedure.competent, *procedure.authorised, *procedure.coordinating):
            _add(rows, agency_code(name), name, "")
    for agency in world.agencies.all:
        if agency.code(old_style=True):
            _add(rows, agency.code(old_style=True), agency.name, AGENCY_LEVELS[agency.level])
    return list(rows.values())


def _add(rows: dict[str, Any], code: str, name: str, level: str) -> None:
    rows.setdefault(code, {"MADONVI": code, "TENDONVI": name, "CAPDONVI": level})


# Code lists are asked at one endpoint, everything about single procedures and dossiers at another.
SHARE: dict[str, Service] = {
    "LayDanhSachTTHC": list_procedures,
    "LayDanhMucLinhVuc": list_fields,
    "LayDanhMucCoQuan": list_agencies,
    "LayDanhMucCapThucHien": list_levels,
    "LayDanhMucDoiTuong": list_applicants,
    "LayDanhMucGioiTinh": list_genders,
}
INTEGRATION: dict[str, Service] = {
    "LayThuTuc": read_procedure,
    "LayQDCB": read_decision,
    "TraCuuHoSo": look_up_dossier,
    "DanhSachHoSo": list_dossiers,
    "DongBoHoSoMC": push_dossiers,
    "CapNhatTienDoHoSoMC": push_progress,
    "DongBoTrangThaiHoSo": push_status,
    "DanhSachHoSoDongBo": list_pushed,
}
SERVICES: dict[str, Service] = SHARE | INTEGRATION
