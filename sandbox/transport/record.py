"""A dossier in the shape of OpenCPS: nearly everything a string, dates `dd/MM/yyyy HH:mm:ss`, "" when absent."""

from typing import Any

from sandbox.ministry.dates import time_or_blank
from sandbox.ministry.dossier import MinistryDossier
from sandbox.ministry.dossiers import MinistryDossiers, share_of
from sandbox.world.clock import date_code
from sandbox.world.naming import plain
from sandbox.world.procedure import Procedure
from sandbox.world.status import DUTY, FINISHED, NEW, PROCESSING, REFUSED, RETURNED, SUPPLEMENT
from sandbox.world.world import World

# Bodies of the former transport ministry (G04); the ends of these codes are invented.
AGENCIES = {"G04.98": "Cục Đường bộ (mô phỏng)", "G04.99": "Cục Đăng kiểm (mô phỏng)"}
# (dossierStatus, its text, dossierSubStatus)
STATUSES = {
    NEW: ("new", "Mới nộp", ""),
    PROCESSING: ("processing", "Đang xử lý", ""),
    SUPPLEMENT: ("waiting", "Chờ bổ sung", "supplement"),
    DUTY: ("waiting", "Chờ thanh toán", "paying"),
    FINISHED: ("releasing", "Chờ trả kết quả", ""),
    RETURNED: ("done", "Đã trả kết quả", ""),
    REFUSED: ("denied", "Từ chối", ""),
}


def number(dossier: MinistryDossier) -> str:
    """dossierNo, `GTVT.yyMMdd.nnnnn`."""
    return f"GTVT.{date_code(dossier.life.day)}.{dossier.life.number + 1:05}"


def agency_of(dossier: MinistryDossier) -> str:
    """The code of the body that handles it."""
    return dossier.dice("agency").pick(tuple(AGENCIES))


def belongs(procedure: Procedure) -> bool:
    """Whether a procedure is about roads."""
    return any(plain(field) == "đường bộ" for field in procedure.fields)


def transport_dossiers(world: World, dossiers: int) -> MinistryDossiers:
    """All dossiers of this ministry beside a province with so many."""
    return MinistryDossiers(world, "transport", share_of(dossiers), belongs, number)


def record(dossier: MinistryDossier) -> dict[str, Any]:
    """One member of `data`."""
    status, text, sub_status = STATUSES[dossier.state]
    person, agency = dossier.applicant, agency_of(dossier)
    return {
        "dossierId": str(100_000_000 + dossier.dice("id").below(900_000_000)),
        "dossierNo": number(dossier),
        "serviceCode": dossier.procedure.code,
        "serviceName": dossier.procedure.name,
        "govAgencyCode": agency,
        "govAgencyName": AGENCIES[agency],
        "applicantName": person.full_name,
        "applicantIdType": "citizen",
        "applicantIdNo": person.identity_number,
        "contactTelNo": person.phone_number,
        "address": dossier.life.agency.name.removeprefix("UBND "),
        "submitDate": time_or_blank(dossier.filed_at),
        "receiveDate": time_or_blank(dossier.received_at),
        "dueDate": time_or_blank(dossier.due_at),
        "releaseDate": time_or_blank(dossier.first(FINISHED)),
        "finishDate": time_or_blank(dossier.first(RETURNED)),
        "modifiedDate": time_or_blank(dossier.changed_at),
        "dossierStatus": status,
        "dossierStatusText": text,
        "dossierSubStatus": sub_status,
        "online": str(dossier.life.online).lower(),
        "viaPostal": str(dossier.dice("postal").below(2)),
    }
