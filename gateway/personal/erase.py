"""Erasure (xóa dữ liệu) of one person (Law 91/2025/QH15, art. 14): emptied where it stands, and not brought back by a later night.

What our own tables hold is emptied in one transaction, which also writes down the dossiers and marks the landed pages. What follows
is in `completion`. A crash between leaves an open erasure: the same command goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, text, update

from gateway import who
from gateway.errors import StoreError
from gateway.failpoint import failpoint
from gateway.personal import core_sql, pages, shared_rows
from gateway.personal.completion import complete
from gateway.personal.landed_records import STREAMS_OF_DOSSIERS, Found, search
from gateway.personal.proofs import Proof
from gateway.personal.subject import Subject, fingerprints, held, ids, require_one_issuer
from gateway.publish.contract import load_contracts
from gateway.store.erasure import SUBJECT, erasure
from gateway.store.lock import Held, alone_with, delivery_names
from gateway.workshop import Workshop


def find(shop: Workshop, subject: Subject) -> tuple[Subject, Found]:
    """The person's dossiers and landed pages: each may bring others to light.

    Raises ConfigError when a code that was asked for without its portal is that of dossiers of several portals.
    """
    while True:
        with shop.engine.connect() as connection:
            subject = held(connection, subject)
        found = search(shop, subject)
        if found.keys <= subject.keys:
            require_one_issuer(subject)
            return subject, found
        subject = replace(subject, keys=subject.keys | found.keys)


def preview(shop: Workshop, subject: Subject) -> dict[str, int]:
    """How many rows and pages an erasure would touch; nothing is changed. Raises StoreError as `erase` does."""
    whole, found = find(shop, subject)
    with shop.engine.connect() as connection:
        # All of it is done, counted and taken back.
        transaction = connection.begin()
        counts = _empty(shop, connection, _open(connection, {"basis": "preview"}), whole, found)
        transaction.rollback()
    if not any(counts.values()):
        require_seen(found)
    return {**counts, "unreadable pages": len(found.unreadable)}


def erase(shop: Workshop, subject: Subject, basis: str) -> Proof | None:
    """Erase a person, and complete what interrupted erasures left. basis: number of the request.

    Returns the proof of what this call began, or went on with; never that of another person's, which is completed without a word.
    None: nothing is held. Raises LockedError while a portal is read or told, since what is under way could bring the person back,
    and StoreError where nothing is found and not every landed page could be looked into.
    """
    asked = fingerprints(shop.settings.secret_keys, subject)
    with _undisturbed(shop) as lock:
        whole, found = find(shop, subject)
        ours = _begun(shop, asked, whole)
        if _finds_more(shop, whole, found, ours):
            lock.check()
            ours.add(_begin(shop, {"basis": basis, "asked": asked[0]}, whole, found))
            failpoint("erase.emptied")
        done = complete(shop, lock, ours)
        if done is None:
            require_seen(found)
        return done


def require_seen(found: Found) -> None:
    """For who found nothing: raises StoreError when not every landed page could be looked into."""
    if found.unreadable:
        what = f"nothing is held as far as could be seen: {len(found.unreadable)} landed pages could not be looked into"
        raise StoreError(what, where="GATEWAY_LANDING", do="restore the landing store, run it again")


def _begun(shop: Workshop, asked: Sequence[bytes], subject: Subject) -> set[int]:
    """This very request may have been interrupted, or have had to wait."""
    with shop.engine.connect() as connection:
        return set(connection.scalars(text(core_sql.BEGUN), {**subject.columns(), "asked": list(asked)}))


def _finds_more(shop: Workshop, subject: Subject, found: Found, ours: set[int]) -> bool:
    """Whether there is a dossier that no request has taken yet, or a page that may have been taken for somebody else in it only."""
    binds = {**subject.columns(), "pages": list(found.pages), "ours": list(ours)}
    with shop.engine.connect() as connection:
        return bool(connection.scalar(text(core_sql.NOT_TAKEN), binds))


def _begin(shop: Workshop, request: dict[str, Any], subject: Subject, found: Found) -> int:
    with shop.engine.begin() as connection:
        number = _open(connection, request)
        values = {
            "counts": _empty(shop, connection, number, subject, found),
            "unreadable": len(found.unreadable),
        }
        connection.execute(update(erasure).where(erasure.c.erasure_id == number).values(values))
    return number


def _empty(shop: Workshop, connection: Connection, number: int, subject: Subject, found: Found) -> dict[str, int]:
    """Everything that our own tables hold, in the caller's transaction; how many rows, by place.

    Rows of shared sets are counted here, and emptied when the sets are published.
    """
    of_keys = subject.columns()
    binds = {"ids": ids(connection, subject.keys)}
    connection.execute(text(core_sql.KEYS), {"erasure_id": number, **of_keys})
    counts = {where: connection.execute(text(sql), binds).rowcount for where, sql in core_sql.OF_DOSSIERS.items()}
    places = [(page, at) for page, numbers in found.pages.items() for at in numbers]
    spots = {"pages": [page for page, _ in places], "numbers": [at for _, at in places]}
    counts["ops.quarantine"] = connection.execute(text(core_sql.QUARANTINE), {**of_keys, **spots}).rowcount
    nationals = {**of_keys, "nationals": list(subject.nationals)}
    counts["ops.conflict"] = connection.execute(text(core_sql.CONFLICTS), nationals).rowcount
    counts["landing.page"] = pages.mark(connection, number, set(found.pages))
    contracts = {each.name: each for each in load_contracts(shop.settings.schemas)}
    shared = [each for each in shared_rows.tables(connection, contracts) if each.personal]
    return counts | {f"share.{each.name}": shared_rows.count(connection, each, subject.keys) for each in shared}


def _open(connection: Connection, request: dict[str, Any]) -> int:
    row = {"class": SUBJECT, "actor": f"user {who.user()}", "counts": {}, **request}
    number: int = connection.execute(insert(erasure).values(row).returning(erasure.c.erasure_id)).scalar_one()
    return number


@contextmanager
def _undisturbed(shop: Workshop) -> Iterator[Held]:
    """Nobody reads a portal of dossiers, or tells one of them, meanwhile."""
    portals = [
        name for name in shop.portals() if any(each.into in STREAMS_OF_DOSSIERS for each in shop.portal(name).streams)
    ]
    names = [*(f"portal:{name}" for name in portals), *delivery_names(shop.engine), "erasure"]
    with alone_with(shop.engine, names) as lock:
        yield lock
