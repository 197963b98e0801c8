"""The cursor of a stream: up to which moment all of the portal's changes have been taken in, or kept with their reason."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, Row, select, text

from gateway.log import log
from gateway.store import ops

MOST_STAYS = 7
"""So many visits in a row may ask for the same again: what has no code after a week of nights will not get one."""

_SINCE = """portal = :portal and stream = :stream and state = 'loaded' and mode <> 'replay' and batch_id > coalesce(
        (select c.batch_id from ops.cursor as c where c.portal = :portal and c.stream = :stream), 0)"""
_NAMELESS = """
    select count(*) from ops.quarantine where portal = :portal and stream = :stream and state = 'open'
        and record_key is null and last_batch_id = :batch"""
_VISITS = f"select count(*) from ops.batch where {_SINCE}"
_MOVE = f"""
    insert into ops.cursor (portal, stream, value, batch_id)
    select portal, stream, max(least(cursor_to, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS+00:00'))),
        :batch
    from ops.batch where cursor_to is not null and {_SINCE}
    group by portal, stream
    on conflict (portal, stream) do update set value = excluded.value
    where ops.cursor.value < excluded.value"""
_UP_TO_DATE = "update ops.cursor set batch_id = :batch where portal = :portal and stream = :stream"


def get(engine: Engine, portal: str, stream: str) -> str | None:
    """Where the stream stands, None before its first complete load."""
    with engine.connect() as connection:
        return connection.scalar(select(ops.cursor.c.value).filter_by(portal=portal, stream=stream))


def move(connection: Connection, work: Row[Any]) -> None:
    """To the newest change seen since it last moved, but never past the time its batch began: a portal's clock may run ahead.

    It stays where it was while the batch has brought records whose code cannot be read: nobody can ask for such a record by
    name, so the next visit asks for all of these again, until they come right or MOST_STAYS visits have tried.
    """
    where = {"portal": work.portal, "stream": work.stream, "batch": work.batch_id}
    if nameless := connection.scalar(text(_NAMELESS), where):
        if (connection.scalar(text(_VISITS), where) or 0) <= MOST_STAYS:
            log.warning("the cursor stays: records came without a readable code", records=nameless, **where)
            return
        log.warning("the cursor goes on without records that have no readable code", records=nameless, **where)
    for statement in (_MOVE, _UP_TO_DATE):
        connection.execute(text(statement), where)
