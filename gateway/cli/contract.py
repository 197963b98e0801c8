"""`gateway contract`: are the contracts of the shared sets whole, true and kept?"""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import show

app = typer.Typer(help="Data contracts of the shared sets.", no_args_is_help=True)

COLUMNS = ("where", "what", "do")
WRONG = 2


@app.callback()
def _group() -> None:
    """Keep `check` a word of its own while it is the only one."""


@app.command("check")
def check_all(
    datasets: Annotated[list[str] | None, typer.Argument(help="Data sets; all when none is named.")] = None,
    as_json: Annotated[bool, show.AsJson] = False,
) -> int:
    """Find what is missing, untrue, or breaks readers; ends with 2 for any. Example: gateway contract check dossier_status"""
    from gateway.config import load_settings
    from gateway.errors import ConfigError
    from gateway.publish.check import check
    from gateway.publish.contract import SUFFIX, contract_files
    from gateway.workshop import open_database

    settings = load_settings()
    files = {path.name.removesuffix(SUFFIX): path for path in contract_files(settings.schemas)}
    if unknown := set(datasets or ()) - set(files):
        raise ConfigError(f"no data set {', '.join(sorted(unknown))}", do=f"name one of {', '.join(files)}")
    engine = open_database(settings)
    found = [each for name in datasets or files for each in check(files[name], engine, settings.datasets)]
    show.table("Contracts", COLUMNS, [vars(each) for each in found], as_json)
    return WRONG if found else 0
