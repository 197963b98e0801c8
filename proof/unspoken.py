"""R11, canary: a thousand invented persons, faults in the night, and every place where something is said: none of them is named.

What Airflow keeps (XCom, rendered fields) is looked through where a real Airflow runs, in tests/e2e/test_demo.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pyarrow.parquet as pq
import requests

from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from proof.api_calls import SET, answers, keys_of
from proof.card import Line
from proof.fault_kinds import FETCHED, SEARCH, Kind
from sandbox.testing import Running, running_sandbox
from tests.helpers.house import House
from tests.helpers.memory import memory_folder
from tests.helpers.server import Server

PERSONS = 1000
SLOW = {"hang", "drip_headers", "drip_body", "huge", "gzip_bomb"}
"""Kinds of faults that only take time: what is said after them is said after others, too."""

TABLES = f"""
    select format('%I.%I', table_schema, table_name) from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema in ('landing', 'ops', 'share', 'xref')
        and table_name not in ('{SET}', '{SET}__change') order by 1"""
LOOKED_AT = (
    *(
        ("quarantine", "list"),
        ("quarantine", "list", "--json"),
        ("status",),
        ("drift",),
        ("audit", "list", "--most", "500"),
    ),
    *(
        ("keys", "list"),
        ("access", "list"),
        ("deliver", "status"),
        ("deliver", "list", "national/dossiers"),
        ("integrity",),
    ),
    *(("explain", "set", "dossier_status"), ("subject", "list"), ("retention", "--dry-run"), ("report",)),
)


@dataclass
class Canaries:
    """What nobody may say: names, identity numbers and phones. found: where one was said all the same, and how many."""

    values: frozenset[str]
    found: dict[str, int] = field(default_factory=dict)
    characters: int = 0

    def look(self, place: str, said: str) -> None:
        """Look through what was said somewhere."""
        self.characters += len(said)
        if count := sum(value in said for value in self.values):
            self.found[place] = max(count, self.found.get(place, 0))


def measure(persons: int = PERSONS) -> Line:
    """A province with so many dossiers and more."""
    with (
        memory_folder() as place,
        EmbeddedPostgres(place / "data", settings=FORGETFUL, keep=False) as postgres,
        running_sandbox(
            *("--dossiers", str(persons + 100), "--procedures", "20", "--only", "national", "--only", "province")
        ) as sandbox,
    ):
        server = Server(postgres)
        house = House(server.url(server.database()), place / "house")
        house.place.mkdir()
        house.connect_to(sandbox)
        return _line(house, sandbox, persons)


def _line(house: House, sandbox: Running, persons: int) -> Line:
    said = dict(_commands(house, ("sync", "national", "province"), ("publish",)))
    canaries = Canaries(_held(house))
    kinds = [kind for kind in FETCHED if not kind.ours and not SLOW & {str(order["kind"]) for order in kind.orders}]
    said |= dict(_faulty(house, sandbox, kinds))
    codes = house.column("select dossier_code from core.dossier order by 1 limit 5")
    explained = [("explain", "dossier", code) for code in codes]
    said |= dict(_commands(house, *LOOKED_AT, *explained, ("publish",), ("wrong-verb",)))
    for place, words in said.items():
        canaries.look(place, words)
    awake = list(_served(house, canaries))
    for table in house.column(TABLES):
        canaries.look(table, "\n".join(house.column(f"select t::text from {table} as t")))
    for path in filter(Path.is_file, (house.place / "datasets").rglob("*")):
        canaries.look(path.name, "\n".join(content(path)))
    wrong = [*(f"{count} canaries in {place}" for place, count in sorted(canaries.found.items())), *awake]
    if len(house.column("select distinct applicant_identity from core.dossier")) < persons:
        wrong.append("too few persons were planted")
    return Line(
        "R11",
        "canary",
        measured=f"{len(canaries.values)} names, numbers and phones of over {persons} persons, {len(kinds)} faults, "
        f"{canaries.characters / 1e6:.0f} million characters looked through: {len(canaries.found)} places name one",
        required="0 places; found in core and by a case officer",
        passed=not wrong,
        detail=tuple(wrong[:40]),
    )


def _held(house: House) -> frozenset[str]:
    columns = ("applicant_name", "applicant_identity", "applicant_phone")
    return frozenset(
        value
        for column in columns
        for value in house.column(f"select distinct {column} from core.dossier where {column} is not null")
    )


def _commands(house: House, *commands: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for words in commands:
        ended = house.gateway(*words)
        yield f"gateway {' '.join(words)}", ended.stdout + ended.stderr


def _faulty(house: House, sandbox: Running, kinds: Iterable[Kind]) -> Iterator[tuple[str, str]]:
    """What a night says for each kind of fault; each begins with all records unknown, so that all are mapped anew."""
    for kind in kinds:
        portal = "national" if kind.act == "national" else "province"
        for order in kind.orders:
            sandbox.order(portal, "faults", dict(order))
        ended = house.gateway("sync", portal, *(["--full"] if kind.orders[0]["match"] == SEARCH else []))
        yield f"{kind.name}: gateway sync {portal}", ended.stdout + ended.stderr
        requests.delete(f"{sandbox.addresses[portal]}/_sandbox/faults", timeout=30)


def _served(house: House, canaries: Canaries) -> Iterator[str]:
    """Look through what the API answers; what a case officer must and may not read is judged by itself."""
    keys = keys_of(house, {"officer": "case_officer", "statistics": "statistician", "stranger": ""})
    whole = 0
    for who, answer in answers(house, keys):
        if who != "officer":
            canaries.look(f"the API's answers to {who}", answer)
            continue
        whole = max(whole, sum(value in answer for value in canaries.values))
        numbers = [value for value in canaries.values if re.fullmatch(r"\d+", value) and value in answer]
        if numbers:
            canaries.found["a whole number in the API's answers to a case officer"] = len(numbers)
    yield from [] if whole else ["the search is not awake: a case officer reads no name"]


def content(path: Path) -> Iterator[str]:
    """What a reader of the file sees."""
    if path.suffix == ".parquet":
        yield repr(pq.read_table(path).to_pylist())
    elif is_zipfile(path):
        with ZipFile(path) as zipped:
            yield from (zipped.read(part).decode("utf-8", "replace") for part in zipped.namelist())
    else:
        yield path.read_bytes().decode("utf-8", "replace")
