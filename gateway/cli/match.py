"""`gateway match`: national codes for local procedures and agencies (đối chiếu mã): suggest, accept, reject, evaluate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import show
from gateway.matching.entry import Kind

if TYPE_CHECKING:
    from gateway.matching.matcher import Match

app = typer.Typer(
    help="National codes for what a portal has without one: suggested with evidence, decided by people.",
    no_args_is_help=True,
)

Json = Annotated[bool, show.AsJson]
KindOf = Annotated[Kind, typer.Option("--kind", help="What lacks a code.")]
Against = Annotated[str, typer.Option("--against", help="The portal whose codes are the national ones.")]
Local = Annotated[str, typer.Argument(help="The local code.")]
National = Annotated[str, typer.Argument(help="The national code.")]
Reviewer = Annotated[str, typer.Option("--reviewer", help="Who decides.")]
Note = Annotated[str | None, typer.Option("--note", help="Why.")]
OfPortal = Annotated[str, typer.Option("--portal", help="Whose code LOCAL is, where several portals have it.")]

COLUMNS = ("local_code", "local_name", "ordinal", "national_code", "national_name", "score", "linked", "reason")
DECIDED = ("kind", "local_issuer", "local_code", "national_code", "verdict", "reviewer", "decided_at", "note")


@app.command()
def suggest(
    portal: Annotated[str, typer.Argument(help="The portal whose rows lack a national code.")],
    kind: KindOf = Kind.PROCEDURE,
    against: Against = "national",
    as_json: Json = False,
) -> int:
    """Suggest national codes, and keep the suggestions. Example: gateway match suggest province --kind agency"""
    from gateway.config import load_settings
    from gateway.matching.suggest import suggest as run
    from gateway.portals import load_portal
    from gateway.workshop import open_database

    for name in (portal, against):
        load_portal(load_settings().mappings, name)
    rows = [row for match in run(open_database(), kind, portal, against) for row in _rows(match)]
    show.table("Suggestions", (*COLUMNS, "evidence") if as_json else COLUMNS, rows, as_json)
    return 0


@app.command()
def accept(
    local: Local,
    national: National,
    reviewer: Reviewer,
    note: Note = None,
    kind: KindOf = Kind.PROCEDURE,
    portal: OfPortal = "",
    against: Against = "national",
    as_json: Json = False,
) -> int:
    """The pair is right. Example: gateway match accept 1.001193.H15 1.001193 --reviewer lvmau"""
    return _decide((kind, local, national, portal, against), "accepted", reviewer, note, as_json)


@app.command()
def reject(
    local: Local,
    national: National,
    reviewer: Reviewer,
    note: Note = None,
    kind: KindOf = Kind.PROCEDURE,
    portal: OfPortal = "",
    against: Against = "national",
    as_json: Json = False,
) -> int:
    """The pair is wrong. Example: gateway match reject 1.001193.H15 2.000635 --reviewer lvmau"""
    return _decide((kind, local, national, portal, against), "rejected", reviewer, note, as_json)


@app.command()
def evaluate(
    pairs: Annotated[Path, typer.Argument(help="CSV: local_name, field, level, agency, national_code.")],
    catalogue: Annotated[Path, typer.Option("--catalogue", help="CSV of the national list: ma, ten, linh_vuc …")],
    as_json: Json = False,
) -> int:
    """Figures on pairs with a known answer. Example: gateway match evaluate pairs.csv --catalogue tthc_catalogue.csv"""
    from gateway.matching import evaluate as judge
    from gateway.matching.lists import read_catalogue, read_pairs

    known, national = read_pairs(pairs), read_catalogue(catalogue)
    found = [
        judge.figures("gateway", known, judge.by_matching(known, national)),
        judge.figures("word-count cosine >= 0.4", known, judge.by_word_counts(known, national)),
    ]
    rows = [asdict(each) for each in found]
    show.table("Matching", tuple(rows[0]), rows, as_json)
    return 0


def _rows(match: Match) -> Iterator[dict[str, Any]]:
    """A row for each candidate; a local row without any still shows."""
    said = {"local_code": match.local.code, "local_name": match.local.name, "reason": match.reason.value}
    empty = {**dict.fromkeys((*COLUMNS, "evidence")), **said, "linked": False}
    if not match.candidates:
        yield empty
    for ordinal, candidate in enumerate(match.candidates, 1):
        yield {
            **said,
            "ordinal": ordinal,
            "national_code": candidate.entry.code,
            "national_name": candidate.entry.name,
            "score": candidate.score,
            "linked": candidate.entry.code == match.link,
            "evidence": [each.as_dict() for each in candidate.evidence],
        }


def _decide(
    asked: tuple[Kind, str, str, str, str], verdict: str, reviewer: str, note: str | None, as_json: bool
) -> int:
    from gateway.matching.decisions import Asked, decide
    from gateway.workshop import open_database

    found = decide(open_database(), Asked(*asked), verdict, reviewer, note)
    show.table("Decision", DECIDED, [vars(found)], as_json)
    return 0
