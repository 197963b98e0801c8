"""One dossier (hồ sơ) as a record of /pa/dossier/search."""

from functools import cache
from typing import Any

import msgspec

from sandbox.province.names import name_shape, translated
from sandbox.reply import encode
from sandbox.world.agencies import Agency
from sandbox.world.chance import Dice, object_id
from sandbox.world.clock import HOUR, after_working_days, date_code, day_of, midnight, timestamp
from sandbox.world.life import Life
from sandbox.world.local import LocalProcedure
from sandbox.world.people import Person, person
from sandbox.world.status import CLOSED, FINISHED, NAMES, PROCESSING, RETURNED, TASK_NAMES

APPLY_METHODS = {True: (0, "Trực tuyến"), False: (1, "Trực tiếp")}
TASK_IDS = {state: object_id("task status", state) for state in TASK_NAMES}
EFORM_ID = object_id("eform", "applicant")
OFFICE_CLOSES = 17 * HOUR


def render(life: Life, stage: int, seed: int, filed_as: str | None = None) -> bytes:
    """The JSON of a dossier that has come as far as its step number `stage` (0 = filed).

    filed_as: the code that another portal than the national one gave it.
    """
    dice = Dice(seed, "record", life.day, life.number)
    steps = life.steps[: stage + 1]
    record = _record(life, steps, dice, person(dice))
    return encode(record if filed_as is None else record | {"nationCode": filed_as})


def _record(life: Life, steps: tuple[tuple[int, int], ...], dice: Dice, applicant: Person) -> dict[str, Any]:
    key = (life.day, life.number)
    state = steps[-1][1]
    national = life.online and dice.one_in(2)
    return {
        "id": object_id("dossier", *key),
        "code": life.code,
        "nationCode": f"G22.99.99-{date_code(life.day)}-{life.number + 1:04}" if national else None,
        "dossierStatus": {"id": state, "name": NAMES[state]},
        "dossierTaskStatus": {"id": TASK_IDS[state], "name": TASK_NAMES[state]},
        "applicant": {
            "eformId": EFORM_ID,
            "userId": object_id("user", *key) if life.online else None,
            "data": _applicant(applicant, life),
        },
        "procedure": _procedure(life.local),
        "agency": _agency(life.agency, life.agency_code, dice),
        **_dates(life, steps, in_utc=dice.one_in(12)),
        "processingTime": life.local.entry.procedure.working_days,
        "processingTimeUnit": "d",
        **_tasks(steps, dice),
        "applyMethod": dict(zip(("id", "name"), APPLY_METHODS[life.online], strict=True)),
        "eForm": {"data": {}},
        "isDVCLT": dice.one_in(30),
    }


def _applicant(applicant: Person, life: Life) -> dict[str, Any]:
    return {
        "fullname": applicant.full_name,
        "identityNumber": applicant.identity_number,
        "phoneNumber": applicant.phone_number,
        "address": life.agency.name.removeprefix("UBND "),
    }


@cache
def _procedure(local: LocalProcedure) -> msgspec.Raw:
    """The part that all dossiers of a procedure share, encoded once."""
    sector = {"id": local.sector_id, "code": local.sector_code, "name": local.sector_name}
    name = translated(local.entry.procedure.name)
    return msgspec.Raw(encode({"id": local.id, "code": local.code, "translate": name, "sector": sector}))


def _agency(agency: Agency, code: str, dice: Dice) -> dict[str, Any]:
    return {"id": agency.id, "name": name_shape(dice, agency.name), "code": code}


def _dates(life: Life, steps: tuple[tuple[int, int], ...], in_utc: bool) -> dict[str, str | None]:
    accepted = next((at for at, state in steps if state == PROCESSING), None)
    completed = next((at for at, state in steps if state in (FINISHED, RETURNED)), None)
    due = None if accepted is None else _due(accepted, life.local.entry.procedure.working_days)
    dates = {
        "appliedDate": steps[0][0],
        "acceptedDate": accepted,
        "appointmentDate": due,
        "dueDate": None if due is None else due - HOUR,
        "completedDate": completed,
        "updatedDate": steps[-1][0],
    }
    return {name: timestamp(at, in_utc) for name, at in dates.items()}


def _due(accepted: int, working_days: int) -> int:
    """The promised hour (ms): the close of the last working day; an evening intake counts from the next morning."""
    start = day_of(accepted) + (accepted - midnight(day_of(accepted)) > OFFICE_CLOSES)
    return midnight(after_working_days(start, working_days)) + OFFICE_CLOSES


def _tasks(steps: tuple[tuple[int, int], ...], dice: Dice) -> dict[str, Any]:
    """The last two steps; the full history is not in the search answer."""
    tasks = [{"statusId": state, "startDate": timestamp(at)} for at, state in steps[-2:]]
    current = None if steps[-1][1] in CLOSED else tasks[-1]
    # The same product sends a list in one place and an object in the other.
    shape: Any = ([current] if current else []) if dice.one_in(2) else (current or {})
    return {"currentTask": shape, "task": tasks}
