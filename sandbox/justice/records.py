"""Judicial records (lý lịch tư pháp): the queue of changed statuses, its acknowledgement, and one dossier's status."""

from typing import Any

from sandbox.justice.envelope import RECORD_NOT_FOUND, Parameters, Refused, success, text
from sandbox.justice.queue import Change, Queue, changes
from sandbox.justice.taking import RECEIVED, REQUEST, Taking
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

    def __init__(self, world: World, size: int, taking: Taking) -> None:
        self.dossiers = MinistryDossiers(world, "judicial records", size, belongs, code)
        self.queue = Queue(world, self.dossiers)
        self._taking = taking

    def changed(self, _: Parameters) -> Reply:
        """The oldest changes nobody acknowledged yet (traDsTrangThaiHs)."""
        return success([_record(change) for change in self.queue.next()])

    def state(self, parameters: Parameters) -> Reply:
        """The state of one dossier (LLTP-API-traTrangThaiHs {maHoSo}), the ministry's own or one handed over to it."""
        asked = text(parameters, "maHoSo")
        taken = self._taking.find(asked, REQUEST)
        if taken is not None:
            return success(_state(asked, RECEIVED, taken.push.time))
        dossier = self.dossiers.find(asked)
        if dossier is None:
            raise Refused(RECORD_NOT_FOUND)
        *_, last = changes(dossier, asked)
        return success(_state(asked, last.state, time_or_blank(last.at)))

    def acknowledge(self, parameters: Parameters) -> Reply:
        """Takes note of what was fetched (danhDauHsThanhCong {ids}), ids joined by `;`; one unknown id refuses them all."""
        ids = [part for part in text(parameters, "ids").split(";") if part]
        if not self.queue.acknowledge(ids):
            raise Refused(RECORD_NOT_FOUND)
        return success(len(ids))


def _state(asked: str, state: int, at: str) -> dict[str, Any]:
    return {"maHoSo": asked, "DEC_STATUS_ID": state, "DEC_STATUS_NAME": NAMES[state], "ngayCapNhat": at}


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
