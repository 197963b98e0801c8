"""`gateway mapping`: what a mapping file does, in words."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Mapping files, for people.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Mapping files, for people."""


@app.command("show")
def show_mapping(
    portal: Annotated[str, typer.Argument(help="The portal.")],
    stream: Annotated[str, typer.Argument(help="The stream; all of them when none is named.")] = "",
) -> int:
    """What a mapping does, in words a person can check. Example: gateway mapping show national procedures"""
    from gateway.config import load_settings
    from gateway.mapping.compile import compile_mapping
    from gateway.mapping.describe import describe
    from gateway.portals import load_portal

    spec = load_portal(load_settings().mappings, portal)
    for each in [spec.stream(stream)] if stream else spec.streams:
        for line in describe(compile_mapping(each)):
            typer.echo(line)
    return 0
