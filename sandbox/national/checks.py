"""What the national portal asks of pushed items. No message says which item of a batch it is about: no client was ever
seen to read that, so here too a batch is taken whole or refused whole.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sandbox.national.problems import BadParameter
from sandbox.world.standing import NATIONAL_STATES
from sandbox.world.world import World

Item = dict[str, Any]
FILLED = (
    *("MaHoSo", "MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc", "LoaiDoiTuong", "TrichYeuHoSo", "NgayTiepNhan"),
    *("TrangThaiHoSo", "HinhThuc", "DonViXuLy"),
)
"""Fields that must be there and say something."""
PRESENT = ("Email", "SoDienThoai", "NgayHenTra")
"""Fields that must be there, if only as an empty text."""
TEXTS = (
    *("SoBienNhan", "ChuHoSo", "MaDoiTuong", "ThongTinKhac", "Fax", "NgayTra", "ThongTinTra", "NgayKetThucXuLy"),
    *("GhiChu", "KenhThucHien", "NgayNopHoSo", "NgayTuChoi", "NoiNopHoSo", "SoGiayToChuHoSo", "HoSoCoThanhPhanSoHoa"),
    *("TaiKhoanDuocXacThucVoiVNeID", "DuocThanhToanTrucTuyen", "MaDonViXuLy"),
)
"""Fields that may be absent or null."""
DATES = ("NgayTiepNhan", "NgayHenTra", "NgayTra", "NgayKetThucXuLy", "NgayNopHoSo", "NgayTuChoi")
LENGTHS = {"TrichYeuHoSo": 1000, "GhiChu": 2000}
STATES = frozenset(map(str, NATIONAL_STATES))
CODES: Mapping[str, frozenset[str]] = {
    "TrangThaiHoSo": STATES,
    "LoaiDoiTuong": frozenset("1234"),
    "HinhThuc": frozenset("01"),
    "KenhThucHien": frozenset("123"),
}
LISTS = (
    *("TaiLieuNop", "DanhSachLePhi", "DanhSachTepDinhKemKhac", "DanhSachHoSoBoSung", "DanhSachGiayToKetQua"),
    *("DinhDanhCHS", "DSKetNoiCSDL"),
)
INNER_LENGTHS = {"TaiLieuNop": ("TenTepDinhKem", 4000), "DanhSachGiayToKetQua": ("TenGiayTo", 2000)}
LONGEST_OFFICER = 50
TOLD_BACK = STATES | {"11"}
"""States of DongBoTrangThaiHoSo: the ten, and 11, by which some systems mean a refusal."""


def items_of(data: object) -> list[Item]:
    """The items of a batch: a list of objects, at least one."""
    if not isinstance(data, list) or not data or not all(isinstance(item, dict) for item in data):
        raise BadParameter("data phải là danh sách hồ sơ")
    return data


def check_dossier(world: World, item: Item) -> None:
    """Refuses an item of DongBoHoSoMC that lacks a field, or has a wrong type, code, date, length or procedure."""
    _texts(item, FILLED, PRESENT, TEXTS)
    _codes(item, CODES)
    _dates(item, DATES)
    for name, longest in LENGTHS.items():
        _length(item, name, longest)
    for name in LISTS:
        _list(item, name)
    if world.catalogue.find(item["MaTTHC"]) is None:
        raise BadParameter("MaTTHC không có trong danh mục thủ tục đang áp dụng")


def check_progress(item: Item) -> None:
    """Refuses a row of CapNhatTienDoHoSoMC; what was done (NoiDungXuLy) may be empty, but not null."""
    _texts(
        item,
        filled=("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "TrangThai"),
        present=("NoiDungXuLy",),
        others=("ChucDanh", "PhongBanXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh"),
    )
    _codes(item, {"TrangThai": STATES})
    _dates(item, ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh"))
    _length(item, "NguoiXuLy", LONGEST_OFFICER)


def check_status(item: Item) -> None:
    """Refuses the object of DongBoTrangThaiHoSo."""
    _texts(item, ("MaHoSo", "MaHoSoDonVi", "NgayXuLy", "TrangThai"), ("NoiDung",), ("MaDoiTuong",))
    _codes(item, {"TrangThai": TOLD_BACK})
    _dates(item, ("NgayXuLy",))
    _list(item, "TaiLieuXuLy")


def _texts(item: Item, filled: Iterable[str], present: Iterable[str], others: Iterable[str]) -> None:
    for name in filled:
        if not isinstance(item.get(name, ""), str):
            raise BadParameter(f"Sai kiểu dữ liệu: {name}")
        if not item.get(name, "").strip():
            raise BadParameter(f"Thiếu thông tin bắt buộc: {name}")
    for name in present:
        if not isinstance(item.get(name), str):
            raise BadParameter(f"Thiếu thông tin bắt buộc: {name}")
    for name in others:
        if not isinstance(item.get(name), str | None):
            raise BadParameter(f"Sai kiểu dữ liệu: {name}")


def _codes(item: Item, codes: Mapping[str, frozenset[str]]) -> None:
    for name, known in codes.items():
        if item.get(name) and item[name] not in known:
            raise BadParameter(f"Giá trị không hợp lệ: {name}")


def _dates(item: Item, names: Iterable[str]) -> None:
    for name in names:
        if item.get(name) and not _is_date(item[name]):
            raise BadParameter(f"Sai định dạng ngày yyyyMMddHHmmss: {name}")


def _is_date(text: str) -> bool:
    if len(text) != len("yyyyMMddHHmmss") or not (text.isascii() and text.isdecimal()):
        return False
    try:
        datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 (only whether it is one)
    except ValueError:
        return False
    return True


def _length(item: Item, name: str, longest: int) -> None:
    if len(item.get(name) or "") > longest:
        raise BadParameter(f"{name} vượt quá {longest} ký tự")


def _list(item: Item, name: str) -> None:
    rows = item.get(name)
    if rows is None:
        return
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadParameter(f"Sai kiểu dữ liệu: {name}")
    inner, longest = INNER_LENGTHS.get(name, ("", 0))
    if inner and any(len(str(row.get(inner) or "")) > longest for row in rows):
        raise BadParameter(f"{inner} vượt quá {longest} ký tự")
