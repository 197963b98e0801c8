"""The province's own lists: its procedures (/bd/procedure) and its agencies (/ba/agency)."""

from typing import Any

from sandbox.province.names import name_shape, translated
from sandbox.world.agencies import LEVELS, Agencies, Agency
from sandbox.world.chance import Dice, object_id
from sandbox.world.local import LocalProcedure

# Service levels (mức độ dịch vụ công); old and new words stand side by side.
SERVICE_LEVELS = ("Toàn trình", "Toàn trình", "Một phần", "Cung cấp thông tin", "Mức độ 3")


def procedure_record(local: LocalProcedure, agencies: Agencies) -> dict[str, Any]:
    """One record of /bd/procedure; nationCode is absent where the province never filled it in."""
    procedure = local.entry.procedure
    dice = Dice("local record", procedure.code)
    level, office = dice.pick(SERVICE_LEVELS), agencies.provincial_office(procedure)
    return {
        "id": local.id,
        "code": local.code,
        **({"nationCode": procedure.code} if local.knows_national_code else {}),
        "name": name_shape(dice, procedure.name),
        "sector": {"id": local.sector_id, "code": local.sector_code, "name": [translated(local.sector_name)]},
        "agency": {"id": office.id, "code": office.code(old_style=dice.one_in(2)), "name": [translated(office.name)]},
        "level": {"id": object_id("service level", level), "name": level},
        "status": 1,
    }


def agency_record(agency: Agency, agencies: Agencies) -> dict[str, Any]:
    """One record of /ba/agency; the code is empty for many units, the style of codes is mixed."""
    dice = Dice("agency record", agency.key)
    old_style = dice.one_in(2)
    parent = agencies.by_key.get(agency.parent)
    return {
        "id": agency.id,
        "code": agency.code(old_style),
        "name": name_shape(dice, agency.name),
        "parent": {"id": parent.id, "code": parent.code(old_style)} if parent else None,
        "level": {"id": object_id("agency level", agency.level), "name": LEVELS[agency.level]},
        "status": agency.status,
    }
