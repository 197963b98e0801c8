"""The proof of an erasure (chứng cứ xóa): what, where, how many, when, by whom; no value of the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from gateway.personal import pages
from gateway.personal.subject import Key
from gateway.store.erasure import SUBJECT, erased_dossier, erasure


@dataclass(frozen=True)
class Proof:
    """counts: how many rows and pages, by place. unreadable: landed pages that could not be looked into.

    finished_at: None while it is open; waiting: streams with landed pages of the person that are not loaded yet.
    """

    erasure_id: int
    basis: str
    actor: str
    dossiers: list[dict[str, str]]
    counts: dict[str, int]
    begun_at: datetime
    finished_at: datetime | None
    unreadable: int
    waiting: tuple[str, ...]


def proofs(connection: Connection) -> list[Proof]:
    """Every erasure of a person, oldest first."""
    rows = connection.execute(select(erasure).filter_by(**{"class": SUBJECT}).order_by(erasure.c.erasure_id)).all()
    return [proof(connection, row) for row in rows]


def proof(connection: Connection, row: Row[Any]) -> Proof:
    """Of a row of ops.erasure."""
    waiting = () if row.finished_at else tuple(pages.waiting(connection, row.erasure_id))
    dossiers = [key._asdict() for key in keys_of(connection, row.erasure_id)]
    said = (row.counts, row.begun_at, row.finished_at, row.unreadable)
    return Proof(row.erasure_id, row.basis, row.actor, dossiers, *said, waiting)


def keys_of(connection: Connection, erasure_id: int) -> list[Key]:
    """The dossiers of an erasure."""
    rows = connection.execute(select(erased_dossier).filter_by(erasure_id=erasure_id)).all()
    return sorted(Key(row.issuer, row.dossier_code) for row in rows)
