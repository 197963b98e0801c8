"""The life of a difference: opened, seen again, explained by a person, sent again, and over when it is seen no more."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from gateway.reconcile.period import WITHIN, Period


class Lives(NamedTuple):
    """What a comparison changed: differences opened, seen again, and over."""

    opened: int = 0
    again: int = 0
    closed: int = 0


def settle(connection: Connection, reconciliation_id: int, pair: str, kind: str, period: Period) -> Lives:
    """Move the differences of a pair on by what is in `found`. Outside of the period nothing was looked at, so nothing is over."""
    binds = {"id": reconciliation_id, "pair": pair, "kind": kind, **period.binds}
    closed = connection.execute(text(_CLOSE), binds).rowcount
    again = connection.execute(text(_AGAIN), binds).rowcount
    opened = connection.execute(text(_OPEN), binds).rowcount
    return Lives(opened, again, closed)


def needing_person(connection: Connection, pair: str) -> int:
    """Differences nobody has explained, of which no row in line will rid us."""
    return connection.scalar(text(_NEEDING), {"pair": pair}) or 0


_CLOSE = f"""
    update ops.discrepancy as d set closed_at = now(),
        state = case when d.state = 'repairing' then 'repaired' else 'resolved' end
    where d.pair = :pair and d.closed_at is null and {WITHIN.format(day="d.day")}
        and d.key not in (select key from found) and d.key not in (select key from unjudged where key is not null)"""

# An explanation holds for what was explained: another cause, or other values, open it again.
_AGAIN = """
    update ops.discrepancy as d set last_id = :id, seen_at = now(), seen_count = d.seen_count + 1, day = f.day, cause = f.cause,
        reason = f.reason, ours = f.ours, theirs = f.theirs, dossier_id = f.dossier_id, outbox_id = f.outbox_id,
        state = case
            when d.state = 'explained' and (d.cause, d.ours, d.theirs) is not distinct from (f.cause, f.ours, f.theirs)
                then 'explained'
            when d.state = 'repairing' and f.outbox_id is not null and f.cause in ('not sent', 'unknown outcome') then 'repairing'
            else 'open' end
    from found as f where d.pair = :pair and d.closed_at is null and d.key = f.key"""

_OPEN = """
    insert into ops.discrepancy (pair, kind, key, day, cause, reason, ours, theirs, dossier_id, outbox_id, first_id, last_id)
    select :pair, :kind, key, day, cause, reason, ours, theirs, dossier_id, outbox_id, :id, :id from found as f
    where not exists (select from ops.discrepancy as d where d.pair = :pair and d.closed_at is null and d.key = f.key)"""

_NEEDING = """
    select count(*) from ops.discrepancy where pair = :pair and closed_at is null and state = 'open'
        and not (cause = 'not sent' and outbox_id is not null)"""
