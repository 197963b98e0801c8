"""Quarantine (khu cách ly): records that could not become rows, kept with reason, path and value until they pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, any_, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import LargeBinary, Text

from gateway.records import Refused
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


def resolve(connection: Connection, work: Row[Any], keys: list[str], hashes: list[bytes]) -> None:
    """Close the entries of records that have now passed: the same bytes, or a later record with the same key."""
    entry = quarantine.c
    passed = or_(
        entry.record_key == any_(literal(keys, ARRAY(Text))),
        entry.record_hash == any_(literal(hashes, ARRAY(LargeBinary))),
    )
    of_stream = (entry.portal == work.portal) & (entry.stream == work.stream) & (entry.state == "open")
    connection.execute(update(quarantine).where(of_stream, passed).values(state="resolved"))


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
