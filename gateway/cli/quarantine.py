"""`gateway quarantine`: see what could not be taken in, and try it again once its cause is mended."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import show

app = typer.Typer(help="Records that could not be taken in, with reason, path and value.", no_args_is_help=True)

COLUMNS = ("quarantine_id", "portal", "stream", "record_key", "reason", "path", "value", "batch_id", "last_batch_id")


@app.command("list")
def list_entries(
    portal: Annotated[str, typer.Argument(help="Only this portal.")] = "",
    as_json: Annotated[bool, show.AsJson] = False,
) -> int:
    """What waits. Example: gateway quarantine list province"""
    from gateway import quarantine
    from gateway.workshop import open_database

    with open_database().connect() as connection:
        rows = [row._asdict() for row in quarantine.entries(connection, portal)]
    show.table("Quarantine", COLUMNS, rows, as_json)
    return 0


@app.command("show")
def show_entry(entry: Annotated[int, typer.Argument(help="Its number.")]) -> int:
    """One entry, and where its bytes lie. Example: gateway quarantine show 12"""
    from sqlalchemy import select

    from gateway.errors import ConfigError
    from gateway.store.ops import page, quarantine
    from gateway.workshop import open_database

    wanted = select(quarantine, page.c.name.label("page"), page.c.path.label("landed_at"), page.c.received_at)
    wanted = wanted.join(page, page.c.page_id == quarantine.c.page_id).where(quarantine.c.quarantine_id == entry)
    with open_database().connect() as connection:
        found = connection.execute(wanted).one_or_none()
    if found is None:
        raise ConfigError(f"no quarantine entry {entry}", do="see: gateway quarantine list")
    for key, value in found._asdict().items():
        typer.echo(f"{key}\t{show.plain(value)}")
    return 0


@app.command("retry")
def retry(
    portal: Annotated[str, typer.Argument(help="The portal.")],
    stream: Annotated[str, typer.Argument(help="The stream whose mapping was mended.")],
) -> int:
    """Map the stream's landed bytes again; what passes leaves quarantine. Example: gateway quarantine retry province dossiers"""
    from gateway.cli.work import replay

    return replay(portal, stream=stream)
