"""`gateway codes`: lists as of a day become a history in which every code can be resolved on any day."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import show

if TYPE_CHECKING:
    from gateway.codes.resolve import Place, Resolved

app = typer.Typer(help="Codes through time: units, agencies, fields, procedures.", no_args_is_help=True)

Kind = Annotated[str, typer.Argument(help="unit, agency, field or procedure.")]
Code = Annotated[str, typer.Argument(help="The code, or the source's id where there is no code.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="DATE")]
Json = Annotated[bool, show.AsJson]

COUNTS = ("new", "renamed", "changed", "unchanged", "closed", "ended", "links", "questions")
RESOLVED = ("day", "code", "name", "relation", "evidence", "belongs to", "said", "issuer")


@app.command("load")
def load_list(
    kind: Kind,
    file: Annotated[Path, typer.Argument(help="A list in CSV.")],
    as_of: Day,
    columns: Annotated[
        str, typer.Option(help="Which column is what: code=ma,name=ten or a YAML file; else FILE's .columns.yaml.")
    ] = "",
    issuer: Annotated[str, typer.Option(help="Who gives these codes, if the YAML does not say it.")] = "",
    accept_shrunk: Annotated[
        bool, typer.Option("--accept-shrunk", help="A list that became much shorter is right: take it in.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Take in a list as of a day. Example: gateway codes load agency tree.csv --as-of 2026-01-05 --columns id=id,code=code,name=name"""
    from gateway.codes.columns import columns_of
    from gateway.codes.load import load
    from gateway.codes.snapshot import read
    from gateway.workshop import open_database

    snapshot = read(kind, file, as_of.date(), columns_of(file, columns, issuer))
    loaded = load(open_database(), snapshot, accept_shrunk)
    told = {"kind": kind, "issuer": snapshot.issuer, "as_of": snapshot.as_of, "read": len(snapshot.rows)}
    row = {**told, "uncoded": snapshot.uncoded, **loaded.counts}
    show.table("Loaded", tuple(row), [row], as_json)
    return _needs_person(loaded.counts["questions"], "see: gateway codes questions")


@app.command("resolve")
def resolve_code(
    kind: Kind,
    code: Code,
    on: Day,
    to: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE")] = None,
    as_json: Json = False,
) -> int:
    """What a code meant on a day, and where that belongs on another. Example: gateway codes resolve unit 001 --on 2025-06-30 --to 2026-07-25"""
    from gateway.codes.resolve import resolve
    from gateway.workshop import open_database

    found = resolve(open_database(), kind, code, on.date(), to.date() if to else None)
    if as_json:
        print(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2, default=show.plain))
    else:
        show.table("Resolved", RESOLVED, [row for each in found for row in _rows(each, on, to)])
    unsettled = sum(not each.is_settled for each in found) if to else 0
    return _needs_person(unsettled, f"what became of it is not told; see: gateway codes history {kind} {code}")


@app.command("history")
def history_of(kind: Kind, code: Code, as_json: Json = False) -> int:
    """Everything known of a code in the order of time. Example: gateway codes history unit 00004"""
    from gateway.codes.history import COLUMNS, history
    from gateway.codes.snapshot import check_kind
    from gateway.workshop import open_database

    check_kind(kind)
    show.table("History", COLUMNS, history(open_database(), kind, code), as_json)
    return 0


@app.command("questions")
def list_questions(kind: Annotated[str, typer.Argument(help="Only this kind.")] = "", as_json: Json = False) -> int:
    """What lists do not settle, for a person. Example: gateway codes questions unit"""
    from gateway.codes.history import questions
    from gateway.workshop import open_database

    columns = ("kind", "code", "name", "reason", "said", "candidates", "issuer", "as_of")
    show.table("Questions", columns, questions(open_database(), kind), as_json)
    return 0


def _needs_person(count: int, do: str) -> int:
    if count:
        typer.echo(f"gateway: {count} for a person → {do}", err=True)
    return int(bool(count))


def _rows(found: Resolved, on: datetime, to: datetime | None) -> list[dict[str, Any]]:
    rows = [_row(found.place, on)]
    if to is not None:
        rows += [_row(each.place, to, each.relation, each.evidence, " → ".join(each.said)) for each in found.passages]
    return rows


def _row(place: Place, day: datetime, relation: str = "", evidence: str = "", said: str = "") -> dict[str, Any]:
    above = ", ".join(f"{name} ({code})" if code else name for code, name in place.above)
    values = (day.date(), place.code, place.name, relation, evidence, above, said, place.issuer)
    return dict(zip(RESOLVED, values, strict=True))
