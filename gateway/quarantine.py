"""Quarantine (khu cách ly): records that could not become rows, kept with reason, path and value until they pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, any_, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import LargeBinary, Text

from gateway.canonical import Entity
from gateway.records import Chunk, Refused
from gateway.store.ops import quarantine


def add(connection: Connection, work: Row[Any], refused: Sequence[Refused]) -> None:
    """Keep refused records; the same bytes refused again (perhaps for another reason) stay one entry."""
    statement = insert(quarantine)
    newer = {name: statement.excluded[name] for name in ("record_key", "reason", "path", "value", "last_batch_id")}
    where = {"page_id": statement.excluded.page_id, "record_number": statement.excluded.record_number, "state": "open"}
    statement = statement.on_conflict_do_update(
        index_elements=["portal", "stream", "record_hash"], set_={**newer, **where}
    )
    connection.execute(statement, [_row(work, each) for each in refused])


def resolve(connection: Connection, work: Row[Any], entity: Entity, chunk: Chunk) -> None:
    """Close the entries of records that have now passed: the same bytes, or the same key in a later batch."""
    entry, held = quarantine.c, entity.table.c
    code = held[entity.code]
    skipped = any_(literal(chunk.skipped, ARRAY(LargeBinary)))
    known = select(code).where(held.issuer == work.portal, held.source_hash == skipped)
    passed = [str(mapped.values[chunk.key_at]) for _, mapped in chunk.rows]
    same_key = or_(entry.record_key == any_(literal(passed, ARRAY(Text))), entry.record_key.in_(known))
    same_bytes = entry.record_hash == any_(literal([each.record_hash for each, _ in chunk.rows], ARRAY(LargeBinary)))
    connection.execute(
        update(quarantine)
        .where(entry.portal == work.portal, entry.stream == work.stream, entry.state == "open")
        .where(or_(same_bytes, same_key & (entry.last_batch_id < work.batch_id)))
        .values(state="resolved")
    )


def has_open(connection: Connection, portal: str, stream: str) -> bool:
    """Whether anything of the stream waits."""
    waiting = exists().where(quarantine.c.portal == portal, quarantine.c.stream == stream, quarantine.c.state == "open")
    return bool(connection.scalar(select(waiting)))


def entries(connection: Connection, portal: str = "", state: str = "open") -> list[Row[Any]]:
    """What waits, oldest first."""
    wanted = select(quarantine).where(quarantine.c.state == state).order_by(quarantine.c.quarantine_id)
    return list(connection.execute(wanted.where(quarantine.c.portal == portal) if portal else wanted))


def _row(work: Row[Any], refused: Refused) -> dict[str, Any]:
    return {
        "portal": work.portal,
        "stream": work.stream,
        "record_hash": refused.source.record_hash,
        "record_key": refused.key,
        "reason": refused.reject.reason,
        "path": refused.reject.path,
        "value": refused.reject.value,
        "page_id": refused.source.page_id,
        "record_number": refused.source.number,
        "batch_id": work.batch_id,
        "last_batch_id": work.batch_id,
    }
