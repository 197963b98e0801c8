"""An erasure is carried to its end: those who follow the sets are told, the landed bytes destroyed, the audit chain says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, update

from connectors.errors import ExplainedError
from gateway.access import chain
from gateway.errors import StoreError
from gateway.failpoint import failpoint
from gateway.log import log
from gateway.personal import pages
from gateway.personal.proofs import Proof, keys_of, proof
from gateway.personal.telling import tell
from gateway.store.erasure import SUBJECT, erasure
from gateway.store.lock import Held
from gateway.workshop import Workshop


def complete(shop: Workshop, lock: Held, ours: set[int]) -> Proof | None:
    """Carry every open erasure of a person as far as it goes; safe to repeat. lock: keeps portals from being read meanwhile.

    One stays open while landed pages wait for their load, while an object of it cannot be removed, and all do where a set could
    not be published: what was read before the person was erased may still be published. Returns the newest proof of `ours`;
    raises what keeps one of them open. What keeps others open is in the log.
    """
    opened = select(erasure).where(erasure.c.finished_at.is_(None), erasure.c["class"] == SUBJECT)
    with shop.engine.connect() as connection:
        rows = connection.execute(opened.order_by(erasure.c.erasure_id)).all()
        keys = [key for row in rows for key in keys_of(connection, row.erasure_id)]
    lock.check()
    untold = list(tell(shop, keys)) if rows else []
    failpoint("erase.shared")
    kept = {row.erasure_id: error for row in rows if (error := _destroy(shop, lock, row))}
    failpoint("erase.destroyed")
    lock.check()
    done = [_close(shop, row) for row in rows if not untold and row.erasure_id not in kept]
    for why in (*untold, *kept.values()):
        log.warning("an erasure stays open", why=str(why))
    _raise_worst([*(untold if ours else ()), *(kept[each] for each in ours & kept.keys())])
    return next((each for each in reversed(done) if each.erasure_id in ours), None)


def _destroy(shop: Workshop, lock: Held, row: Row[Any]) -> StoreError | None:
    lock.check()
    try:
        pages.destroy(shop, pages.OF_ERASURE, row.erasure_id)
    except StoreError as error:
        return error
    return None


def _raise_worst(errors: Sequence[ExplainedError]) -> None:
    if errors:
        raise max(errors, key=lambda error: error.exit_code).located("the erasure stays open, run it again")


def _close(shop: Workshop, row: Row[Any]) -> Proof:
    with shop.engine.begin() as connection:
        if pages.waiting(connection, row.erasure_id):
            return proof(connection, row)
        ended = update(erasure).where(erasure.c.erasure_id == row.erasure_id).values(finished_at=func.now(), asked=None)
        done = proof(connection, connection.execute(ended.returning(erasure)).one())
        detail = {"basis": row.basis, "dossiers": len(done.dossiers), **done.counts}
        act = chain.Act(row.actor, "person erased", f"erasure {row.erasure_id}", detail)
        chain.append(connection, shop.settings.secret_keys, act)
    return done
