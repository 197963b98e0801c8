"""Pushes to the simulated national portal: invented dossiers, and what the portal says it holds of them."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sandbox.testing import Running

Item = dict[str, Any]
Answer = dict[str, Any]
DOSSIERS, PROGRESS, STATUS = "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "DongBoTrangThaiHoSo"


def dossier(code: str, **changes: Any) -> Item:
    """An item of DongBoHoSoMC with what is required, changed; `...` takes a field out."""
    item = {
        "MaHoSo": code,
        "MaTTHC": "1.001193",
        "TenTTHC": "Thủ tục đăng ký khai sinh",
        "MaLinhVuc": "G15-LV000001",
        "TenLinhVuc": "Hộ tịch",
        "ChuHoSo": "Người Bịa Đặt",
        "LoaiDoiTuong": "1",
        "MaDoiTuong": None,
        "Email": "",
        "SoDienThoai": "",
        "TrichYeuHoSo": "Hồ sơ mô phỏng",
        "NgayTiepNhan": "20261116080000",
        "NgayHenTra": "20261118170000",
        "TrangThaiHoSo": "4",
        "NgayKetThucXuLy": "",
        "HinhThuc": "0",
        "DonViXuLy": "Ủy ban nhân dân phường mô phỏng",
        "TaiLieuNop": [],
    }
    return {name: value for name, value in (item | changes).items() if value is not ...}


def row(code: str, state: str = "4", at: str = "20261117090000", **changes: Any) -> Item:
    """A row of CapNhatTienDoHoSoMC."""
    return {
        "MaHoSo": code,
        "NguoiXuLy": "Cán bộ một cửa",
        "ChucDanh": "",
        "ThoiDiemXuLy": at,
        "PhongBanXuLy": "",
        "NoiDungXuLy": "Thụ lý",
        "TrangThai": state,
        "NgayBatDau": "",
        "NgayKetThucTheoQuyDinh": "",
    } | changes


def push(running: Running, session: str, items: Sequence[Item], *, updating: bool = False) -> Answer:
    """DongBoHoSoMC; the answer."""
    answer = running.service(session, DOSSIERS, isUpdating=str(updating), data=list(items))
    return dict(answer.json())


def progress(running: Running, session: str, rows: Sequence[Item]) -> Answer:
    """CapNhatTienDoHoSoMC; the answer."""
    return dict(running.service(session, PROGRESS, data=list(rows)).json())


def code_of(answer: Answer) -> int:
    """The error_code, whatever its type."""
    return int(answer["error_code"])


def look_up(running: Running, session: str, code: str) -> Item | None:
    """What TraCuuHoSo shows of a code."""
    found = running.service(session, "TraCuuHoSo", mahoso=code).json()["result"]
    return dict(found[0]) if found else None


def listed(running: Running, session: str, **parameters: Any) -> Answer:
    """DanhSachHoSoDongBo; of all of November unless said otherwise."""
    asked = {"tuNgay": "2026-11-01", "denNgay": "2026-11-30"} | parameters
    return dict(running.service(session, "DanhSachHoSoDongBo", **asked).json())


def ledger(running: Running, portal: str = "national") -> Answer:
    """The portal's own ledger of pushes."""
    return dict(running.http.get(f"{running.addresses[portal]}/_sandbox/pushed", timeout=30).json())


def held(running: Running, code: str, portal: str = "national") -> Answer | None:
    """All that a portal holds of a code; None when nothing was ever accepted of it."""
    answer = running.http.get(f"{running.addresses[portal]}/_sandbox/pushed/{code}", timeout=30)
    return None if answer.status_code == 404 else dict(answer.json())


def digest(item: Item) -> str:
    """SHA-256 of the item's canonical JSON: sorted keys, no blanks, letters as they are."""
    return sha256(json.dumps(item, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
