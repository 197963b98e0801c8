"""One dossier (hồ sơ) and one procedure as Tân Dân writes them."""

from typing import Any

from sandbox.world.agencies import Agencies
from sandbox.world.chance import Dice, object_id
from sandbox.world.local import LocalProcedure
from sandbox.world.moments import iso_local
from sandbox.world.standing import Standing

# Channels (KenhThucHien): 1 at the counter, 2 online.
COUNTER, ONLINE = "1", "2"
# Online levels (MucDo): 2 information only, 3 partial, 4 full.
LEVELS = ("4", "4", "3", "2")


def dossier_record(dossier: Standing, _index: int) -> dict[str, Any]:
    """A dossier; DeletedOn is filled where a clerk deleted it, and it stays in the list."""
    life, applicant = dossier.life, dossier.applicant
    dice = Dice("tandan record", life.day, life.number, len(dossier.steps))
    return {
        "Id": object_id("tandan", life.day, life.number),
        "MaHoSo": life.code,
        # The national portal's code, where it differs from the own one.
        "MaHoSoKhac": dossier.code_national,
        **_procedure(life.local),
        "TrangThaiHoSoId": str(dossier.state),
        "ChuHoSo": applicant.full_name,
        "SoGiayToChuHoSo": applicant.identity_number,
        "SoDienThoaiChuHoSo": applicant.phone_number,
        "DiaChiChuHoSo": life.agency.name.removeprefix("UBND "),
        "DonViId": life.agency.id,
        "MaDonVi": life.agency_code,
        "TenDonVi": life.agency.name,
        "KenhThucHien": ONLINE if life.online else COUNTER,
        **_dates(dossier),
        "TrangThaiBoSung": "1" if dossier.state == 5 else "0",
        # Every move makes a dossier "not synchronised" again, until the next run sends it.
        "TrangThaiDongBoDVC": "0" if dice.one_in(4) else "1",
        "CreatedOn": iso_local(dossier.filed),
        "LastModifiedOn": iso_local(dossier.changed),
        "DeletedOn": iso_local(dossier.refused) if dossier.state == 3 and dice.one_in(3) else None,
    }


def procedure_record(local: LocalProcedure, agencies: Agencies) -> dict[str, Any]:
    """A procedure; SuDung is false once it is no longer in the national list."""
    office = agencies.provincial_office(local.entry.procedure)
    return {
        "Id": local.id,
        **_procedure(local),
        "CapThucHien": "##".join(local.entry.procedure.levels),
        "MaDonVi": office.code(old_style=False),
        "TenDonVi": office.name,
        "ThoiGianGiaiQuyet": str((local.entry.procedure.working_days + local.entry.revision) * 8),
        "SuDung": local.entry.is_in_force,
        "DeletedOn": None,
    }


def _procedure(local: LocalProcedure) -> dict[str, Any]:
    procedure = local.entry.procedure
    return {
        "MaTTHC": local.code,
        "TenTTHC": procedure.name,
        "MaLinhVuc": local.sector_code,
        "TenLinhVuc": local.sector_name,
        "MucDo": Dice("tandan level", procedure.code).pick(LEVELS),
    }


def _dates(dossier: Standing) -> dict[str, Any]:
    return {
        "NgayNopHoSo": iso_local(dossier.filed),
        "NgayTiepNhan": iso_local(dossier.accepted),
        "NgayHenTra": iso_local(dossier.due),
        "NgayKetThucXuLy": iso_local(dossier.finished),
        "NgayTra": iso_local(dossier.returned),
        "NgayTuChoi": iso_local(dossier.refused),
    }
