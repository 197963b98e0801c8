"""brakes (phanh): what keeps a wrong mapping from telling a portal a hundred thousand wrong states in one night.

A new target is in shadow: its rows are made and checked, and nothing is sent until a person opens it. A night with far more
rows than usual waits for a person. One command, or a file that an operator touches, stops everything at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select, text
from sqlalchemy.dialects.postgresql import insert

from connectors.errors import ExplainedError
from gateway.delivery import held, line
from gateway.delivery.spec import Delivery, deliveries
from gateway.errors import NeedsPerson
from gateway.store.delivery import target as targets
from gateway.workshop import Workshop

EVERYTHING = "*"
"""The name under which all delivery is stopped."""


class Stopped(NeedsPerson):
    """Delivery is stopped by a person's word or by the file."""


def check(engine: Engine, target: Delivery, stop_file: Path) -> None:
    """Return when the target's rows may go. Raises Stopped, or NeedsPerson for a target in shadow or a jump."""
    check_stop(engine, target, stop_file)
    with engine.connect() as connection:
        mode = _of(connection, target.target)
        if mode is None or mode.mode == "shadow":
            raise NeedsPerson(
                f"in shadow: {line.waiting_count(connection, target)} rows wait, nothing is sent",
                where=target.target,
                do=f"look: gateway deliver --dry-run --target {target.target}; then: gateway deliver open {target.target}",
            )
        if jump := _jump(connection, target, mode.approved_through or 0):
            raise jump


def check_stop(engine: Engine, target: Delivery, stop_file: Path) -> None:
    """Raises Stopped when a person, or the file, has stopped this target or all of them. Asked before every call."""
    if stop_file.exists():
        raise Stopped("all delivery is stopped by a file", where=str(stop_file), do="remove the file to go on")
    with engine.connect() as connection:
        for name in (EVERYTHING, target.target):
            found = _of(connection, name)
            if found is not None and found.mode == "stopped":
                raise Stopped(
                    f"stopped by {found.decided_by} at {found.decided_at:%Y-%m-%d %H:%M} UTC ({found.note or 'no note'})",
                    where=name,
                    do=f"go on with: gateway deliver open '{name}'",
                )


def open_with_news(shop: Workshop) -> list[str]:
    """The open targets that have something which may go now."""
    with shop.engine.connect() as connection:
        found = {row.target for row in modes(connection).values() if row.mode == "open"}
    return [
        each.target
        for each in deliveries(shop)
        if each.target in found and (line.dossiers_after(shop.engine, each, -1) or held.has_any(shop.engine, each))
    ]


def decide(engine: Engine, name: str, mode: str, by: str, note: str) -> None:
    """A person opens a target, puts it back in shadow or stops it; `*` stops and frees all of them."""
    said = {"target": name, "mode": mode, "decided_by": by, "note": note or None, "decided_at": func.now()}
    with engine.begin() as connection:
        connection.execute(insert(targets).values(said).on_conflict_do_update(index_elements=["target"], set_=said))


def approve(engine: Engine, target: Delivery, by: str) -> int:
    """A person lets what waits now go although it is much; returns how many rows that is."""
    with engine.begin() as connection:
        through, count = line.newest_waiting(connection, target), line.waiting_count(connection, target)
        said = {"target": target.target, "approved_through": through, "decided_by": by, "decided_at": func.now()}
        connection.execute(insert(targets).values(said).on_conflict_do_update(index_elements=["target"], set_=said))
    return count


def modes(connection: Connection) -> dict[str, Row[Any]]:
    """What people decided, by target."""
    return {row.target: row for row in connection.execute(select(targets))}


def _of(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(targets).where(targets.c.target == name)).one_or_none()


def _jump(connection: Connection, target: Delivery, approved_through: int) -> ExplainedError | None:
    waiting = line.waiting_count(connection, target)
    usual = float(connection.scalar(text(_USUAL), {"target": target.target}) or 0)
    if waiting <= max(target.jump.more_than, target.jump.times * usual):
        return None
    if line.newest_waiting(connection, target) <= approved_through:
        return None
    return NeedsPerson(
        f"{waiting} rows wait, and a usual day has {usual:g}: nothing is sent without a person's word",
        where=target.target,
        do=f"look: gateway deliver --dry-run --target {target.target}; then: gateway deliver approve {target.target}",
    )


_USUAL = """
    select percentile_cont(0.5) within group (order by told) from (
        select cast(sum(accepted_count) as float8) as told from ops.delivery_run
        where target = :target and begun_at > now() - interval '30 days' and accepted_count > 0
        group by cast(begun_at as date) order by cast(begun_at as date) desc limit 7
    ) as days"""
