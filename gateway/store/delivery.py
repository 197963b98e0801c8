"""Tables of delivery in schema `ops`: what portals must hear of (outbox), what they have acknowledged (ledger), every attempt.

A target (đích) is one delivery of one portal, `national/dossiers`. Rows are written in the commit of the change that causes
them and settled one by one; nothing is ever taken out of the line silently.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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

from gateway.store.core import metadata

OPEN = ("waiting", "held", "sending", "unknown", "rejected", "dead")
"""States of a row that later rows of its dossier wait for."""

CLOSED = ("accepted", "superseded", "dismissed")
"""States in which a row's story is over."""


def _at(name: str, required: bool = False) -> Column[object]:
    default = func.now() if required else None
    return Column(name, DateTime(timezone=True), nullable=not required, server_default=default)


outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", BigInteger, Identity(), primary_key=True),
    Column("target", Text, nullable=False, comment="portal/delivery"),
    Column("dossier_id", BigInteger, ForeignKey("core.dossier.dossier_id"), nullable=False),
    Column("dossier_code", Text, nullable=False, comment="the code under which the target knows the dossier"),
    Column("kind", Text, nullable=False, comment="record (the whole dossier) or event (one step of it)"),
    Column("status_code", Text, nullable=False, comment="the state that this row tells"),
    Column("status_at", DateTime(timezone=True), nullable=False, comment="since when"),
    Column("key_id", BigInteger, comment="the data key of landing.day_key that opens the payload"),
    Column(
        "payload", LargeBinary, nullable=False, comment="JSON as it will be sent, frozen when the row was made, sealed"
    ),
    Column("payload_hash", LargeBinary, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("cause", Text, comment="a short word for why it is not accepted, the same for like rows"),
    Column("reason", Text, comment="the same for a person, without personal data"),
    Column(
        "place", BigInteger, comment="its place in the dossier's line: that of the row it took over from, else its own"
    ),
    Column("attempt_count", Integer, nullable=False, server_default="0"),
    Column("next_at", DateTime(timezone=True), comment="not before this instant"),
    Column("superseded_by", BigInteger, comment="the newer record that took its place"),
    Column("batch_id", BigInteger, nullable=False, comment="the batch whose commit made it"),
    _at("made_at", required=True),
    _at("settled_at"),
    CheckConstraint(f"state in {OPEN + CLOSED}", name="state"),
    CheckConstraint("kind in ('record', 'event')", name="kind"),
    schema="ops",
)
_open = outbox.c.state.in_(OPEN)
Index("ix_outbox_open", outbox.c.target, outbox.c.dossier_id, outbox.c.outbox_id, postgresql_where=_open)
Index("ix_outbox_dossier", outbox.c.dossier_id, outbox.c.target, outbox.c.outbox_id)
Index(
    "uq_outbox_event",
    outbox.c.target,
    outbox.c.dossier_id,
    outbox.c.status_at,
    outbox.c.status_code,
    unique=True,
    postgresql_where=outbox.c.kind == "event",
)

ledger = Table(
    "ledger",
    metadata,
    Column("target", Text, primary_key=True),
    Column("dossier_id", BigInteger, ForeignKey("core.dossier.dossier_id"), primary_key=True),
    Column("dossier_code", Text, nullable=False),
    Column("is_created", Boolean, nullable=False, server_default="false", comment="the target is known to hold it"),
    Column("status_code", Text, comment="the last state it acknowledged"),
    Column("status_at", DateTime(timezone=True)),
    Column("payload_hash", LargeBinary, comment="of the last record it acknowledged"),
    Column("outbox_id", BigInteger, comment="the last row it acknowledged"),
    _at("acknowledged_at"),
    schema="ops",
)
Index("ix_ledger_dossier_id", ledger.c.dossier_id)
Index("ix_ledger_dossier_code", ledger.c.dossier_code)

attempt = Table(
    "attempt",
    metadata,
    Column("attempt_id", BigInteger, Identity(), primary_key=True),
    Column("outbox_id", BigInteger, ForeignKey("ops.outbox.outbox_id"), nullable=False),
    Column("request_id", Text, nullable=False, comment="one call; rows sent together share it"),
    Column("operation", Text, nullable=False, comment="create, update, event or read_back"),
    Column("payload_hash", LargeBinary, nullable=False),
    Column("outcome", Text, comment="accepted, rejected, exists, absent, later, unknown; empty: the call never ended"),
    Column("answer", Text, comment="what the portal said, numbers taken out"),
    _at("begun_at", required=True),
    _at("ended_at"),
    schema="ops",
)
Index("ix_attempt_outbox_id", attempt.c.outbox_id)
Index("ix_attempt_request_id", attempt.c.request_id)

target = Table(
    "target",
    metadata,
    Column("target", Text, primary_key=True),
    Column("mode", Text, nullable=False, server_default="shadow", comment="shadow (nothing is sent), open or stopped"),
    Column("approved_through", BigInteger, comment="outbox rows up to this one may go although they are many"),
    Column("decided_by", Text, comment="the person who opened, stopped or approved"),
    Column("note", Text),
    _at("decided_at"),
    CheckConstraint("mode in ('shadow', 'open', 'stopped')", name="mode"),
    schema="ops",
)

delivery_run = Table(
    "delivery_run",
    metadata,
    Column("delivery_run_id", BigInteger, Identity(), primary_key=True),
    Column("target", Text, nullable=False),
    Column("holder", Text, nullable=False, comment="who delivers: user, machine, process"),
    Column("accepted_count", BigInteger, nullable=False, server_default="0"),
    Column("rejected_count", BigInteger, nullable=False, server_default="0"),
    Column("unknown_count", BigInteger, nullable=False, server_default="0"),
    Column("error", Text),
    _at("begun_at", required=True),
    _at("ended_at"),
    schema="ops",
)
Index("ix_delivery_run_target", delivery_run.c.target, delivery_run.c.delivery_run_id)
