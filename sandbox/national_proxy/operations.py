"""What the proxy forwards, by the last part of its address, and in which wrapping the answer comes back."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.national.envelope import key_of, refused, success
from sandbox.national.inbound import look_up_dossier
from sandbox.national.lists import list_applicants, list_kinds, list_levels
from sandbox.national.problems import Refused
from sandbox.national.read_back import list_pushed
from sandbox.national.services import Parameters, Service, list_fields, list_procedures, read_decision, read_procedure
from sandbox.reply import Reply, json_reply
from sandbox.world.world import World

# This province's letter code in agency codes.
PROVINCE = "H15"


def procedures_of_unit(world: World, parameters: Parameters) -> list[Any]:
    """LayDanhSachTTHCDonVi: procedures that the unit `maDonVi` carries out; none for any other province."""
    if PROVINCE not in str(parameters.get("maDonVi", "")).split("."):
        return []
    entries = [entry for entry in world.catalogue.in_force() if entry.procedure.is_local]
    return [{"MATTHC": entry.procedure.code, "TENTTHC": entry.procedure.name} for entry in entries]


def in_message(service: Service) -> Callable[[World, Parameters], Reply]:
    """The national envelope as one string in the member `message`; an error of the portal is inside that string too."""

    def answer(world: World, parameters: Parameters) -> Reply:
        """HTTP 200 and status 200, whatever the string says."""
        key = key_of(parameters)
        try:
            inner = success(key, service(world, parameters))
        except Refused as problem:
            inner = refused(key, problem)
        return json_reply({"status": 200, "message": inner.body.decode()})

    return answer


def bare(service: Service) -> Callable[[World, Parameters], Reply]:
    """The records alone: the answer is a JSON array."""
    return lambda world, parameters: json_reply(service(world, parameters))


OPERATIONS: Mapping[str, Callable[[World, Parameters], Reply]] = {
    "LayDanhSachTTHC": in_message(list_procedures),
    "LayDanhSachTTHCDonVi": in_message(procedures_of_unit),
    "LayThuTuc": in_message(read_procedure),
    "LayQDCB": in_message(read_decision),
    "LayDanhMucLinhVuc": in_message(list_fields),
    # No proxy is known to look dossiers up; without these, what was pushed through it could not be read back.
    "TraCuuHoSo": in_message(look_up_dossier),
    "DanhSachHoSoDongBo": in_message(list_pushed),
    "LayDanhMucLoaiThuTuc": bare(list_kinds),
    "LayDanhMucCapThucHien": bare(list_levels),
    "LayDanhMucDoiTuong": bare(list_applicants),
}
