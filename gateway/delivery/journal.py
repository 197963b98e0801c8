"""Every attempt is written down before the call leaves and after its answer came, each in a commit of its own.

A row whose call began and never ended is *unknown*: it is read back, never assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Row, func, insert, select, text, update

from gateway.delivery import outcome
from gateway.delivery.outcome import Next, Outcome, Tried
from gateway.delivery.spec import Delivery
from gateway.failpoint import failpoint
from gateway.store.delivery import attempt, outbox

Rows = Sequence[Row[Any]]

TOGETHER = "refused together"
"""The outcome of a call that was refused for one of its rows, nobody says which."""


class Journal:
    """Of one target."""

    def __init__(self, engine: Engine, target: Delivery) -> None:
        self._engine, self._target = engine, target

    def recover(self) -> int:
        """Rows that a killed delivery left in the middle of a call are unknown; returns how many. A crash costs no try."""
        with self._engine.begin() as connection:
            said = {
                "state": "unknown",
                "cause": outcome.UNKNOWN,
                "reason": "the delivery was interrupted in the call",
                "attempt_count": outbox.c.attempt_count - 1,
            }
            left = (outbox.c.target == self._target.target) & (outbox.c.state == "sending")
            return connection.execute(update(outbox).where(left).values(said)).rowcount

    def begin(self, rows: Rows, operation: str) -> tuple[str, Rows]:
        """Rows are about to be sent together; returns the call's number, and those that still may go.

        Since they were read, a person may have dismissed one, or a load may have put a newer record in its place.
        """
        request_id, ids = uuid4().hex, {row.outbox_id for row in rows}
        with self._engine.begin() as connection:
            if operation != "read_back":
                sending = {"state": "sending", "attempt_count": outbox.c.attempt_count + 1}
                may_go = outbox.c.outbox_id.in_(ids) & outbox.c.state.in_(("waiting", "sending"))
                going = update(outbox).where(may_go).values(sending).returning(outbox.c.outbox_id)
                ids = set(connection.scalars(going))
            rows = [row for row in rows if row.outbox_id in ids]
            said = {"request_id": request_id, "operation": operation}
            attempts = [{**said, "outbox_id": row.outbox_id, "payload_hash": row.payload_hash} for row in rows]
            if attempts:
                connection.execute(insert(attempt), attempts)
        failpoint("delivery.begun")
        return request_id, rows

    def end(self, rows: Rows, operation: str, request_id: str, found: Outcome) -> None:
        """A call's outcome and what follows for its rows, in one commit.

        A refusal of several rows together says nothing of each: they stay as they are and are sent in smaller parts.
        """
        failpoint("delivery.answered")
        is_of_one = found.is_of_one and len(rows) > 1
        with self._engine.begin() as connection:
            _close(connection, request_id, Outcome(TOGETHER, found.said) if is_of_one else found)
            if not is_of_one:
                self._follow(connection, rows, operation, found)
        failpoint("delivery.settled")

    def settle(self, row: Row[Any], request_id: str, found: Outcome, then: Next) -> None:
        """A row that was read back."""
        with self._engine.begin() as connection:
            _close(connection, request_id, found)
            self._apply(connection, [row.outbox_id], then)
        failpoint("delivery.read_back")

    def put_back(self, rows: Rows, request_id: str, said: str) -> None:
        """The portal is away and the call never left: as if it had not been tried."""
        ids = [row.outbox_id for row in rows]
        with self._engine.begin() as connection:
            _close(connection, request_id, Outcome("not sent", said))
            back = {"state": "waiting", "attempt_count": outbox.c.attempt_count - 1}
            connection.execute(update(outbox).where(outbox.c.outbox_id.in_(ids)).values(back))

    def _follow(self, connection: Connection, rows: Rows, operation: str, found: Outcome) -> None:
        flipped = found.word in {"exists", "absent"} and _has_flipped(connection, rows[0].outbox_id)
        now, groups = datetime.now(UTC), dict[Next, list[int]]()
        for row in rows:
            tried = Tried(row.kind, row.attempt_count + 1)
            then = outcome.next_of(tried, operation, found, self._target.waits, now, flipped)
            groups.setdefault(then, []).append(row.outbox_id)
        for then, ids in groups.items():
            self._apply(connection, ids, then)

    def _apply(self, connection: Connection, ids: Sequence[int], then: Next) -> None:
        values: dict[str, Any] = {
            "state": then.state,
            "cause": then.cause,
            "reason": then.reason,
            "next_at": then.next_at,
        }
        if then.state in {"accepted", "rejected", "dead"}:
            values["settled_at"] = func.now()
        connection.execute(update(outbox).where(outbox.c.outbox_id.in_(ids)).values(values))
        binds = {"ids": list(ids), "is_created": then.is_created}
        if then.state == "accepted":
            connection.execute(text(_ACKNOWLEDGED), binds)
            if self._target.update is None:
                connection.execute(text(_TAKEN_ONCE), binds)
        elif then.is_created is not None:
            connection.execute(text(_CREATED), binds)


def _close(connection: Connection, request_id: str, found: Outcome) -> None:
    ended = {"outcome": found.word, "answer": found.said or None, "ended_at": func.clock_timestamp()}
    connection.execute(update(attempt).where(attempt.c.request_id == request_id).values(ended))


def _has_flipped(connection: Connection, outbox_id: int) -> bool:
    """Whether an earlier try of this row was answered with `exists` or `absent`; this one is closed already."""
    turned = attempt.c.outcome.in_(("exists", "absent")) & (attempt.c.operation != "read_back")
    told = select(func.count()).where(attempt.c.outbox_id == outbox_id, turned)
    return (connection.scalar(told) or 0) > 1


# States are placed by their own time: a late event does not take the dossier back.
_ACKNOWLEDGED = """
    insert into ops.ledger (target, dossier_id, dossier_code, is_created, status_code, status_at, payload_hash, outbox_id,
        acknowledged_at)
    select target, dossier_id, dossier_code, true, status_code, status_at,
        case when kind = 'record' then payload_hash end, outbox_id, now()
    from ops.outbox where outbox_id = any(:ids)
    on conflict (target, dossier_id) do update set
        dossier_code = excluded.dossier_code,
        is_created = excluded.is_created,
        status_code = case when coalesce(ops.ledger.status_at <= excluded.status_at, true)
            then excluded.status_code else ops.ledger.status_code end,
        status_at = greatest(ops.ledger.status_at, excluded.status_at),
        payload_hash = coalesce(excluded.payload_hash, ops.ledger.payload_hash),
        outbox_id = excluded.outbox_id,
        acknowledged_at = excluded.acknowledged_at"""

_CREATED = """
    insert into ops.ledger (target, dossier_id, dossier_code, is_created)
    select target, dossier_id, dossier_code, :is_created from ops.outbox where outbox_id = any(:ids)
    on conflict (target, dossier_id) do update set is_created = excluded.is_created"""

# A newer record may have come in line while this one was under way.
_TAKEN_ONCE = """
    update ops.outbox as later
    set state = 'dismissed', cause = 'handed over already', reason = 'the target takes a dossier once', settled_at = now()
    from ops.outbox as taken
    where taken.outbox_id = any(:ids) and taken.kind = 'record' and later.target = taken.target and later.kind = 'record'
        and later.dossier_id = taken.dossier_id and later.outbox_id > taken.outbox_id
        and later.state in ('waiting', 'held', 'rejected', 'dead')"""
