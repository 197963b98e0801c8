"""The small code lists (danh mục) of the national portal. Names of services are known, names of their fields are not."""

from typing import Any

from sandbox.national.detail import KIND_CODES, LEVEL_CODES
from sandbox.world.naming import applicant_code
from sandbox.world.world import World

GENDERS = {"0": "Chưa có thông tin", "1": "Nam", "2": "Nữ"}


def list_levels(_world: World, _parameters: dict[str, Any]) -> list[Any]:
    """LayDanhMucCapThucHien: levels of execution (cấp thực hiện)."""
    return [{"CAPTHUCHIEN": str(code), "TENCAP": name} for name, code in LEVEL_CODES.items()]


def list_applicants(world: World, _: dict[str, Any]) -> list[Any]:
    """LayDanhMucDoiTuong: kinds of applicants (đối tượng thực hiện) that any procedure names."""
    names = dict.fromkeys(name for entry in world.catalogue.ever() for name in entry.procedure.applicants)
    return [{"MADOITUONG": applicant_code(name), "TENDOITUONG": name} for name in names]


def list_genders(_world: World, _parameters: dict[str, Any]) -> list[Any]:
    """LayDanhMucGioiTinh: genders (giới tính)."""
    return [{"MA": code, "TEN": name} for code, name in GENDERS.items()]


def list_kinds(_world: World, _parameters: dict[str, Any]) -> list[Any]:
    """LayDanhMucLoaiThuTuc: kinds of procedures (loại thủ tục), the codes of LOAITTHC."""
    return [{"MALOAI": code, "TENLOAI": name} for name, code in KIND_CODES.items()]
