"""`gateway keys`: who reads shared data sets, and with which keys. Each act is in the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import show
from gateway.cli.written import written

if TYPE_CHECKING:
    from gateway.access.keys import Issued

app = typer.Typer(help="Consumers of shared data sets (đơn vị khai thác) and their keys.", no_args_is_help=True)

COLUMNS = (
    "consumer_code",
    "consumer_name",
    "prefix",
    "state",
    "issued_at",
    "expires_at",
    "calls_per_minute",
    "rows_per_day",
)
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

    with written("consumer added", code) as (connection, _, detail):
        keys.add(connection, code, name)
        detail["name"] = name
    return 0


@app.command("issue")
def issue(code: Code, days: Days = 365) -> int:
    """A new key, shown once. Example: gateway keys issue justice-department --days 180"""
    from gateway.access import keys

    with written("key issued", code) as (connection, _, detail):
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

    with written("key rotated", prefix) as (connection, _, detail):
        issued = keys.rotate(connection, prefix, timedelta(days), timedelta(overlap))
        told = {"prefix": issued.prefix, "expires_at": issued.expires_at, "overlap_days": overlap}
        detail |= {"consumer": issued.consumer, **told}
    return _show(issued)


@app.command("revoke")
def revoke(prefix: Prefix) -> int:
    """End a key at once. Example: gateway keys revoke 3f9a1c2e"""
    from gateway.access import keys

    with written("key revoked", prefix) as (connection, _, detail):
        detail["consumer"] = keys.revoke(connection, prefix)
    return 0


@app.command("limit")
def limit(
    code: Code,
    calls: Annotated[int | None, typer.Option("--calls-per-minute", min=0, help="Of all its keys together.")] = None,
    rows: Annotated[
        int | None, typer.Option("--rows-per-day", min=0, help="Rows and changes, of a day in Vietnam.")
    ] = None,
) -> int:
    """How much a consumer may read, from the next call on. Example: gateway keys limit justice-department --rows-per-day 100000"""
    from gateway.access import quotas

    with written("limits changed", code) as (connection, _, detail):
        named = {"calls_per_minute": calls, "rows_per_day": rows}
        quotas.change(connection, code, **named)
        detail.update(named)
    return 0


@app.command("rewrap")
def rewrap() -> int:
    """Wrap all keys under the newest of GATEWAY_SECRET_KEY. Example: gateway keys rewrap

    After it the older ones open no landed bytes and make no pseudonyms any more: these stay as they are. Before you take one out of the
    list: entries of the audit log that it sealed can be verified only while it is there, so keep it at hand where you verify.
    """
    from gateway.access import pseudonyms

    with written("keys rewrapped", "GATEWAY_SECRET_KEY") as (connection, settings, detail):
        counts = pseudonyms.rewrap(connection, settings.secret_keys)
        detail.update(counts)
    typer.echo(", ".join(f"{count} {name}" for name, count in counts.items()))
    return 0


def _show(issued: Issued) -> int:
    typer.echo(issued.key)
    typer.echo(ONCE, err=True)
    return 0
