"""Erasure (xóa dữ liệu) of one person (Law 91/2025/QH15, art. 14): emptied where it stands, and not brought back by a later night.

What our own tables hold is emptied in one transaction, which also writes down the dossiers and marks the landed pages. Then the sets
are published and their logs emptied, and the pages' objects removed. A crash between leaves an open erasure: `complete` goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update

from connectors.errors import ExplainedError
from gateway import who
from gateway.access import chain
from gateway.failpoint import failpoint
from gateway.personal import core_sql, pages, shared_rows
from gateway.personal.landed_records import STREAMS_OF_DOSSIERS, Found, search
from gateway.personal.subject import Key, Subject, held, ids
from gateway.publish.contract import load_contracts
from gateway.publish.sets import publish
from gateway.store.delivery import target
from gateway.store.erasure import SUBJECT, erased_dossier, erasure
from gateway.store.lock import alone_with
from gateway.workshop import Workshop


@dataclass(frozen=True)
class Proof:
    """The proof of an erasure: what, where, how many, when, by whom; no value of the person. unreadable: landed pages that could
    not be looked into. untold: sets whose readers have not been told yet, and why.
    """

    erasure_id: int
    basis: str
    actor: str
    dossiers: list[dict[str, str]]
    counts: dict[str, int]
    begun_at: datetime
    finished_at: datetime | None
    unreadable: int = 0
    untold: tuple[str, ...] = ()


def find(shop: Workshop, subject: Subject) -> tuple[Subject, Found]:
    """The person's dossiers and landed pages, as far as there are any."""
    with shop.engine.connect() as connection:
        subject = held(connection, subject)
    found = search(shop, subject)
    with shop.engine.connect() as connection:
        whole = held(connection, Subject(subject.identities, subject.codes, subject.keys | found.keys))
    if whole.keys != subject.keys | found.keys:
        return find(shop, whole)
    return whole, found


def preview(shop: Workshop, subject: Subject) -> dict[str, int]:
    """How many rows and pages an erasure would touch; nothing is changed."""
    whole, found = find(shop, subject)
    with shop.engine.connect() as connection:
        # All of it is done, counted and taken back.
        transaction = connection.begin()
        counts = _empty(connection, _open(connection, "preview"), whole, found)
        counts |= {
            f"share.{each.name}": shared_rows.count(connection, each, whole.known_as) for each in _shared(connection)
        }
        transaction.rollback()
    return {**counts, "unreadable pages": len(found.unreadable)}


def erase(shop: Workshop, subject: Subject, basis: str) -> Proof | None:
    """Erase a person; what an interrupted erasure left is completed first. basis: number of the request. None: nothing is held.

    Raises LockedError while a portal is read or told, since what is under way could bring the person back.
    """
    with _undisturbed(shop):
        completed = complete(shop)
        whole, found = find(shop, subject)
        if not whole.keys and not found.pages:
            return completed[-1] if completed else None  # it may have been this very request that was interrupted
        with shop.engine.begin() as connection:
            number = _open(connection, basis)
            counts = _empty(connection, number, whole, found)
            if found.unreadable:
                counts["unreadable pages"] = len(found.unreadable)
            connection.execute(update(erasure).where(erasure.c.erasure_id == number).values(counts=counts))
        failpoint("erase.emptied")
        return complete(shop)[-1]


def complete(shop: Workshop) -> list[Proof]:
    """Carry every open erasure of a person to its end; safe to repeat."""
    opened = select(erasure).where(erasure.c.finished_at.is_(None), erasure.c["class"] == SUBJECT)
    with shop.engine.connect() as connection:
        rows = connection.execute(opened.order_by(erasure.c.erasure_id)).all()
    return [_complete(shop, row) for row in rows]


def proofs(connection: Connection) -> list[Proof]:
    """Every erasure of a person, oldest first."""
    rows = connection.execute(select(erasure).filter_by(**{"class": SUBJECT}).order_by(erasure.c.erasure_id)).all()
    return [_proof(row, _keys(connection, row.erasure_id)) for row in rows]


