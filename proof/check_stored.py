"""Whether everything that the portals show lies in our database as they show it: lost, wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from proof.asked import Ask
from proof.seen import STATES, Seen
from proof.shown import HANOI, Place, Record, Shown, instant, plain


class Kept(NamedTuple):
    """Where the records of a list must lie: table, the column of their key, the column of their name, and how it is shown."""

    table: str
    key: str
    name: str = ""
    shown: Callable[[Record], Any] = str


def _vietnamese(record: Record) -> Any:
    """A name among translations, or alone."""
    name = record["name"]
    return next(each["name"] for each in name if each["languageId"] == 228) if isinstance(name, list) else name


HOLDS: Mapping[Place, Kept] = {
    ("province", "dossiers"): Kept("dossier", "dossier_code"),
    ("province", "agencies"): Kept("agency", "agency_code", "agency_name", _vietnamese),
    ("province", "procedures"): Kept("procedure", "procedure_code", "procedure_name", _vietnamese),
    ("national", "procedure_list"): Kept(
        "procedure_listing", "procedure_code", "procedure_name", itemgetter("TENTTHC")
    ),
    ("national", "procedures"): Kept("procedure", "procedure_code", "procedure_name", itemgetter("TENTTHC")),
    ("national", "fields"): Kept("field", "field_code", "field_name", itemgetter("TENLINHVUC")),
    ("national", "agencies"): Kept("agency", "agency_code", "agency_name", itemgetter("TENDONVI")),
    ("national", "dossiers"): Kept("dossier", "dossier_code"),
}

DOSSIER = """
    select dossier_code, dossier_code_national, status_code, status_at, source_status_code, procedure_code, applicant_name,
        applicant_identity, applicant_phone, filed_at, received_at, appointment_at, due_at, finished_at
    from core.dossier where issuer = 'province' and valid_to is null"""
EVENTS = """
    select d.dossier_code, e.status_code, e.status_at from core.dossier_event as e join core.dossier as d using (dossier_id)
    where d.issuer = 'province'"""


def complaints(ask: Ask, seen: Seen, tonight: Shown) -> Iterator[str]:
    """One sentence for each record that is missing or differs."""
    for place in HOLDS.keys() & tonight.lists.keys():
        told = unread(ask, *place)
        if told is not None:
            yield from _missing(ask, place, seen, tonight, told)
            yield from _other_names(ask, place, tonight, told)
    yield from _dossiers(ask, seen, tonight)


def _dossiers(ask: Ask, seen: Seen, tonight: Shown) -> Iterator[str]:
    told = unread(ask, "province", "dossiers")
    if told is not None and ("province", "dossiers") in tonight.lists:
        yield from _other_values(ask, tonight, told)
        yield from _missing_steps(ask, seen, told)
    told = unread(ask, "national", "dossiers")
    if told is not None and ("national", "dossiers") in tonight.lists:
        yield from _other_states(ask, tonight, told)


def unread(ask: Ask, portal: str, stream: str) -> set[str] | None:
    """Keys that wait in quarantine with a reason; None when the stream's newest visit failed and says why."""
    newest = "select state, error from ops.batch where portal = :portal and stream = :stream and mode <> 'replay'"
    rows = ask.rows(f"{newest} order by batch_id desc limit 1", portal=portal, stream=stream)
    if rows and rows[0][0] in {"failed", "landed"} and rows[0][1]:
        return None
    waiting = "select record_key from ops.quarantine where portal = :portal and stream = :stream"
    return set(ask.column(f"{waiting} and state = 'open' and reason <> ''", portal=portal, stream=stream))


def _missing(ask: Ask, place: Place, seen: Seen, tonight: Shown, told: set[str]) -> Iterator[str]:
    (portal, stream), kept = place, HOLDS[place]
    rows = _rows(
        ask, f"{kept.key}, bool_or(valid_to is null)", f"{kept.table} where issuer = :portal group by 1", portal
    )
    for code in sorted(seen.codes[place] - rows.keys() - told):
        yield f"lost: {portal}/{stream} {code} was shown, and is neither stored nor in quarantine"
    for code in sorted(tonight.lists[place].keys() & rows.keys()):
        if not rows[code]:
            yield f"wrong: {portal}/{stream} {code} is shown, and our row of it is no longer in force"


