"""`gateway retire`: what left its list, and a person's word on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import show

if TYPE_CHECKING:
    from gateway.retirement import Word

app = typer.Typer(
    help="Records that left their list (bãi bỏ): what waits, and a person's word on it.", no_args_is_help=True
)

COLUMNS = ("portal", "stream", "code", "name", "state", "lists", "missing_since", "last_batch", "decision")

Portal = Annotated[str, typer.Argument(help="The portal.")]
Codes = Annotated[
    list[str] | None,
    typer.Argument(help="These codes, whatever was decided before; all that are due when none is named."),
]
Reviewer = Annotated[str, typer.Option("--reviewer", help="Who decides; the user of this machine when not said.")]


@app.command("list")
def list_absent(
    portal: Annotated[str, typer.Argument(help="Only this portal.")] = "",
    as_json: Annotated[bool, show.AsJson] = False,
) -> int:
    """What complete lists lack and is not retired; what is due first. Example: gateway retire list national"""
    from gateway import retirement
    from gateway.workshop import open_database

    with open_database().connect() as connection:
        rows = [row._asdict() for row in retirement.waiting(connection, portal)]
    show.table("Left their list", COLUMNS, rows, as_json)
    return 0


@app.command("approve")
def approve(portal: Portal, codes: Codes = None, reviewer: Reviewer = "") -> int:
    """Retire what is due. Example: gateway retire approve national --reviewer 'Trần Thị B'"""
    return _decide(portal, "retired", codes, reviewer)


@app.command("reject")
def reject(portal: Portal, codes: Codes = None, reviewer: Reviewer = "") -> int:
    """Keep what is due in force, also while its list lacks it. Example: gateway retire reject national 1.000123"""
    return _decide(portal, "kept", codes, reviewer)


def _decide(portal: str, word: Word, codes: list[str] | None, reviewer: str) -> int:
    from gateway import retirement, who
    from gateway.workshop import open_database

    for code in retirement.decide(open_database(), portal, word, reviewer or who.user(), codes or ()):
        typer.echo(f"{portal}\t{code}\t{word}")
    typer.echo("gateway: the data sets show it after: gateway publish", err=True)
    return 0
