"""The floor: the least a program can do. Read a page, decode it, one plain function per record, COPY, merge.

    python -m benchmarks.floor PORTAL DATABASE

Nothing is landed, checked, quarantined, counted or kept as history: what our pipeline costs above this is what it gives.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import requests

from benchmarks.pages import LOGIN, QUERY
from benchmarks.portal import SEARCH_PATH, TOKEN_PATH

COLUMNS = {
    "dossier_code": "text primary key",
    "dossier_code_national": "text",
    "source_status_code": "text",
    "source_status_name": "text",
    "task_status_name": "text",
    "procedure_code": "text",
    "procedure_name": "text",
    "field_code": "text",
    "field_name": "text",
    "agency_code": "text",
    "agency_name": "text",
    "applicant_name": "text",
    "applicant_identity": "text",
    "applicant_phone": "text",
    "channel_code": "text",
    "filed_at": "timestamptz",
    "received_at": "timestamptz",
    "due_at": "timestamptz",
    "appointment_at": "timestamptz",
    "finished_at": "timestamptz",
    "status_at": "timestamptz",
    "processing_time": "numeric",
    "processing_time_unit": "text",
    "is_interlinked": "bool",
    "source_id": "text",
    "hash": "bytea",
}
PAGES_TOGETHER = 5
"""Pages in one COPY and merge, so that memory stays flat."""

_page = msgspec.json.Decoder(dict[str, msgspec.Raw])
_records = msgspec.json.Decoder(list[msgspec.Raw])
_record = msgspec.json.Decoder()

CREATE = f"create table if not exists dossier ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})"
STAGE = "create temp table stage (like dossier) on commit delete rows"
COPY = f"copy stage ({', '.join(COLUMNS)}) from stdin"
MERGE = f"""
    insert into dossier select * from stage on conflict (dossier_code) do update set
    {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
    where dossier.hash <> excluded.hash"""  # noqa: S608  # column names of ours


def pages(portal: str) -> Iterator[list[msgspec.Raw]]:
    """All pages' records, as bytes."""
    with requests.Session() as http:
        http.trust_env = False
        token = http.post(portal + TOKEN_PATH, data=LOGIN, timeout=30).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        number, last = 0, False
        while not last:
            answer = http.get(portal + SEARCH_PATH, params={**QUERY, "page": str(number)}, timeout=60)
            page = _page.decode(answer.content)
            yield _records.decode(page["content"])
            number, last = number + 1, bytes(page["last"]) == b"true"


def row(raw: msgspec.Raw) -> tuple[Any, ...]:
    """One record as a row; times stay text, which the database reads."""
    found = _record.decode(raw)
    procedure, agency = found["procedure"], found["agency"]
    sector, name = procedure["sector"], agency["name"]
    translated = procedure["translate"]
    return (
        found["code"],
        found["nationCode"],
        str(found["dossierStatus"]["id"]),
        found["dossierStatus"]["name"],
        found["dossierTaskStatus"]["name"],
        procedure["code"],
        (translated[0] if isinstance(translated, list) else translated)["name"],
        sector["code"],
        sector["name"] if isinstance(sector["name"], str) else sector["name"][0]["name"],
        agency.get("code") or agency["id"],
        name if isinstance(name, str) else name[0]["name"],
        found["applicant"]["data"]["fullname"],
        found["applicant"]["data"]["identityNumber"],
        found["applicant"]["data"]["phoneNumber"],
        str(found["applyMethod"]["id"]),
        found["appliedDate"],
        found["acceptedDate"],
        found["dueDate"],
        found["appointmentDate"],
        found["completedDate"],
        found["updatedDate"],
        found["processingTime"],
        found["processingTimeUnit"],
        found["isDVCLT"],
        found["id"],
        hashlib.blake2b(raw, digest_size=16).digest(),
    )


def load(database: psycopg.Connection[Any], records: list[msgspec.Raw]) -> None:
    """Stage and merge in one transaction."""
    with database.transaction(), database.cursor() as cursor:
        with cursor.copy(COPY) as copy:
            for raw in records:
                copy.write_row(row(raw))
        cursor.execute(MERGE)


def main(portal: str, address: str) -> None:
    """Everything once."""
    with psycopg.connect(address, autocommit=True) as database:
        database.execute(CREATE)
        database.execute(STAGE)
        group: list[msgspec.Raw] = []
        for number, records in enumerate(pages(portal), 1):
            group += records
            if number % PAGES_TOGETHER == 0:
                load(database, group)
                group = []
        load(database, group)


if __name__ == "__main__":
    main(*sys.argv[1:])
