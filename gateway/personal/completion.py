"""An erasure is carried to its end: those who follow the sets are told, the landed bytes destroyed, the audit chain says so."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select, update

from gateway.access import chain
from gateway.failpoint import failpoint
from gateway.personal import pages
from gateway.personal.proofs import Proof, keys_of, proof
from gateway.personal.telling import tell
from gateway.store.erasure import SUBJECT, erasure
from gateway.store.lock import Held
from gateway.workshop import Workshop


def complete(shop: Workshop, lock: Held) -> list[Proof]:
    """Carry every open erasure of a person as far as it goes; safe to repeat. lock: keeps portals from being read meanwhile.

    One stays open while landed pages wait for their load, and where a set could not be published, which is then raised:
    what was read before the person was erased may still be published.
    """
    opened = select(erasure).where(erasure.c.finished_at.is_(None), erasure.c["class"] == SUBJECT)
    with shop.engine.connect() as connection:
        rows = connection.execute(opened.order_by(erasure.c.erasure_id)).all()
        keys = [key for row in rows for key in keys_of(connection, row.erasure_id)]
    lock.check()
    untold = list(tell(shop, keys)) if rows else []
    failpoint("erase.shared")
    for row in rows:
        lock.check()
        pages.destroy(shop, pages.OF_ERASURE, row.erasure_id)
    if rows:
        pages.destroy(shop, pages.LEFT)  # of a load that died: a person of one of these may stand in it, too
    failpoint("erase.destroyed")
    if untold:
        worst = max(untold, key=lambda error: error.exit_code)
        raise worst.located("the erasure stays open, run it again")
    lock.check()
    return [_close(shop, row) for row in rows]


def _close(shop: Workshop, row: Row[Any]) -> Proof:
    with shop.engine.begin() as connection:
        if pages.waiting(connection, row.erasure_id):
            return proof(connection, row)
        ours = erasure.c.erasure_id == row.erasure_id
        closed = connection.execute(update(erasure).where(ours).values(finished_at=func.now()).returning(erasure)).one()
        done = proof(connection, closed)
        detail = {"basis": row.basis, "dossiers": len(done.dossiers), **done.counts}
        act = chain.Act(row.actor, "person erased", f"erasure {row.erasure_id}", detail)
        chain.append(connection, shop.settings.secret_keys, act)
    return done
