"""Schema `core`: our model of procedures (thủ tục), agencies (cơ quan), fields (lĩnh vực) and dossiers (hồ sơ).

Every entity is a surrogate id plus who issues its code (`issuer`, a portal), the code, and from when the code means this
(`valid_from`; BEGINNING while nobody has said), so that codes that are renamed or reused need no new keys. A row says which
bytes it came from (`source_hash`), what it says (`content_hash`) and which batch last changed it. No column holds a time of
ours: two loads of the same bytes give the same rows.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

BEGINNING = date(1, 1, 1)
"""`valid_from` of a code whose beginning no source has told."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BOOKKEEPING = ("issuer", "valid_from", "valid_to", "source_hash", "content_hash", "batch_id")
"""Columns of every entity that a mapping never fills."""


def text(name: str, required: bool = False, personal: bool = False, codes: str = "") -> Column[Any]:
    """A text column; `personal` marks personal data (dữ liệu cá nhân), which stays out of logs, errors and open sets.

    codes: the code list (danh mục mã) of mappings/codelists/ that its values are of.
    """
    return Column(name, Text, nullable=not required, info={"personal": personal, "codes": codes})


def instant(name: str) -> Column[Any]:
    """An instant, kept in UTC."""
    return Column(name, DateTime(timezone=True))


def _entity(name: str, key: str, *columns: Column[Any]) -> Table:
    table = Table(
        name,
        metadata,
        Column(f"{name}_id", BigInteger, Identity(), primary_key=True),
        Column("issuer", Text, nullable=False),
        text(key, required=True),
        Column("valid_from", Date, nullable=False),
        Column("valid_to", Date),
        *columns,
        Column("source_hash", LargeBinary, nullable=False),
        Column("content_hash", LargeBinary, nullable=False),
        Column("batch_id", BigInteger, nullable=False),
        schema="core",
    )
    code, issuer, valid_from = table.c[key], table.c.issuer, table.c.valid_from
    Index(f"uq_{name}_in_force", code, issuer, unique=True, postgresql_where=table.c.valid_to.is_(None))
    Index(f"ix_{name}_source", table.c.source_hash, issuer, postgresql_where=table.c.valid_to.is_(None))
    Index(f"uq_{name}_past", code, issuer, valid_from, unique=True, postgresql_where=table.c.valid_to.is_not(None))
    return table


def _part(name: str, *columns: Column[Any]) -> Table:
    """A repeated part of a procedure, in the source's order (`ordinal` from 0)."""
    return Table(
        f"procedure_{name}",
        metadata,
        Column(
            "procedure_id", BigInteger, ForeignKey("core.procedure.procedure_id", ondelete="CASCADE"), primary_key=True
        ),
        Column("ordinal", Integer, primary_key=True),
        *columns,
        schema="core",
    )


agency = _entity(
    "agency",
    "agency_code",
    text("agency_name", required=True),
    text("parent_code"),
    text("level_code"),
    text("level_name"),
    Column("is_active", Boolean),
    text("source_id"),
)

administrative_unit = _entity(
    "administrative_unit",
    "unit_code",
    text("unit_name", required=True),
    text("level_code", required=True),
    text("unit_kind"),
    text("parent_code"),
)

field = _entity("field", "field_code", text("field_name", required=True), text("agency_code"))

decision = _entity(
    "decision",
    "decision_code",
    text("decision_number"),
    Column("decision_date", Date),
    text("summary"),
)

procedure_listing = _entity("procedure_listing", "procedure_code", text("procedure_name", required=True))

procedure = _entity(
    "procedure",
    "procedure_code",
    text("procedure_code_national"),
    text("procedure_name", required=True),
    text("procedure_type_code"),
    text("state_code"),
    text("announcing_agency_code"),
    text("decision_code"),
    text("field_code"),
    text("agency_code"),
    text("level_name"),
    text("applicant_text"),
    text("reception_address"),
    text("requirements"),
    text("keywords"),
    text("executing_text"),
    text("competent_text"),
    text("description"),
    text("source_id"),
)

