"""retirement: what left a list, for a person to see; and the person's word on it, which retires (bãi bỏ) or keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, func, select, text, update

from gateway.errors import ConfigError
from gateway.store import absence_sql
from gateway.store.lock import portal_lock
from gateway.store.ops import absence

Word = Literal["retired", "kept"]


def waiting(connection: Connection, portal: str = "") -> list[Row[Any]]:
    """What lists lack and is not retired, what waits for a person first; of one portal, or of all."""
    return list(connection.execute(text(absence_sql.WAITING), {"portal": portal}))


def due_count(engine: Engine, portal: str) -> int:
    """How many records of a portal wait for a person's word."""
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).where(_open(portal), absence.c.state == "due")) or 0


def due(engine: Engine) -> dict[str, dict[str, Any]]:
    """What waits for a person, by portal: how many records, and the newest list that was counted."""
    columns = absence.c.portal, func.count().label("count"), func.max(absence.c.last_batch_id).label("through")
    wanted = select(*columns).where(absence.c.returned_batch_id.is_(None), absence.c.state == "due")
    with engine.connect() as connection:
        return {row.portal: row._asdict() for row in connection.execute(wanted.group_by(absence.c.portal))}


def decide(
    engine: Engine, portal: str, word: Word, reviewer: str, codes: Sequence[str] = (), through: int | None = None
) -> list[str]:
    """Retire or keep what is due, or, with `codes`, exactly those, whatever was decided of them before; returns the codes.

    through: only what was due with this batch; the person was asked about no more, and it may be settled meanwhile. Raises
    ConfigError when nothing is due, or a code is on its list.
    """
    chosen = absence.c.record_key.in_(codes) if codes else absence.c.state == "due"
    if through is not None:
        chosen &= absence.c.last_batch_id <= through
    said = {"state": word, "reviewer": reviewer, "decided_at": func.now()}
    statement = update(absence).where(_open(portal), chosen).values(said).returning(absence.c.record_key)
    with portal_lock(engine, portal), engine.begin() as connection:
        done = sorted(connection.scalars(statement))
        if through is None:
            _check_all_found(portal, codes, done)
    return done


def _check_all_found(portal: str, codes: Sequence[str], done: Sequence[str]) -> None:
    see = f"see: gateway retire list {portal}"
    if left := sorted(set(codes) - set(done)):
        raise ConfigError(f"no list lacks {', '.join(left)}; nothing was decided", where=portal, do=see)
    if not done:
        raise ConfigError("nothing waits for a person's word", where=portal, do=see)


def _open(portal: str) -> Any:
    return (absence.c.portal == portal) & absence.c.returned_batch_id.is_(None)
