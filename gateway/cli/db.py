"""`gateway db`: bring the database to this release."""

from __future__ import annotations

import typer

app = typer.Typer(help="The gateway's database.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The gateway's database."""


@app.command()
def upgrade() -> int:
    """Make or upgrade schemas, tables and roles. Example: gateway db upgrade"""
    from gateway.store import migrate
    from gateway.workshop import open_database

    typer.echo(f"database is at revision {migrate.upgrade(open_database())}")
    return 0