procedure_step = _part("step", text("case_name"), text("step_text", required=True))
procedure_channel = _part("channel", text("channel_code", codes="channel"))
procedure_time = _part(
    "time",
    Column("channel_ordinal", Integer, nullable=False),
    Column("duration_amount", Numeric),
    text("duration_unit", codes="duration_unit"),
    text("description"),
)
procedure_fee = _part(
    "fee",
    Column("time_ordinal", Integer, nullable=False),
    text("fee_kind", codes="fee_kind"),
    Column("amount", Numeric),
    text("amount_text"),
    text("currency"),
    text("description"),
    text("document_name"),
    text("document_url"),
)
procedure_component = _part(
    "component",
    text("case_name"),
    text("component_code"),
    text("component_name", required=True),
    text("form_name"),
    Column("original_count", Integer),
    Column("copy_count", Integer),
    text("document_url"),
    text("replaced_by_result_code"),
)
procedure_result = _part(
    "result", text("result_code"), text("result_name"), text("document_name"), text("document_url")
)
procedure_legal_basis = _part(
    "legal_basis",
    text("document_number"),
    text("document_name"),
    Column("issued_date", Date),
    Column("effective_date", Date),
    text("issuing_agency_name"),
    text("document_url"),
)
procedure_agency = _part("agency", text("role", required=True), text("agency_code"), text("agency_name", required=True))
procedure_field = _part("field", text("field_code"), text("field_name", required=True))
procedure_level = _part("level", text("level_code"), text("level_name"))
procedure_applicant = _part("applicant", text("applicant_code"), text("applicant_name"))
procedure_related = _part("related", text("relation", required=True), text("procedure_code", required=True))

procedure_version = Table(
    "procedure_version",
    metadata,
    Column("procedure_id", BigInteger, ForeignKey("core.procedure.procedure_id", ondelete="CASCADE"), primary_key=True),
    Column("version_number", Integer, primary_key=True),
    text("decision_code"),
    Column("content_hash", LargeBinary, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("batch_id", BigInteger, nullable=False),
    schema="core",
)

dossier = _entity(
    "dossier",
    "dossier_code",
    text("dossier_code_national"),
    text("status_code", required=True, codes="dossier_status"),
    Column("status_at", DateTime(timezone=True), nullable=False),
    text("source_status_code"),
    text("source_status_name"),
    text("task_status_name"),
    text("procedure_code"),
    text("procedure_name"),
    text("field_code"),
    text("field_name"),
    text("agency_code"),
    text("agency_name"),
    text("applicant_kind", codes="applicant_kind"),
    text("applicant_name", personal=True),
    text("applicant_identity", personal=True),
    text("applicant_phone", personal=True),
    text("channel_code", codes="channel"),
    instant("filed_at"),
    instant("received_at"),
    instant("due_at"),
    instant("appointment_at"),
    instant("finished_at"),
    instant("deleted_at"),
    Column("processing_time", Numeric),
    text("processing_time_unit"),
    Column("is_interlinked", Boolean),
    text("source_id"),
)

CLOSED = "status_code in ('3', '7', '8', '9', '10')"
"""States of the nation's list in which nothing more is done to a dossier: refused, withdrawn, stopped, done, handed over."""

dossier_event = Table(
    "dossier_event",
    metadata,
    Column("dossier_id", BigInteger, ForeignKey("core.dossier.dossier_id", ondelete="CASCADE"), primary_key=True),
    Column("status_at", DateTime(timezone=True), primary_key=True),
    Column("status_code", Text, primary_key=True),
    text("source_status_code"),
    Column("batch_id", BigInteger, nullable=False),
    schema="core",
)
# Batches only go up, so a few pages of this index say where one batch's events lie; it costs a load next to nothing.
Index("ix_dossier_event_batch_id", dossier_event.c.batch_id, postgresql_using="brin")

dossier_version = Table(
    "dossier_version",
    metadata,
    Column("dossier_id", BigInteger, ForeignKey("core.dossier.dossier_id", ondelete="CASCADE"), primary_key=True),
    Column("version_number", Integer, primary_key=True),
    Column("status_code", Text, nullable=False),
    Column("status_at", DateTime(timezone=True), nullable=False),
    instant("received_at"),
    instant("due_at"),
    instant("appointment_at"),
    instant("finished_at"),
    Column("source_hash", LargeBinary, nullable=False),
    Column("batch_id", BigInteger, nullable=False),
    schema="core",
)
