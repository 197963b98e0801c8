"""One dossier (hồ sơ) as OpenCPS lists it: nearly everything is text, "" where there is nothing."""

from collections.abc import Callable
from typing import Any

from sandbox.province_opencps.words import Words, words_of
from sandbox.world.chance import Dice, object_id
from sandbox.world.moments import vietnamese_time
from sandbox.world.standing import Standing

# Ids begin here; the dossier with index 0 in the world has this one.
FIRST_ID = 100_001
When = Callable[[int | None], Any]


def words_at(dossier: Standing, place: int) -> Words:
    """The words a dossier carries after its step number `place`."""
    return words_of(dossier.state_at(place), dossier.life.online, is_posted(dossier))


def is_posted(dossier: Standing) -> bool:
    """Whether the applicant wants the result by public post (bưu chính công ích)."""
    return dossier.life.number % 5 == 0


def reference(dossier: Standing) -> str:
    """referenceUid: the national portal's code of what was filed there, else an id of its own."""
    return dossier.code_national or object_id("opencps", dossier.life.day, dossier.life.number)


def list_record(dossier: Standing, index: int) -> dict[str, Any]:
    """A record of /dossiers: dates are `dd/MM/yyyy HH:mm:ss`."""
    return _record(dossier, index, vietnamese_time)


def detail_record(dossier: Standing, index: int) -> dict[str, Any]:
    """The answer of /dossiers/{id}: the same dates in ms since the Unix epoch, 0 where there is none."""
    return _record(dossier, index, lambda instant: instant or 0)


def _record(dossier: Standing, index: int, when: When) -> dict[str, Any]:
    life, words = dossier.life, words_at(dossier, len(dossier.steps) - 1)
    dice = Dice("opencps record", life.day, life.number)
    number = FIRST_ID + index
    return {
        "dossierIdCTN": str(number),
        "dossierId": number,
        "referenceUid": reference(dossier),
        "counter": _mixed(dice, life.number + 1),
        "createDate": when(dossier.filed),
        "modifiedDate": when(dossier.changed),
        **_service(dossier),
        **_applicant(dossier),
        "dossierNo": life.code,
        **_dates(dossier, when),
        "dossierStatus": words.status,
        "dossierStatusText": words.status_text,
        "dossierSubStatus": words.sub_status,
        "dossierSubStatusText": words.sub_status_text,
        "lastActionDate": when(dossier.changed),
        "lastActionCode": words.action,
        "lastActionName": words.sub_status_text or words.status_text,
        "viaPostal": "2" if is_posted(dossier) else "1",
        "online": "true" if life.online else "false",
        "originality": _mixed(dice, 3),
        "durationCount": float(life.local.entry.procedure.working_days),
        "durationUnit": _mixed(dice, 0),
        "serviceLevel": 4 if life.online else 2,
        "lock": "false",
        "dossierNote": "",
    }


def _service(dossier: Standing) -> dict[str, Any]:
    local, agency = dossier.life.local, dossier.life.agency
    return {
        "serviceCode": local.code,
        "serviceName": local.entry.procedure.name,
        "domainCode": local.sector_code,
        "domainName": local.sector_name,
        "govAgencyCode": dossier.life.agency_code,
        "govAgencyName": agency.name,
    }


def _applicant(dossier: Standing) -> dict[str, Any]:
    return {
        "applicantName": dossier.applicant.full_name,
        "applicantIdType": "citizen",
        "applicantIdNo": dossier.applicant.identity_number,
        "contactTelNo": dossier.applicant.phone_number,
        "contactEmail": "",
        "address": dossier.life.agency.name.removeprefix("UBND "),
    }


def _dates(dossier: Standing, when: When) -> dict[str, Any]:
    withdrawn = dossier.refused if dossier.state == 7 else None
    waiting = dossier.changed if dossier.state == 5 else None
    return {
        "submitDate": when(dossier.filed),
        "receiveDate": when(dossier.accepted),
        "dueDate": when(dossier.due),
        "extendDate": when(None),
        "releaseDate": when(dossier.finished),
        "finishDate": when(dossier.returned or dossier.refused),
        "cancellingDate": when(withdrawn),
        "correctingDate": when(waiting),
    }


def _mixed(dice: Dice, value: int) -> int | str:
    """A number as it is or as text, as chance has it."""
    return str(value) if dice.one_in(2) else value
