"""`gateway crosswalk`: are the crosswalks whole, and what do they say? Needs no database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import show

app = typer.Typer(help="Crosswalks: source codes to ours.", no_args_is_help=True)

COLUMNS = ("level", "where", "what", "do")
WRONG = 2


@app.command("check")
def check_all(
    name: Annotated[str, typer.Argument(help="A crosswalk; all of them when none is named.")] = "",
    as_json: Annotated[bool, show.AsJson] = False,
) -> int:
    """Find gaps, overlaps, cycles and dead targets; ends with 2 for errors. Example: gateway crosswalk check province_status"""
    from gateway.crosswalks.check import check, paths

    folders = _folders()
    found = [each for path in paths(folders, name) for each in check(path, folders)]
    show.table("Crosswalks", COLUMNS, [each._asdict() for each in found], as_json)
    return WRONG if any(each.level == "error" for each in found) else 0


@app.command("show")
def show_one(name: Annotated[str, typer.Argument(help="The crosswalk: its file without .tsv.")]) -> int:
    """What a crosswalk says, in words, and which others contradict it. Example: gateway crosswalk show province_status"""
    from gateway.crosswalks.check import paths
    from gateway.crosswalks.words import words

    folders = _folders()
    for path in paths(folders, name):
        for line in words(path, paths(folders)):
            typer.echo(line)
    return 0


def _folders() -> tuple[Path, ...]:
    """The site's mapping folders, and the gateway's own, whose code lists a site may use."""
    from gateway.config import HOME, load_settings

    folders = load_settings().mappings
    own = HOME / "mappings"
    return folders if own in folders else (*folders, own)