def _complete(shop: Workshop, row: Row[Any]) -> Proof:
    with shop.engine.connect() as connection:
        keys = _keys(connection, row.erasure_id)
    untold = tuple(_publish(shop))
    counts = Counter(row.counts)
    with shop.engine.begin() as connection:
        codes = {key.code for key in keys}
        for each in _shared(connection):
            counts[f"share.{each.name}"] += shared_rows.empty(connection, each, codes)
    failpoint("erase.shared")
    pages.destroy(shop, pages.OF_ERASURE, row.erasure_id)
    failpoint("erase.destroyed")
    with shop.engine.begin() as connection:
        done = {"counts": dict(counts), "finished_at": func.now()}
        closing = update(erasure).where(erasure.c.erasure_id == row.erasure_id).values(done).returning(erasure)
        proof = _proof(connection.execute(closing).one(), keys, untold)
        detail = {"basis": row.basis, "dossiers": len(keys), **counts}
        act = chain.Act(row.actor, "person erased", f"erasure {row.erasure_id}", detail)
        chain.append(connection, shop.settings.secret_keys, act)
    return proof


def _publish(shop: Workshop) -> Iterator[str]:
    """The sets that tell of persons, so that those who follow them are told that the person is gone."""
    with shop.engine.connect() as connection:
        names = {each.dataset for each in _shared(connection)}
    for contract in load_contracts(shop.settings.schemas):
        if contract.name in names:
            try:
                publish(shop.engine, contract, shop.settings.datasets)
            except ExplainedError as error:  # the person goes all the same; readers are told by the next publication
                yield f"{contract.name}: {error}"


def _empty(connection: Connection, number: int, subject: Subject, found: Found) -> dict[str, int]:
    """Everything that our own tables hold, in the caller's transaction; how many rows, by place."""
    keys = sorted(subject.keys)
    of_keys = {"issuers": [key.issuer for key in keys], "keys": [key.code for key in keys]}
    connection.execute(text(core_sql.KEYS), {"erasure_id": number, **of_keys})
    binds = {"ids": ids(connection, keys)}
    counts = {where: connection.execute(text(sql), binds).rowcount for where, sql in core_sql.OF_DOSSIERS.items()}
    places = [(page, at) for page, numbers in found.pages.items() for at in numbers]
    spots = {"pages": [page for page, _ in places], "numbers": [at for _, at in places]}
    counts["ops.quarantine"] = connection.execute(text(core_sql.QUARANTINE), {**of_keys, **spots}).rowcount
    counts["ops.conflict"] = connection.execute(text(core_sql.CONFLICTS), {"codes": sorted(subject.known_as)}).rowcount
    counts["landing.page"] = pages.mark(connection, number, set(found.pages))
    return counts


def _open(connection: Connection, basis: str) -> int:
    row = {"class": SUBJECT, "basis": basis, "actor": f"user {who.user()}", "counts": {}}
    number: int = connection.execute(insert(erasure).values(row).returning(erasure.c.erasure_id)).scalar_one()
    return number


def _shared(connection: Connection) -> list[shared_rows.SharedTable]:
    return [each for each in shared_rows.tables(connection) if each.personal]


def _keys(connection: Connection, number: int) -> list[Key]:
    rows = connection.execute(select(erased_dossier).filter_by(erasure_id=number)).all()
    return sorted(Key(row.issuer, row.dossier_code) for row in rows)


def _proof(row: Row[Any], keys: list[Key], untold: tuple[str, ...] = ()) -> Proof:
    dossiers = [key._asdict() for key in keys]
    counts = {where: count for where, count in row.counts.items() if where != "unreadable pages"}
    unreadable = row.counts.get("unreadable pages", 0)
    at = (row.begun_at, row.finished_at)
    return Proof(row.erasure_id, row.basis, row.actor, dossiers, counts, *at, unreadable, untold)


@contextmanager
def _undisturbed(shop: Workshop) -> Iterator[None]:
    """Nobody reads a portal of dossiers, or tells one of them, meanwhile."""
    with shop.engine.connect() as connection:
        targets = connection.scalars(select(target.c.target)).all()
    portals = [
        name for name in shop.portals() if any(each.into in STREAMS_OF_DOSSIERS for each in shop.portal(name).streams)
    ]
    names = [*(f"portal:{name}" for name in portals), *(f"delivery:{name}" for name in targets), "erasure"]
    with alone_with(shop.engine, names):
        yield
