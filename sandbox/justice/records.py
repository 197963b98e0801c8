"""Judicial records (lý lịch tư pháp): the queue of changed statuses and its acknowledgement."""

from typing import Any

from sandbox.justice.envelope import RECORD_NOT_FOUND, Parameters, Refused, success, text
from sandbox.justice.queue import Change, Queue
from sandbox.ministry.dates import date_or_blank, time_or_blank
from sandbox.ministry.dossier import MinistryDossier
from sandbox.ministry.dossiers import MinistryDossiers
from sandbox.reply import Reply
from sandbox.world.naming import plain
from sandbox.world.procedure import Procedure
from sandbox.world.world import World

CERTIFICATE = 5
NAMES = {3: "STP đã tiếp nhận", 4: "Đang xử lý", CERTIFICATE: "Đã có phiếu"}


def code(dossier: MinistryDossier) -> str:
    """`G15-LLTP-yyMMdd-nnnn`."""
    return f"G15-LLTP-{dossier.serial}"


def belongs(procedure: Procedure) -> bool:
    """Whether a procedure asks for a judicial record (phiếu lý lịch tư pháp)."""
    return "lý lịch tư pháp" in plain(procedure.name)


class JudicialRecords:
    """The services under /apiLyLichTuPhap."""

    def __init__(self, world: World, size: int) -> None:
        self.dossiers = MinistryDossiers(world, "judicial records", size, belongs, code)
        self.queue = Queue(world, self.dossiers)

    def changed(self, _: Parameters) -> Reply:
        """The oldest changes nobody acknowledged yet (traDsTrangThaiHs)."""
        return success([_record(change) for change in self.queue.next()])

    def acknowledge(self, parameters: Parameters) -> Reply:
        """Takes note of what was fetched (danhDauHsThanhCong {ids}), ids joined by `;`; one unknown id refuses them all."""
        ids = [part for part in text(parameters, "ids").split(";") if part]
        if not self.queue.acknowledge(ids):
            raise Refused(RECORD_NOT_FOUND)
        return success(len(ids))


def _record(change: Change) -> dict[str, Any]:
    issued = date_or_blank(change.at) if change.state == CERTIFICATE else ""
    return {
        "id": change.id,
        "maHoSo": change.code,
        "DEC_STATUS_ID": change.state,
        "DEC_STATUS_NAME": NAMES[change.state],
        "ngayCapNhat": time_or_blank(change.at),
        "APPROVE_DATE": issued,
        "ISSUE_DATE": issued,
        "maTTHC": change.dossier.procedure.code,
        "hoTen": change.dossier.applicant.full_name,
        "ghiChu": "",
    }
