"""Tables of erasure (xóa dữ liệu cá nhân) in schema `ops`: what was erased, why and when, and whose data must not come back.

They hold no value of a person: of a dossier its code, which the register of dossiers keeps in any case.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.core import metadata

SUBJECT = "subject"
"""The class of an erasure that a person asked for; the others are those of the retention."""

erasure = Table(
    "erasure",
    metadata,
    Column("erasure_id", BigInteger, Identity(), primary_key=True),
    Column("class", Text, nullable=False, comment="subject, or a class of data whose time was over"),
    Column("basis", Text, nullable=False, comment="number of the request, or the period; nothing of the person"),
    Column("actor", Text, nullable=False, comment="who: user lan"),
    Column("counts", JSONB, nullable=False, comment="where: how many"),
    Column(
        "unreadable", Integer, nullable=False, server_default="0", comment="landed pages that could not be looked into"
    ),
    Column(
        "asked",
        LargeBinary,
        comment="keyed fingerprint of the request, by which it is known again; until it is finished",
    ),
    Column("begun_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True), comment="empty: the same command, run again, completes it"),
    CheckConstraint("class in ('subject', 'landing', 'quarantine', 'deliveries', 'dossiers')", name="class"),
    schema="ops",
)
Index("ix_erasure_open", erasure.c.erasure_id, postgresql_where=erasure.c.finished_at.is_(None))

erased_dossier = Table(
    "erased_dossier",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("dossier_code", Text, primary_key=True),
    Column("erasure_id", BigInteger, ForeignKey("ops.erasure.erasure_id"), nullable=False),
    schema="ops",
)
Index("ix_erased_dossier_erasure_id", erased_dossier.c.erasure_id)

erased_page = Table(
    "erased_page",
    metadata,
    Column("page_id", BigInteger, ForeignKey("landing.page.page_id"), primary_key=True),
    Column("erasure_id", BigInteger, ForeignKey("ops.erasure.erasure_id"), primary_key=True),
    schema="ops",
)
"""Each page with each of the erasures that take its bytes away: several people may stand in it."""
Index("ix_erased_page_erasure_id", erased_page.c.erasure_id)
