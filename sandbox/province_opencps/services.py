"""The procedures of the province as OpenCPS has them (/serviceinfos)."""

from typing import Any

from sandbox.world.agencies import Agencies
from sandbox.world.chance import Dice
from sandbox.world.clock import HOUR, midnight
from sandbox.world.local import LocalProcedure
from sandbox.world.moments import vietnamese_time

FIRST_ID = 501
# Service levels (mức độ) as numbers; nobody here renumbered them when the law changed the words.
LEVELS = (4, 4, 3, 2)


def service_record(local: LocalProcedure, place: int, agencies: Agencies) -> dict[str, Any]:
    """One record of /serviceinfos by its place in the list; serviceCodeDVCQG is "" where nobody confirmed a pair."""
    entry, procedure = local.entry, local.entry.procedure
    dice, office = Dice("opencps service", procedure.code), agencies.provincial_office(procedure)
    made = midnight(-400) + 8 * HOUR
    changed = midnight(entry.amended_on) + 8 * HOUR if entry.is_amended else made
    return {
        "serviceInfoId": FIRST_ID + place,
        "createDate": vietnamese_time(made),
        "modifiedDate": vietnamese_time(changed),
        "serviceCode": local.code,
        "serviceName": procedure.name,
        "serviceCodeDVCQG": procedure.code if local.knows_national_code else "",
        "serviceNameDVCQG": procedure.name if local.knows_national_code else "",
        "processText": "",
        "methodText": "<br>".join(procedure.channels),
        "dossierText": "",
        "conditionText": "",
        "durationText": f"{procedure.working_days + entry.revision} ngày làm việc",
        "applicantText": "<br>".join(procedure.applicants),
        "resultText": "",
        "regularText": "<br>".join(procedure.legal_bases),
        "feeText": "",
        "administrationCode": office.code(old_style=dice.one_in(2)),
        "administrationName": office.name,
        "domainCode": local.sector_code,
        "domainName": local.sector_name,
        "maxLevel": dice.pick(LEVELS),
        # A number here, text there.
        "public_": dice.pick((1, "1")),
        "serviceConfigs": [],
    }
