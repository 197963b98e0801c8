"""The other side of a snapshot: the landed list, mapped record by record, copied in and numbered in the database."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, text, update

from gateway import quarantine
from gateway.landed import records_of
from gateway.mapped import map_records
from gateway.mapping.drift import Watch
from gateway.mapping.reject import shown
from gateway.reconcile.compare import count_rows
from gateway.reconcile.pairs import DossierPair
from gateway.reconcile.period import WITHIN, Period
from gateway.records import Refused, Source
from gateway.store import merge, ops
from gateway.store.reconcile import COUNTS, VALUES
from gateway.workshop import Workshop

TOGETHER = 2000
"""Records mapped at a time."""

FINGERPRINT = "hash_record_extended(row({values}, {prefix}deleted_at is not null), 0)"
"""64 bits of all values of one side: two dossiers that differ and have the same are as likely as one in 10^19."""


def fingerprint(prefix: str = "") -> str:
    """The expression; prefix: of the columns."""
    values = ", ".join(f"{prefix}{name}" for name in VALUES if name != "deleted_at")
    return FINGERPRINT.format(values=values, prefix=prefix)


def stage_theirs(
    connection: Connection, shop: Workshop, pair: DossierPair, work: Row[Any], period: Period
) -> tuple[int, int]:
    """Fill ops.snapshot_theirs from a landed batch; returns how many dossiers that is, and how many records were refused.

    Those go to quarantine; their keys, as far as they could be read, are left in the temporary table `unjudged`.
    """
    connection.execute(text("delete from ops.snapshot_theirs where pair = :pair"), {"pair": pair.name})
    refused = _copy(connection, shop, pair, work)
    binds = {"pair": pair.name, "target": pair.delivery.target, "portal": pair.portal.portal, **period.binds}
    staged = connection.execute(text(_fill(pair)), binds).rowcount
    connection.execute(text(count_rows("theirs")))
    if refused:
        quarantine.add(connection, work, refused)
        keys = [each.key for each in refused if each.key]
        connection.execute(text("insert into unjudged select unnest(cast(:keys as text[]))"), {"keys": keys})
    if period.is_whole:
        _resolve(connection, work)
    return staged, len(refused)


def _copy(connection: Connection, shop: Workshop, pair: DossierPair, work: Row[Any]) -> list[Refused]:
    mapping, refused = pair.mapping, list[Refused]()
    columns = mapping.columns
    typed = [f"{name} {merge.sql_type(mapping.entity.table, name)}" for name in columns]
    connection.execute(text(f"create temp table arrived ({', '.join(typed)})"))
    watch = Watch(mapping, {}, frozenset(), lambda _, raw: shown(bytes(raw), True))
    records = _sources(shop, pair, work)
    cursor = connection.connection.cursor()
    with cursor.copy(f"copy arrived ({', '.join(columns)}) from stdin (format binary)") as copy:
        copy.set_types([merge.sql_type(mapping.entity.table, name).lower() for name in columns])
        while together := list(islice(records, TOGETHER)):
            for found in map_records(mapping, together, watch):
                if isinstance(found, Refused):
                    refused.append(found)
                else:
                    copy.write_row(found.values)
            shop.progress(pair.listing.name, "load", len(together))
    return refused


def _sources(shop: Workshop, pair: DossierPair, work: Row[Any]) -> Iterator[Source]:
    for page in shop.landing.pages(work.batch_id):
        for number, raw in enumerate(records_of(shop.landing, pair.listing, page)):
            yield Source(raw, None, page.page_id, number, b"")


def _fill(pair: DossierPair) -> str:
    """One row for each code, with how many there are; times to the second, as portals write them."""
    filled = set(pair.mapping.columns)
    values = {name: f"null::{merge.sql_type(pair.mapping.entity.table, name)}" for name in (*COUNTS, *VALUES)}
    values |= {name: name for name in filled & values.keys()}
    values |= {name: f"date_trunc('second', {name})" for name in filled & values.keys() if name.endswith("_at")}
    listed = ", ".join(f"{value} as {name}" for name, value in values.items())
    names = ", ".join(values)
    return f"""
        insert into ops.snapshot_theirs (pair, dossier_code, day, copies, fingerprint, {names})
        select :pair, dossier_code, day, copies, {fingerprint()}, {names} from (
            select distinct on (dossier_code) dossier_code, {listed},
                count(*) over (partition by dossier_code) as copies,
                {"(received_at at time zone 'Asia/Ho_Chi_Minh')::date" if "received_at" in filled else "null::date"} as day
            from arrived order by dossier_code
        ) as listed where {WITHIN.format(day="day")} and not exists (
            select from ({_OF_OTHERS}) as others where others.dossier_code = listed.dossier_code)"""


# One list of a portal may show what several of our deliveries told it; each pair is about its own.
_OF_OTHERS = """
    select dossier_code from ops.ledger where target like :portal || '/%' and target <> :target
    union
    select dossier_code from ops.outbox where target like :portal || '/%' and target <> :target
        and state in ('waiting', 'held', 'sending', 'unknown', 'rejected', 'dead')"""


def _resolve(connection: Connection, work: Row[Any]) -> None:
    """A whole list that no longer has a refused record, or has it in a form that can be read, ends its quarantine."""
    entry = ops.quarantine.c
    mine = (entry.portal == work.portal) & (entry.stream == work.stream) & (entry.state == "open")
    connection.execute(update(ops.quarantine).where(mine, entry.last_batch_id < work.batch_id).values(state="resolved"))
