"""What people see of differences, and their word on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, text, update

from gateway.errors import ConfigError
from gateway.store.reconcile import discrepancy


def listed(connection: Connection, pair: str, state: str = "", cause: str = "", most: int = 100) -> list[Row[Any]]:
    """Differences of a pair, or of all: those that are not over, or of one state; the oldest first."""
    binds = {"pair": pair, "state": state, "cause": cause, "most": most}
    return list(connection.execute(text(_LISTED), binds))


def trend(connection: Connection, pair: str = "", days: int = 30) -> list[Row[Any]]:
    """Differences by day and cause: the last comparison of each Vietnamese day that was of a pair's whole period."""
    return list(connection.execute(text(_TREND), {"pair": pair, "days": days}))


def explain(engine: Engine, pair: str, keys: Sequence[str], cause: str, by: str, note: str) -> int:
    """A person says why differences are right as they are: these, or all of a cause; returns how many.

    They are not told again until another cause or other values are seen. Raises ConfigError when there is no reason, or no
    such difference.
    """
    if not note:
        raise ConfigError("say why with --note: the next person will ask", where=pair)
    if not (keys or cause):
        raise ConfigError("say which: codes, or --cause", where=pair)
    chosen = (discrepancy.c.pair == pair) & discrepancy.c.closed_at.is_(None)
    chosen &= discrepancy.c.key.in_(keys) if keys else discrepancy.c.cause == cause
    said = {"state": "explained", "decided_by": by, "note": note, "decided_at": func.now()}
    with engine.begin() as connection:
        count = connection.execute(update(discrepancy).where(chosen).values(said)).rowcount
        if count < max(1, len(set(keys))):
            raise ConfigError("no such difference is open", where=pair, do=f"see: gateway reconcile list {pair}")
    return count


_LISTED = """
    select discrepancy_id, pair, key, day, cause, reason, ours, theirs, state, seen_count, opened_at, seen_at, closed_at,
        repair_count, decided_by, note
    from ops.discrepancy
    where :pair in ('', pair) and :cause in ('', cause)
        and case when :state = '' then closed_at is null else state = :state end
    order by discrepancy_id limit :most"""

_TREND = """
    with last as (
        select distinct on (pair, (begun_at at time zone 'Asia/Ho_Chi_Minh')::date)
            pair, (begun_at at time zone 'Asia/Ho_Chi_Minh')::date as day, cause_counts, ours_count, theirs_count
        from ops.reconciliation
        where ended_at is not null and error is null and is_whole and :pair in ('', pair)
            and begun_at > now() - :days * interval '1 day'
        order by pair, (begun_at at time zone 'Asia/Ho_Chi_Minh')::date, reconciliation_id desc
    )
    select last.day, last.pair, last.ours_count, last.theirs_count, coalesce(each.key, 'none') as cause,
        coalesce(each.value::int, 0) as differences
    from last left join lateral jsonb_each_text(last.cause_counts) as each on true order by last.day, last.pair, each.key"""
