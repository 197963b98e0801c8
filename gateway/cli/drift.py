"""`gateway drift`: members of the portals' records that appeared, vanished or changed their type."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import show

COLUMNS = (
    *("portal", "stream", "member", "kind", "usual", "share", "records"),
    *("first_batch", "first_seen_at", "last_batch", "last_seen_at", "sample"),
)


def drift(
    portal: Annotated[str, typer.Argument(help="Only this portal.")] = "",
    accept: Annotated[
        str, typer.Option("--accept", help="stream/member: what it became, or that it may be missing, is usual now.")
    ] = "",
    as_json: Annotated[bool, show.AsJson] = False,
) -> int:
    """What portals changed in their records, and since when. Example: gateway drift province"""
    from gateway import drift as store
    from gateway.workshop import open_database

    engine = open_database()
    if accept:
        stream, _, member = accept.partition("/")
        if not (portal and member):
            raise typer.BadParameter(
                "--accept needs a portal, and stream/member, as in: gateway drift PORTAL --accept S/M"
            )
        with engine.begin() as connection:
            store.accept(connection, portal, stream, member)
    with engine.connect() as connection:
        found = store.entries(connection, portal)
    rows = [
        {
            "portal": row.portal,
            "stream": row.stream,
            "member": row.path,
            "kind": row.kind,
            "usual": row.usual,
            "share": store.share(row),
            "records": row.record_count,
            "first_batch": row.batch_id,
            "first_seen_at": row.first_seen_at,
            "last_batch": row.last_batch_id,
            "last_seen_at": row.last_seen_at,
            "sample": row.sample,
        }
        for row in found
    ]
    show.table("Drift", COLUMNS, rows, as_json)
    return 0
