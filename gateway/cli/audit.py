"""`gateway audit`: the log of who read and who was let in, which nobody can change unseen."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import show

app = typer.Typer(
    help="The audit log (nhật ký kiểm toán): what it holds, and whether it is whole.", no_args_is_help=True
)

SHOWN = 20
"""Breaches that are printed; the first one tells most."""

DO = "find out who wrote to ops.audit; where a key is missing, put it back into GATEWAY_SECRET_KEY"
COLUMNS = ("entry_id", "at", "actor", "action", "subject", "detail")


@app.command("list")
def list_entries(
    most: Annotated[int, typer.Option("--most", min=1, help="So many, newest first.")] = 50,
    as_json: Annotated[bool, show.AsJson] = False,
) -> int:
    """The newest entries. Example: gateway audit list --most 20"""
    from sqlalchemy import select

    from gateway.store.access import audit
    from gateway.workshop import open_database

    with open_database().connect() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.entry_id.desc()).limit(most))
        show.table("Audit log", COLUMNS, [row._asdict() for row in rows], as_json)
    return 0


@app.command("verify")
def verify(
    head: Annotated[str, typer.Option("--head", help="A head that an earlier verify printed, and you noted.")] = "",
) -> int:
    """Find what was changed, removed or moved; ends with 4 when something was. Example: gateway audit verify --head 812:5d0c…"""
    from gateway.access import chain
    from gateway.config import load_settings
    from gateway.errors import StoreError
    from gateway.workshop import open_database

    settings = load_settings()
    with open_database(settings).connect() as connection:
        found = chain.verify(connection, settings.secret_keys, head)
    typer.echo(f"{found.entries} entries\thead {found.head}")
    for breach in found.breaches[:SHOWN]:
        error = StoreError(breach.what, where=f"audit entry {breach.entry_id}", do=DO)
        typer.echo(f"gateway: {error}", err=True)
    if left := found.breaches[SHOWN:]:
        typer.echo(f"gateway: and {len(left)} more, the last one at audit entry {left[-1].entry_id}", err=True)
    return StoreError.exit_code if found.breaches else 0
