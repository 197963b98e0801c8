"""An erasure is carried to its end: those who follow the sets are told, the landed bytes destroyed, the audit chain says so."""

from __future__ import annotations

from collections.abc import Iterator
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
    not be published: what was read before the person was erased may still be published. Returns the proof of one of `ours` that
    waits, else of the newest; raises what keeps one of them open. What keeps others open is in the log.
    """
    opened = select(erasure).where(erasure.c.finished_at.is_(None), erasure.c["class"] == SUBJECT)
    with shop.engine.connect() as connection:
        rows = connection.execute(opened.order_by(erasure.c.erasure_id)).all()
        keys = [key for row in rows for key in keys_of(connection, row.erasure_id)]
    lock.check()
    untold = list(tell(shop, keys)) if rows else []
    failpoint("erase.shared")
    kept: dict[int, list[ExplainedError]] = {}
    for row in rows:
        lock.check()
        kept[row.erasure_id] = [*untold, *_destroy(shop, row)]
    failpoint("erase.destroyed")
    lock.check()
    done = []
    for row in rows:
        if errors := kept[row.erasure_id]:
            log.warning("an erasure stays open", erasure=row.erasure_id, why="; ".join(map(str, errors)))
        else:
            done.append(_close(shop, row))
    if errors := [error for each in ours for error in kept[each]]:
        raise max(errors, key=lambda error: error.exit_code).located("the erasure stays open, run it again")
    proofs = [each for each in reversed(done) if each.erasure_id in ours]
    return next((each for each in proofs if each.finished_at is None), proofs[0] if proofs else None)


def _destroy(shop: Workshop, row: Row[Any]) -> Iterator[StoreError]:
    try:
        pages.destroy(shop, pages.OF_ERASURE, row.erasure_id)
    except StoreError as error:
        yield error


def _close(shop: Workshop, row: Row[Any]) -> Proof:
    with shop.engine.begin() as connection:
        if waiting := pages.waiting(connection, row.erasure_id):
            log.warning("an erasure stays open", erasure=row.erasure_id, why=f"not loaded: {', '.join(waiting)}")
            return proof(connection, row)
        ended = update(erasure).where(erasure.c.erasure_id == row.erasure_id).values(finished_at=func.now(), asked=None)
        done = proof(connection, connection.execute(ended.returning(erasure)).one())
        detail = {"basis": row.basis, "dossiers": len(done.dossiers), **done.counts}
        act = chain.Act(row.actor, "person erased", f"erasure {row.erasure_id}", detail)
        chain.append(connection, shop.settings.secret_keys, act)
    return done
