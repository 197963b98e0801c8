"""Schema `xref`: which national code a local one stands for: what matching suggests, and what people decided."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.core import metadata

match_suggestion = Table(
    "match_suggestion",
    metadata,
    Column("kind", Text, primary_key=True, comment="procedure or agency"),
    Column("local_issuer", Text, primary_key=True),
    Column("local_code", Text, primary_key=True),
    Column("national_issuer", Text, primary_key=True),
    Column("national_code", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False, comment="1 is the likeliest"),
    Column("score", Numeric, nullable=False, comment="0 to 1"),
    Column("is_automatic", Boolean, nullable=False, comment="linked without a person"),
    Column("reason", Text, nullable=False, comment="why the local row was linked by itself, or was not"),
    Column("evidence", JSONB, nullable=False, comment="signals: agreement 0 to 1, weight, what was compared"),
    Column("suggested_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    schema="xref",
)
Index(
    "uq_match_suggestion_automatic",
    match_suggestion.c.kind,
    match_suggestion.c.local_issuer,
    match_suggestion.c.local_code,
    match_suggestion.c.national_issuer,
    unique=True,
    postgresql_where=match_suggestion.c.is_automatic,
)

match_decision = Table(
    "match_decision",
    metadata,
    Column("match_decision_id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False, comment="procedure or agency"),
    Column("local_issuer", Text, nullable=False),
    Column("local_code", Text, nullable=False),
    Column("local_name", Text, nullable=False, comment="as it read when this was decided: codes are reused"),
    Column("national_issuer", Text, nullable=False),
    Column("national_code", Text, nullable=False),
    Column("national_name", Text, nullable=False, comment="as it read when this was decided"),
    Column("verdict", Text, nullable=False, comment="accepted or rejected; the newest of a pair counts"),
    Column("score", Numeric, comment="what matching gave the pair, empty when it had not suggested it"),
    Column("reviewer", Text, nullable=False, comment="who decided"),
    Column("note", Text),
    Column("decided_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("verdict in ('accepted', 'rejected')", name="verdict"),
    schema="xref",
)
Index(
    "ix_match_decision_local",
    match_decision.c.local_code,
    match_decision.c.local_issuer,
    match_decision.c.kind,
)
