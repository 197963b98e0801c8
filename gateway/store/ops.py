"""Schemas `landing` and `ops`: what was received, what ran, where each stream stands, what waits for a person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gateway.store import access, codes, delivery, erasure, reconcile, service_level, share  # noqa: F401  # their tables are of the same database
from gateway.store.core import metadata

COUNTS = ("new_count", "changed_count", "unchanged_count", "quarantined_count")


def _counts() -> list[Any]:
    """The ledger of one run or batch; the database itself refuses one that does not add up."""
    columns = [Column(name, BigInteger, nullable=False, server_default="0") for name in ("read_count", *COUNTS)]
    return [*columns, CheckConstraint("read_count = " + " + ".join(COUNTS), name="adds_up")]


def _at(name: str, required: bool = False) -> Column[Any]:
    default = func.now() if required else None
    return Column(name, DateTime(timezone=True), nullable=not required, server_default=default)


run = Table(
    "run",
    metadata,
    Column("run_id", BigInteger, Identity(), primary_key=True),
    Column("portal", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="full, incremental or replay"),
    Column("trigger", Text, nullable=False, comment="who asked: a command, or an Airflow run id"),
    Column("state", Text, nullable=False, comment="running, done, failed or interrupted"),
    Column("error", Text),
    Column("gateway_version", Text, nullable=False),
    *_counts(),
    _at("started_at", required=True),
    _at("finished_at"),
    schema="ops",
)

batch = Table(
    "batch",
    metadata,
    Column("batch_id", BigInteger, Identity(), primary_key=True),
    Column("run_id", BigInteger, ForeignKey("ops.run.run_id"), nullable=False),
    Column("portal", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("mode", Text, nullable=False, comment="full, incremental or replay"),
    Column("state", Text, nullable=False, comment="landing, landed, loaded, failed or abandoned"),
    Column("source_batch_id", BigInteger, comment="for a replay: the batch whose landed pages are read again"),
    Column("mapping_sha256", Text),
    Column("page_count", Integer, nullable=False, server_default="0"),
    Column("record_count", BigInteger, comment="records that came, in the last reading when the list was read twice"),
    Column("loaded_pages", Integer, nullable=False, server_default="0", comment="pages whose rows are committed"),
    Column("loaded_records", BigInteger, nullable=False, server_default="0", comment="and records of the page after"),
    Column("declared_total", BigInteger, comment="how many records the portal said there are"),
    Column("cursor_from", Text),
    Column("cursor_to", Text),
    Column("error", Text),
    Column("warning", Text, comment="what a person should know of a batch that went well"),
    Column("mapped_count", BigInteger, nullable=False, server_default="0", comment="records not known by their hash"),
    Column("acknowledged_at", DateTime(timezone=True), comment="when the portal's queue was told that we have these"),
    *_counts(),
    _at("started_at", required=True),
    _at("finished_at"),
    schema="ops",
)
Index("ix_batch_portal_stream", batch.c.portal, batch.c.stream, batch.c.batch_id)
Index("ix_batch_run_id", batch.c.run_id)

cursor = Table(
    "cursor",
    metadata,
    Column("portal", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("batch_id", BigInteger, nullable=False),
    schema="ops",
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("quarantine_id", BigInteger, Identity(), primary_key=True),
    Column("portal", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("record_hash", LargeBinary, nullable=False, comment="which record: hash of its bytes"),
    Column("record_key", Text, comment="its natural key, when that much could be read"),
    Column("reason", Text, nullable=False),
    Column("path", Text, nullable=False, comment="where in the record"),
    Column("value", Text, comment="what stood there; only size and hash when it is personal"),
    Column("page_id", BigInteger, nullable=False),
    Column("record_number", Integer, nullable=False, comment="in the page, from 0"),
    Column("batch_id", BigInteger, nullable=False, comment="where it was first seen"),
    Column("last_batch_id", BigInteger, nullable=False, comment="where it was last seen"),
    Column("state", Text, nullable=False, server_default="open", comment="open or resolved"),
    schema="ops",
)
Index("uq_quarantine_record", quarantine.c.portal, quarantine.c.stream, quarantine.c.record_hash, unique=True)

drift = Table(
    "drift",
    metadata,
    Column("portal", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("path", Text, primary_key=True, comment="the member"),
    Column("kind", Text, primary_key=True, comment="appeared, vanished, or became and the type it has now"),
    Column("batch_id", BigInteger, nullable=False, comment="where it was first seen"),
    Column("record_count", BigInteger, nullable=False, comment="records of the last batch that show it"),
    Column("last_batch_id", BigInteger, nullable=False, comment="where it was last seen"),
    _at("first_seen_at", required=True),
    _at("last_seen_at", required=True),
    Column("sample", Text, comment="how a record writes it; of what may be personal only the shape"),
    schema="ops",
)

usual_member = Table(
    "usual_member",
    metadata,
    Column("portal", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("path", Text, primary_key=True, comment="a member that the mapping reads"),
    Column("kinds", ARRAY(Text), nullable=False, comment="types it has: text, number, bool, object, list"),
    Column("is_always", Boolean, nullable=False, comment="every record has it"),
    Column("batch_id", BigInteger, nullable=False, comment="the full batch it was learned from"),
    schema="ops",
)

absence = Table(
    "absence",
    metadata,
    Column("absence_id", BigInteger, Identity(), primary_key=True),
    Column("portal", Text, nullable=False),
    Column("stream", Text, nullable=False, comment="the list it left"),
    Column("entity", Text, nullable=False, comment="what the list fills, such as procedure_listing"),
    Column("record_key", Text, nullable=False, comment="its natural key, such as a procedure's code"),
    Column("state", Text, nullable=False, server_default="missing", comment="missing, due, retired or kept"),
    Column("list_count", Integer, nullable=False, server_default="1", comment="complete lists in a row that lack it"),
    Column("within_count", Integer, nullable=False, comment="of them, those that lack no more than the limit"),
    Column("missing_batch_id", BigInteger, nullable=False, comment="the first list that lacks it"),
    Column("last_batch_id", BigInteger, nullable=False, comment="the last list that was counted"),
    Column("reviewer", Text, comment="the person who decided; empty when the rule did"),
    _at("decided_at"),
    Column("returned_batch_id", BigInteger, comment="where it was seen again, which ends this absence"),
    schema="ops",
)
Index(
    "uq_absence_open",
    absence.c.portal,
    absence.c.stream,
    absence.c.record_key,
    unique=True,
    postgresql_where=absence.c.returned_batch_id.is_(None),
)

conflict = Table(
    "conflict",
    metadata,
    Column("conflict_id", BigInteger, Identity(), primary_key=True),
    Column("entity", Text, nullable=False),
    Column("column", Text, nullable=False, comment="what the two disagree on"),
    Column("code", Text, nullable=False, comment="of the thing, the same at both portals"),
    Column("owner", Text, nullable=False, comment="the portal whose word counts"),
    Column("owner_value", Text, comment="what it says; only size and hash when it is personal"),
    Column("portal", Text, nullable=False, comment="the portal that says otherwise"),
    Column("portal_code", Text, nullable=False, comment="its own code of the thing"),
    Column("value", Text, comment="what it says; only size and hash when it is personal"),
    Column("run_id", BigInteger, nullable=False, comment="the run that first saw it"),
    _at("first_seen_at", required=True),
    _at("settled_at"),
    schema="ops",
)
Index(
    "ix_conflict_open",
    conflict.c.entity,
    conflict.c.code,
    conflict.c.portal,
    postgresql_where=conflict.c.settled_at.is_(None),
)

publication = Table(
    "publication",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("row_count", BigInteger, nullable=False),
    Column("content_sha256", Text, nullable=False),
    Column("last_batch_id", BigInteger, nullable=False, comment="newest batch whose rows are in it"),
    _at("published_at", required=True),
    schema="ops",
)

day_key = Table(
    "day_key",
    metadata,
    Column("key_id", BigInteger, Identity(), primary_key=True),
    Column("portal", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("wrapped", LargeBinary, nullable=False, comment="nonce and AES-256-GCM ciphertext of the data key"),
    Column("wrapped_by", Text, nullable=False, comment="fingerprint of the GATEWAY_SECRET_KEY entry that wrapped it"),
    schema="landing",
)
Index("uq_day_key_portal_day", day_key.c.portal, day_key.c.day, unique=True)

page = Table(
    "page",
    metadata,
    Column("page_id", BigInteger, Identity(), primary_key=True),
    Column("batch_id", BigInteger, ForeignKey("ops.batch.batch_id"), nullable=False),
    Column("ordinal", Integer, nullable=False, comment="in the batch, from 0"),
    Column("name", Text, nullable=False, comment="what a person calls it: page 3, maTTHC=1.000005"),
    Column("request", JSONB, nullable=False, comment="what was asked, without credentials"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("key_id", BigInteger, nullable=False),
    Column("address", Text, nullable=False, comment="keyed HMAC-SHA256 of the bytes"),
    Column("path", Text, nullable=False, comment="where the object lies in the landing store"),
    Column("byte_count", BigInteger, nullable=False, comment="as received, before compression"),
    Column("record_count", Integer, nullable=False),
    Column("destroyed_at", DateTime(timezone=True), comment="since when the bytes are gone"),
    schema="landing",
)
Index("ix_page_path", page.c.path)
Index("uq_page_batch_id_ordinal", page.c.batch_id, page.c.ordinal, unique=True)

SCHEMAS = ("landing", "core", "xref", "ops", "share")
