"""Each dossier's line at a target: its rows go in order, one at a time, and the first that cannot go keeps the others back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from gateway.delivery.spec import Delivery

DOSSIERS = 400
"""Dossiers worked on together: their lines are sent to the end before the next ones are looked at."""


def dossiers_after(engine: Engine, target: Delivery, after: int) -> list[int]:
    """The next dossiers, by id, that have something in line which may go now."""
    binds = {**_binds(target), "after": after, "most": DOSSIERS}
    with engine.connect() as connection:
        return list(connection.scalars(text(f"{_HEADS} order by dossier_id limit :most"), binds))


def heads(engine: Engine, target: Delivery, dossiers: Sequence[int]) -> list[Row[Any]]:
    """The first row of each of these dossiers' lines, where it may go now."""
    binds = {**_binds(target), "ids": list(dossiers)}
    with engine.connect() as connection:
        return list(connection.execute(text(_ROWS), binds))


def waiting_count(connection: Connection, target: Delivery) -> int:
    """How many rows could go, in all."""
    return connection.scalar(text(_WAITING), {"target": target.target}) or 0


def newest_waiting(connection: Connection, target: Delivery) -> int:
    """The newest row that could go; 0 when there is none."""
    return connection.scalar(text(_NEWEST), {"target": target.target}) or 0


def _binds(target: Delivery) -> dict[str, Any]:
    return {"target": target.target, "makes": target.record_payload is not None}


_OPEN = "('waiting', 'held', 'sending', 'unknown', 'rejected', 'dead')"

# The head of a line is its oldest open row; a row that took over from an older one has that one's place.
_HEAD = f"""
    select distinct on (o.dossier_id) o.* from ops.outbox as o
    where o.target = :target and o.state in {_OPEN} and {{which}}
    order by o.dossier_id, coalesce(o.place, o.outbox_id), o.outbox_id"""

_MAY_GO = """head.state in ('waiting', 'unknown') and (head.next_at is null or head.next_at <= now())
    and (head.kind = 'record' or not :makes or coalesce(l.is_created, false))"""

_HEADS = f"""
    select head.dossier_id from ({_HEAD.format(which="o.dossier_id > :after")}) as head
    left join ops.ledger as l on l.target = head.target and l.dossier_id = head.dossier_id
    where {_MAY_GO}"""

_ROWS = f"""
    select head.*, coalesce(l.is_created, false) as is_created,
        (select max(begun_at) from ops.attempt as a where a.outbox_id = head.outbox_id and operation <> 'read_back')
            as last_begun_at
    from ({_HEAD.format(which="o.dossier_id = any(:ids)")}) as head
    left join ops.ledger as l on l.target = head.target and l.dossier_id = head.dossier_id
    where {_MAY_GO} order by head.dossier_id"""

_WAITING = "select count(*) from ops.outbox where target = :target and state in ('waiting', 'unknown', 'sending')"

_NEWEST = "select max(outbox_id) from ops.outbox where target = :target and state in ('waiting', 'unknown', 'sending')"
