"""absence: what a list no longer has is missing (vắng), then retired (bãi bỏ) or due for a person's word; what comes back is restored.

Judged at the end of a batch, in the commit that ends it. Only a complete list proves an absence, and only several of them,
fetched apart, retire a record; any list proves a return.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from connectors import decode
from connectors.errors import ExplainedError
from connectors.paging import Whole
from gateway.landed import records_of
from gateway.log import log
from gateway.mapping.compile import Mapping
from gateway.portals import StreamSpec
from gateway.store import absence_sql
from gateway.store.ops import batch
from gateway.vocabulary import Retire
from gateway.workshop import Workshop

APART = "12 hours"
"""Lists fetched within this time tell of one state, perhaps a faulty one, of the portal: they count once."""


class Listed(NamedTuple):
    """What a batch's list has: the keys that could be read, and how many records there were."""

    keys: frozenset[str]
    records: int


class Share(NamedTuple):
    """Of `known` records in force, so many are `absent` from a list. Retired and kept ones are left out of both."""

    known: int
    absent: int

    def is_within(self, rule: Retire) -> bool:
        """Whether so few are absent that nobody needs to be asked. One record is never too many."""
        return self.absent <= max(1, int(rule.limit * self.known))


def read_list(shop: Workshop, mapping: Mapping, work: Row[Any]) -> Listed | None:
    """The keys in a batch's landed pages; None when the stream retires nothing, or shows old pages again.

    Read anew from the first page on: a load that goes on with a killed one has seen the last pages only, and records known by
    their hash leave no trace in the tables.
    """
    if mapping.stream.retire is None or work.mode == "replay":
        return None
    keys, records = set(), 0
    for page in shop.landing.pages(work.batch_id):
        for raw in records_of(shop.landing, mapping.stream, page):
            records += 1
            if (key := _key(mapping, raw)) is not None:
                keys.add(key)
    return Listed(frozenset(keys), records)


def _key(mapping: Mapping, raw: Any) -> str | None:
    try:
        return mapping.key_of(decode.members(raw))
    except ExplainedError:
        return None  # such a record is in quarantine, and the list proves nothing


def settle(connection: Connection, mapping: Mapping, work: Row[Any], listed: Listed) -> None:
    """Move the absences of a stream on by what a batch's list has, in the caller's transaction."""
    binds = {"portal": work.portal, "stream": work.stream, "batch_id": work.batch_id, "keys": list(listed.keys)}
    connection.exec_driver_sql(absence_sql.STAGE)
    connection.exec_driver_sql(absence_sql.FILL, binds)
    connection.exec_driver_sql(absence_sql.RETURN, binds)
    found = connection.execute(select(batch).where(batch.c.batch_id == work.batch_id)).one()
    if reason := _no_proof(found, mapping.stream, listed):
        log.info("list proves no absence", portal=work.portal, stream=work.stream, batch=work.batch_id, reason=reason)
        return
    _count(connection, mapping, binds)


def _no_proof(work: Row[Any], stream: StreamSpec, listed: Listed) -> str:
    """Why a batch does not prove that what it lacks is absent; "" when it does."""
    is_declared = work.declared_total is not None
    reasons = {
        "only what changed was read": work.mode != "full",
        work.warning or "": bool(work.warning),
        "records are in quarantine": bool(work.quarantined_count),
        "it is empty": not listed.keys,
        "the portal declares no total": not is_declared and not isinstance(stream.paging, Whole),
        "declared and read differ": is_declared and not len(listed.keys) == listed.records == work.declared_total,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _count(connection: Connection, mapping: Mapping, binds: dict[str, Any]) -> None:
    rule, entity = mapping.stream.retire, mapping.entity
    assert rule is not None
    share = Share(*connection.exec_driver_sql(absence_sql.share(entity), binds).one())
    binds = {**binds, "within": share.is_within(rule), "after": rule.after, "apart": APART}
    connection.exec_driver_sql(absence_sql.COUNT_AGAIN, binds)
    connection.exec_driver_sql(absence_sql.begin(entity), binds)
    connection.exec_driver_sql(absence_sql.DECIDE, binds)
    if share.absent:
        log.info("absent", portal=binds["portal"], stream=binds["stream"], batch=binds["batch_id"], **share._asdict())
