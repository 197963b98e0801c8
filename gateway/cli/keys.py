"""`gateway keys`: who reads shared data sets, and with which keys. Each act is in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import show

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gateway.access.keys import Issued

app = typer.Typer(help="Consumers of shared data sets (đơn vị khai thác) and their keys.", no_args_is_help=True)

COLUMNS = ("consumer_code", "consumer_name", "prefix", "state", "issued_at", "expires_at")
ONCE = "gateway: this is shown once and kept nowhere: give it to its holder on a safe way"

Code = Annotated[str, typer.Argument(help="The consumer's code.")]
Prefix = Annotated[str, typer.Argument(help="The key's prefix, between its underscores.")]
Days = Annotated[int, typer.Option("--days", min=1, max=1000, help="So long the key is good.")]


@app.command("list")
def list_keys(as_json: Annotated[bool, show.AsJson] = False) -> int:
    """Every consumer with its keys' prefixes. Example: gateway keys list"""
    from gateway.access import keys
    from gateway.workshop import open_database

    with open_database().connect() as connection:
        show.table("Keys", COLUMNS, keys.listed(connection), as_json)
    return 0


@app.command("add")
def add(code: Code, name: Annotated[str, typer.Argument(help="The agency or system that reads.")]) -> int:
    """A new consumer. Example: gateway keys add justice-department 'Sở Tư pháp'"""
    from gateway.access import keys

    with _written("consumer added", code) as (connection, detail):
        keys.add(connection, code, name)
        detail["name"] = name
    return 0


@app.command("issue")
def issue(code: Code, days: Days = 365) -> int:
    """A new key, shown once. Example: gateway keys issue justice-department --days 180"""
    from gateway.access import keys

    with _written("key issued", code) as (connection, detail):
        issued = keys.issue(connection, code, timedelta(days))
        detail |= {"prefix": issued.prefix, "expires_at": issued.expires_at}
    return _show(issued)


@app.command("rotate")
def rotate(
    prefix: Prefix,
    days: Days = 365,
    overlap: Annotated[int, typer.Option("--overlap", min=0, max=90, help="Days on which the old key opens, too.")] = 7,
) -> int:
    """A new key in place of an old one. Example: gateway keys rotate 3f9a1c2e --overlap 14"""
    from gateway.access import keys

    with _written("key rotated", prefix) as (connection, detail):
        issued = keys.rotate(connection, prefix, timedelta(days), timedelta(overlap))
        told = {"prefix": issued.prefix, "expires_at": issued.expires_at, "overlap_days": overlap}
        detail |= {"consumer": issued.consumer, **told}
    return _show(issued)


@app.command("revoke")
def revoke(prefix: Prefix) -> int:
    """End a key at once. Example: gateway keys revoke 3f9a1c2e"""
    from gateway.access import keys

    with _written("key revoked", prefix) as (connection, detail):
        detail["consumer"] = keys.revoke(connection, prefix)
    return 0


@contextmanager
def _written(action: str, subject: str) -> Iterator[tuple[Connection, dict[str, Any]]]:
    """One commit for what is done and its entry in the audit log, to which the caller adds details."""
    from gateway import who
    from gateway.access import chain
    from gateway.config import load_settings
    from gateway.workshop import open_database

    settings, detail = load_settings(), dict[str, Any]()
    with open_database(settings).begin() as connection:
        yield connection, detail
        chain.append(connection, settings.secret_keys, chain.Act(f"user {who.user()}", action, subject, detail))


def _show(issued: Issued) -> int:
    typer.echo(issued.key)
    typer.echo(ONCE, err=True)
    return 0
