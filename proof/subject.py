"""R13, subject: a person who files at many portals is given everything and erased everywhere; the next night brings nothing back."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from typing import Any

from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from proof.card import Line
from sandbox.testing import Running, running_sandbox
from sandbox.world.people import REGULAR
from tests.helpers.everything import everything
from tests.helpers.house import House
from tests.helpers.memory import memory_folder
from tests.helpers.server import Server

TELLING = ("province", "province-opencps", "province-tandan", "transport", "maritime", "secure-soap")
"""Portals of applicants that tell an identity number."""

SETS = ("dossier_status", "dossier_personal")
SANDBOX = ("--dossiers", "300", "--procedures", "30", "--regular", "10")
CANARIES = (REGULAR.full_name, REGULAR.identity_number, REGULAR.phone_number)
STORY = """
    select d.issuer, d.dossier_code, e.status_code, e.status_at from core.dossier_event as e
    join core.dossier as d using (dossier_id) order by 1, 2, 4, 3"""
HELD = "select issuer, count(*) from core.dossier where applicant_identity = :number group by 1 order by 1"


def measure() -> Line:
    """Portals, a night, a request for everything, a request to be erased, another night in full."""
    with (
        memory_folder() as place,
        EmbeddedPostgres(place / "data", settings=FORGETFUL, keep=False) as postgres,
        running_sandbox(*SANDBOX, *(word for name in ("national", *TELLING) for word in ("--only", name))) as sandbox,
    ):
        server = Server(postgres)
        house = House(server.url(server.database()), place / "house")
        house.place.mkdir()
        return _line(house, sandbox)


def _line(house: House, sandbox: Running) -> Line:
    house.connect_to(sandbox)
    said = [_night(house, full=False)]
    held, story, awake = dict(house.rows(HELD, number=REGULAR.identity_number)), house.rows(STORY), _found(house)
    exported = list(_not_exported(house, held, said))
    erased = _asked(house, "erase", "--basis", "request 1/2026", "--json")
    said.append(erased)
    left = _found(house)
    told = house.rows(STORY) == story
    said.append(_night(house, full=True))
    back = _found(house)
    kept = set(house.rows(STORY)) >= set(story)
    house.done("audit", "verify")
    spoken = [name for name in CANARIES if name in "".join(said)]
    checks = {
        f"only at {', '.join(held)}": len(held) >= 5,
        "the search is not awake": awake == list(CANARIES),
        "states of dossiers changed": told and kept,
        "the proof counts another number of dossiers": len(json.loads(erased)["dossiers"]) >= sum(held.values()),
    }
    wrong = [*exported, *(what for what, is_right in checks.items() if not is_right)]
    wrong += [f"left after the erasure: canary {CANARIES.index(each)}" for each in left]
    wrong += [f"back after the next night: canary {CANARIES.index(each)}" for each in back]
    wrong += [f"spoken of by a command: canary {CANARIES.index(each)}" for each in spoken]
    return Line(
        "R13",
        "subject",
        measured=f"one person with {sum(held.values())} dossiers at {len(held)} portals: exported, erased, another night: {len(wrong)} things wrong",
        required="all exported, 0 left anywhere, 0 brought back, states as before",
        passed=not wrong,
        detail=tuple(wrong),
    )


def _night(house: House, *, full: bool) -> str:
    """All portals and the sets; what the commands said."""
    ended = house.gateway("sync", "national", *TELLING, *(["--full"] if full else []))
    published = house.gateway("publish", *SETS)
    if ended.returncode not in {0, 1} or published.returncode:
        raise AssertionError(f"the night went wrong: {ended.stderr[-2000:]} {published.stderr[-500:]}")
    return ended.stdout + ended.stderr + published.stdout + published.stderr


def _asked(house: House, *arguments: str) -> str:
    """A request, the number in a file; what the command printed."""
    request = house.place / "request.txt"
    request.write_text(REGULAR.identity_number, "utf-8")
    try:
        return house.done("subject", *arguments, "--identity-from", str(request))
    finally:
        request.unlink()


def _not_exported(house: House, held: dict[str, int], said: list[str]) -> Iterator[str]:
    to = house.place / "told.json"
    said.append(_asked(house, "export", "--to", str(to)))
    mode, told = stat.S_IMODE(to.stat().st_mode), json.loads(to.read_text("utf-8"))
    to.unlink()
    if mode != 0o600:
        yield f"others may read the export: {mode:o}"
    counted = {name: sum(_is_theirs(row, name) for row in told["dossiers"]) for name in held}
    if counted != held:
        yield f"exported dossiers {counted}, held {held}"
    landed = {page["portal"] for page in told["landed_pages"]}
    if missing := sorted(set(held) - landed):
        yield f"no landed record of {', '.join(missing)}"
    sets = {each["table"]: len(each["rows"]) for each in told["shared_sets"]}
    if any(sets.get(name, 0) < held.get("province", 0) for name in SETS):
        yield f"shared rows {sets}"


def _is_theirs(row: dict[str, Any], portal: str) -> bool:
    return bool(row["issuer"] == portal and row["applicant_identity"] == REGULAR.identity_number)


def _found(house: House) -> list[str]:
    text = everything(house)
    return [value for value in CANARIES if value in text]