def _other_names(ask: Ask, place: Place, tonight: Shown, told: set[str]) -> Iterator[str]:
    (portal, stream), kept = place, HOLDS[place]
    if not kept.name:
        return
    in_force = f"{kept.table} where issuer = :portal and valid_to is null"
    rows = _rows(ask, f"{kept.key}, {kept.name}", in_force, portal)
    for code, record in tonight.lists[place].items():
        if code in rows and code not in told and plain(rows[code]) != plain(kept.shown(record)):
            yield f"wrong: {portal}/{stream} {code}: {kept.name} is not what the portal shows"


def _rows(ask: Ask, columns: str, which: str, portal: str) -> dict[str, Any]:
    return dict(ask.rows(f"select {columns} from core.{which}", portal=portal))  # noqa: S608


def _other_values(ask: Ask, tonight: Shown, told: set[str]) -> Iterator[str]:
    for code, *values in ask.rows(DOSSIER):
        record = tonight.dossiers.get(code)
        if record is None:
            yield f"wrong: province/dossiers {code} is stored, and the portal never showed it"
        elif code not in told:
            for column, (right, ours) in _compared(record, values).items():
                if right != ours:
                    yield f"wrong: province/dossiers {code}: {column} is {_safe(column, ours)}, shown is {_safe(column, right)}"


def _compared(record: Record, ours: list[Any]) -> Mapping[str, tuple[Any, Any]]:
    state = record["dossierStatus"]["id"]
    right = {
        "dossier_code_national": plain(record["nationCode"]),
        "status_code": STATES.get(state),
        "status_at": instant(record["updatedDate"]),
        "source_status_code": str(state),
        "procedure_code": plain(record["procedure"]["code"]),
        "applicant_name": plain(record["applicant"]["data"]["fullname"]),
        "applicant_identity": plain(record["applicant"]["data"]["identityNumber"]),
        "applicant_phone": plain(record["applicant"]["data"]["phoneNumber"]),
        "filed_at": instant(record["appliedDate"]),
        "received_at": instant(record["acceptedDate"]),
        "appointment_at": instant(record["appointmentDate"]),
        "due_at": instant(record["dueDate"]),
        "finished_at": instant(record["completedDate"]),
    }
    return {column: (value, each) for (column, value), each in zip(right.items(), ours, strict=True)}


def _safe(column: str, value: Any) -> str:
    return "another one" if column.startswith("applicant_") and value else str(value)


def _missing_steps(ask: Ask, seen: Seen, told: set[str]) -> Iterator[str]:
    stored: dict[str, set[tuple[str, datetime]]] = {}
    for code, state, at in ask.rows(EVENTS):
        stored.setdefault(code, set()).add((state, at))
    for code, steps in sorted(seen.steps.items()):
        if code in told or code not in stored:
            continue  # a dossier that is missing altogether has its own complaint
        for state, at in sorted(steps - stored[code]):
            yield f"lost: province/dossiers {code}: state {state} since {at:%Y-%m-%d %H:%M:%S} was shown, and is no event"
        for state, at in sorted(stored[code] - steps):
            yield f"wrong: province/dossiers {code}: the event {state} at {at:%Y-%m-%d %H:%M:%S} was never shown"


def _other_states(ask: Ask, tonight: Shown, told: set[str]) -> Iterator[str]:
    query = (
        "select dossier_code, status_code, filed_at from core.dossier where issuer = 'national' and valid_to is null"
    )
    for code, state, filed in ask.rows(query):
        record = tonight.lists["national", "dossiers"].get(code)
        if record is None:
            yield f"wrong: national/dossiers {code} is stored, and the portal never showed it"
        elif code in told or code in tonight.pushed:
            continue  # what it was told back since our visit it may show already
        elif (state, _filed(filed)) != (record["MaTrangThai"], record["NgayNop"]):
            yield f"wrong: national/dossiers {code}: state {state}, shown is {record['MaTrangThai']}"


def _filed(at: datetime) -> str:
    return at.astimezone(HANOI).strftime("%d/%m/%Y %H:%M:%S")
