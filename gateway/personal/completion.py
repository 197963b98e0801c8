"""An erasure is carried to its end: those who follow the sets are told, the landed bytes destroyed, the audit chain says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row, func, select, update

from connectors.errors import ExplainedError
from gateway.access import chain
from gateway.failpoint import failpoint
from gateway.personal import pages, shared_rows
from gateway.personal.proofs import Proof, keys_of, proof
from gateway.personal.subject import Key
from gateway.publish.contract import Contract, load_contracts
from gateway.publish.sets import publish_in_turn, turn
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
    untold = list(_told(shop, lock, keys)) if rows else []
    failpoint("erase.shared")
    for row in rows:
        lock.check()
        pages.destroy(shop, pages.OF_ERASURE, row.erasure_id)
    failpoint("erase.destroyed")
    if untold:
        raise max(untold, key=lambda error: error.exit_code)
    lock.check()
    return [_close(shop, row) for row in rows]


def _told(shop: Workshop, lock: Held, keys: list[Key]) -> Iterator[ExplainedError]:
    """Empty the sets that tell of persons; the errors of those whose readers could not be told."""
    contracts = {each.name: each for each in load_contracts(shop.settings.schemas)}
    with shop.engine.connect() as connection:
        names = {each.dataset for each in shared_rows.tables(connection, contracts) if each.personal}
    for name in sorted(names):
        lock.check()
        try:
            with turn(shop.engine, name):
                _tell(shop, contracts, name, keys)
        except ExplainedError as error:
            yield error.located("the erasure stays open, run it again")


def _tell(shop: Workshop, contracts: Mapping[str, Contract], name: str, keys: list[Key]) -> None:
    """Publish a set, so that those who follow it are told, then empty its log, too; while its turn is held."""
    is_told = False
    try:
        if name in contracts:
            publish_in_turn(shop.engine, contracts[name], shop.settings.datasets)
        is_told = True
    finally:
        # Rows that were emptied now would not differ from the next publication, which could tell nobody.
        with shop.engine.begin() as connection:
            for each in shared_rows.tables(connection, contracts):
                if each.dataset == name and each.personal and (is_told or each.is_log):
                    shared_rows.empty(connection, each, keys)


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
