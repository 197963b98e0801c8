"""Tables of reconciliation (đối soát) in schema `ops`: two snapshots, each comparison, and every difference through its life.

A pair is a portal and what it holds of ours: `national/dossiers`. The snapshots hold no personal data, are not logged and are
emptied when the comparison is over: what a portal showed lies in the landed bytes.
"""

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
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from gateway.store.core import metadata

CAUSES = (
    *("not sent", "held", "rejected", "unknown outcome", "sent and not there", "only there"),
    *("different state", "different date", "different procedure", "different agency"),
    *("duplicate", "other period", "retired here", "retired there"),
)
"""Why two sides differ; every difference has one of them."""

STATES = ("open", "explained", "repairing", "resolved", "repaired")
"""What has become of a difference; the last two are over: gone by itself, gone after it was sent again."""

VALUES: dict[str, Any] = {
    "status_code": Text,
    "procedure_code": Text,
    "agency_code": Text,
    "agency_name": Text,
    "received_at": DateTime(timezone=True),
    "due_at": DateTime(timezone=True),
    "appointment_at": DateTime(timezone=True),
    "finished_at": DateTime(timezone=True),
    "deleted_at": DateTime(timezone=True),
}
"""What is compared of a dossier, as far as the other side's list tells it; named as the columns of core.dossier."""

COUNTS = ("told_count", "step_count")
"""How often the other side says it was told of a dossier, and how many steps of it it has."""


def _at(name: str, required: bool = False) -> Column[object]:
    default = func.now() if required else None
    return Column(name, DateTime(timezone=True), nullable=not required, server_default=default)


def _count(name: str) -> Column[object]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _snapshot(side: str, *more: Column[object]) -> Table:
    return Table(
        f"snapshot_{side}",
        metadata,
        Column("pair", Text, nullable=False),
        Column("dossier_code", Text, nullable=False, comment="the code under which the target knows the dossier"),
        *more,
        Column("day", Date, comment="of receipt, in Vietnam: decides in which period it is counted"),
        Column("copies", Integer, nullable=False, comment="rows with this code on this side"),
        Column("fingerprint", BigInteger, nullable=False, comment="hash of all values"),
        *(Column(name, Integer) for name in COUNTS),
        *(Column(name, kind) for name, kind in VALUES.items()),
        schema="ops",
        prefixes=["UNLOGGED"],
    )


snapshot_ours = _snapshot("ours", Column("dossier_id", BigInteger, nullable=False))
snapshot_theirs = _snapshot("theirs")

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("reconciliation_id", BigInteger, Identity(), primary_key=True),
    Column("pair", Text, nullable=False, comment="portal/what it holds of ours"),
    Column("kind", Text, nullable=False, comment="dossier or procedure"),
    Column("from_date", Date, comment="first day of the period, in Vietnam; empty: not bounded"),
    Column("to_date", Date, comment="last day of the period"),
    Column("is_whole", Boolean, nullable=False, comment="the pair's own period, not one a person named"),
    Column("batch_id", BigInteger, comment="the list that was compared"),
    *map(_count, ("ours_count", "theirs_count", "equal_count", "only_ours_count", "only_theirs_count")),
    *map(_count, ("differing_count", "refused_count", "moving_count")),
    Column("cause_counts", JSONB, nullable=False, server_default="{}", comment="cause: differences"),
    *map(_count, ("opened_count", "again_count", "closed_count", "repaired_count")),
    Column("error", Text),
    _at("begun_at", required=True),
    _at("ended_at"),
    CheckConstraint("kind in ('dossier', 'procedure')", name="kind"),
    schema="ops",
)
Index("ix_reconciliation_pair", reconciliation.c.pair, reconciliation.c.reconciliation_id)

discrepancy = Table(
    "discrepancy",
    metadata,
    Column("discrepancy_id", BigInteger, Identity(), primary_key=True),
    Column("pair", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="dossier or procedure"),
    Column("key", Text, nullable=False, comment="the code both sides know it by"),
    Column("day", Date, comment="the day that decides in which period it is counted"),
    Column("cause", Text, nullable=False),
    Column("reason", Text, comment="more of the cause, for a person; no personal data"),
    Column("ours", JSONB, comment="our values that differ; empty where we have none"),
    Column("theirs", JSONB, comment="theirs"),
    Column("dossier_id", BigInteger, comment="our dossier, where there is one"),
    Column("outbox_id", BigInteger, comment="the row in line that its dossier waits for"),
    Column("state", Text, nullable=False, server_default="open"),
    Column("first_id", BigInteger, ForeignKey("ops.reconciliation.reconciliation_id"), nullable=False),
    Column("last_id", BigInteger, ForeignKey("ops.reconciliation.reconciliation_id"), nullable=False),
    Column("seen_count", Integer, nullable=False, server_default="1"),
    _at("opened_at", required=True),
    _at("seen_at", required=True),
    Column("decided_by", Text, comment="the person who explained it"),
    Column("note", Text, comment="why it is right as it is"),
    _at("decided_at"),
    Column("repair_count", Integer, nullable=False, server_default="0", comment="how often it was sent again"),
    _at("repaired_at"),
    _at("closed_at"),
    CheckConstraint(f"cause in {CAUSES}", name="cause"),
    CheckConstraint(f"state in {STATES}", name="state"),
    CheckConstraint("kind in ('dossier', 'procedure')", name="kind"),
    schema="ops",
)
_is_open = discrepancy.c.closed_at.is_(None)
Index("uq_discrepancy_open", discrepancy.c.pair, discrepancy.c.key, unique=True, postgresql_where=_is_open)
Index("ix_discrepancy_last_id", discrepancy.c.last_id)
