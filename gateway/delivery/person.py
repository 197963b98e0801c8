"""A person's hand on the outbox: what waits and why, sending again, and letting go, each with who and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select, text, update

from gateway.errors import ConfigError
from gateway.store.delivery import OPEN, attempt, outbox

RESENDABLE = ("rejected", "dead", "unknown")


def summary(connection: Connection, target: str = "") -> list[Row[Any]]:
    """Rows in line by target, state and cause, with the oldest of each."""
    return list(connection.execute(text(_SUMMARY), {"target": target}))


def listed(connection: Connection, target: str, state: str = "", cause: str = "", most: int = 100) -> list[Row[Any]]:
    """Open rows of a target, oldest first; each says which row of its dossier it waits for, if it does."""
    binds = {"target": target, "state": state, "cause": cause, "most": most}
    return list(connection.execute(text(_LISTED), binds))


def attempts(connection: Connection, outbox_id: int) -> list[Row[Any]]:
    """Every attempt of a row, oldest first."""
    wanted = select(attempt).where(attempt.c.outbox_id == outbox_id).order_by(attempt.c.attempt_id)
    return list(connection.execute(wanted))


def resend(engine: Engine, target: str, ids: Sequence[int] = (), state: str = "", cause: str = "") -> int:
    """Put rows back in line: these, or all of a state or cause; returns how many. Raises ConfigError when there are none.

    What may have arrived (unknown) is read back first, as ever.
    """
    chosen = _chosen(target, ids, state, cause) & outbox.c.state.in_(RESENDABLE)
    # A dead row whose outcome is unknown is read back where that is possible.
    doubtful = (outbox.c.state == "unknown") | ((outbox.c.state == "dead") & (outbox.c.cause == "outcome unknown"))
    with engine.begin() as connection:
        back = {"next_at": None, "settled_at": None, "attempt_count": 0}
        unsure = connection.execute(update(outbox).where(chosen & doubtful).values(state="unknown", **back)).rowcount
        sure = connection.execute(
            update(outbox).where(chosen & ~doubtful).values(state="waiting", cause=None, reason=None, **back)
        ).rowcount
        if not unsure + sure:
            raise ConfigError("no such row is parked", where=target, do=f"see: gateway deliver list {target}")
    return unsure + sure


def dismiss(engine: Engine, target: str, ids: Sequence[int], by: str, note: str) -> int:
    """Let rows go unsent, by a person's word; returns how many. Raises ConfigError when one of them is not open."""
    if not note:
        raise ConfigError("say why with --note: what is not sent is a difference somebody will ask about", where=target)
    with engine.begin() as connection:
        chosen = (outbox.c.target == target) & outbox.c.outbox_id.in_(ids) & outbox.c.state.in_(OPEN)
        said = {"state": "dismissed", "cause": "dismissed", "reason": f"{by}: {note}", "settled_at": func.now()}
        count = connection.execute(update(outbox).where(chosen & (outbox.c.state != "sending")).values(said)).rowcount
        if count != len(set(ids)):
            raise ConfigError(
                "one of them is not in line; nothing was done", where=target, do=f"see: gateway deliver list {target}"
            )
    return count


def _chosen(target: str, ids: Sequence[int], state: str, cause: str) -> Any:
    chosen = outbox.c.target == target
    if ids:
        chosen &= outbox.c.outbox_id.in_(ids)
    if state:
        chosen &= outbox.c.state == state
    if cause:
        chosen &= outbox.c.cause == cause
    return chosen


_SUMMARY = """
    select target, state, cause, count(*) as rows, count(distinct dossier_id) as dossiers, min(made_at) as oldest
    from ops.outbox where state not in ('accepted', 'superseded', 'dismissed') and :target in ('', target)
    group by target, state, cause order by target, state, cause"""

_LISTED = """
    with line as (
        select o.*, first_value(o.outbox_id) over w as head_id, first_value(o.state) over w as head_state,
            first_value(o.reason) over w as head_reason,
            o.kind = 'event' and l.is_created is false as waits_for_record
        from ops.outbox as o left join ops.ledger as l on l.target = o.target and l.dossier_id = o.dossier_id
        where o.target = :target and o.state not in ('accepted', 'superseded', 'dismissed')
        window w as (partition by o.dossier_id order by coalesce(o.place, o.outbox_id), o.outbox_id)
    )
    select outbox_id, dossier_code, kind, status_code, status_at, state, cause,
        case when head_id = outbox_id and waits_for_record then 'waits until the target is known to hold the dossier'
            when head_id = outbox_id then reason
            else 'waits for row ' || head_id || ' (' || head_state || coalesce(': ' || head_reason, '') || ')' end as reason,
        attempt_count, next_at, made_at
    from line where :state in ('', state) and :cause in ('', cause) order by outbox_id limit :most"""
