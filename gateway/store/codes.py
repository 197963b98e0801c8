"""Schema `xref`: codes through time (mã theo thời gian): which body a code named when, and what became of that body.

A body (an administrative unit, an agency, a field, a procedure) is one row of `code_entity`, for ever. What a list says of it
during some time is a row of `code_version`; `valid_to` is the first day on which it no longer holds, empty while it does. A
code that is given to another body is a version of another entity. What became of a body that ended stands in
`code_succession`, many to many, with the words that say so; what nothing settles stands in `code_question`, for a person.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Identity, Index, Integer, Table, func
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.core import metadata, text


def _key(name: str) -> Column[Any]:
    return Column(name, BigInteger, Identity(), primary_key=True)


def _snapshot(name: str = "snapshot_id", required: bool = True) -> Column[Any]:
    return Column(name, BigInteger, ForeignKey("xref.code_snapshot.snapshot_id"), nullable=not required)


def _entity(name: str, required: bool = True) -> Column[Any]:
    return Column(name, BigInteger, ForeignKey("xref.code_entity.entity_id"), nullable=not required)


snapshot = Table(
    "code_snapshot",
    metadata,
    _key("snapshot_id"),
    text("kind", required=True),
    text("issuer", required=True),
    Column("as_of", Date, nullable=False),
    text("file_name", required=True),
    text("file_sha256", required=True),
    Column("row_count", Integer, nullable=False),
    Column("uncoded_count", Integer, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    schema="xref",
)
Index("uq_code_snapshot_day", snapshot.c.kind, snapshot.c.issuer, snapshot.c.as_of, unique=True)

entity = Table(
    "code_entity",
    metadata,
    _key("entity_id"),
    text("kind", required=True),
    text("issuer", required=True),
    text("formed_from"),
    schema="xref",
)

version = Table(
    "code_version",
    metadata,
    _key("version_id"),
    _entity("entity_id"),
    text("kind", required=True),
    text("issuer", required=True),
    text("code"),
    text("source_id"),
    text("name", required=True),
    text("parent_key"),
    text("level_code"),
    text("status_code"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    text("ended_by"),
    _snapshot(),
    schema="xref",
)
Index("ix_code_version_entity_id", version.c.entity_id)
Index("ix_code_version_code", version.c.code, version.c.kind)
Index("ix_code_version_source_id", version.c.source_id, version.c.kind)
Index(
    "uq_code_version_in_force",
    version.c.kind,
    version.c.issuer,
    version.c.code,
    unique=True,
    postgresql_where=version.c.valid_to.is_(None),
)

succession = Table(
    "code_succession",
    metadata,
    _key("succession_id"),
    _entity("entity_id"),
    _entity("successor_id"),
    text("relation", required=True),
    text("evidence", required=True),
    text("said"),
    Column("since", Date, nullable=False),
    _snapshot(),
    schema="xref",
)
Index("ix_code_succession_entity_id", succession.c.entity_id)
Index("ix_code_succession_successor_id", succession.c.successor_id)

question = Table(
    "code_question",
    metadata,
    _key("question_id"),
    text("kind", required=True),
    text("issuer", required=True),
    _entity("entity_id", required=False),
    text("code"),
    text("name", required=True),
    text("reason", required=True),
    text("said"),
    Column("candidates", JSONB, nullable=False),
    _snapshot(),
    schema="xref",
)
Index("ix_code_question_entity_id", question.c.entity_id)
