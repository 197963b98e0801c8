"""What a mapping may fill: every entity of our model, its parts, and how its past is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Table

from gateway.store import core, reconcile


@dataclass(frozen=True)
class Entity:
    """A table of `core` that streams fill.

    code: its natural key beside issuer and valid_from. parts: tables of repeated parts. history: an append-only table that
    takes a row for each state and its time (an event). observed: an append-only table that takes a row when one of the
    columns it has differs. versions: an append-only table of whole contents. shared: the column by which two portals speak
    of the same thing; its code where that is the same everywhere. fillable: the columns a mapping may fill, where the
    table's own do not say so.
    """

    table: Table
    code: str
    parts: Mapping[str, Table] = field(default_factory=dict)
    history: Table | None = None
    observed: Table | None = None
    versions: Table | None = None
    shared: str = ""
    fillable: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The table's name, as `into:` of a stream says it."""
        return self.table.name

    @property
    def id_column(self) -> str:
        """The surrogate id."""
        return f"{self.name}_id"

    @property
    def shared_code(self) -> str:
        """The column that names the same thing at every portal."""
        return self.shared or self.code

    @property
    def columns(self) -> list[str]:
        """The columns a mapping may fill, in the table's order."""
        own = [c.name for c in self.table.columns if c.name != self.id_column and c.name not in core.BOOKKEEPING]
        return list(self.fillable) or own


_PARTS = {
    "step": core.procedure_step,
    "channel": core.procedure_channel,
    "time": core.procedure_time,
    "fee": core.procedure_fee,
    "component": core.procedure_component,
    "result": core.procedure_result,
    "legal_basis": core.procedure_legal_basis,
    "agency": core.procedure_agency,
    "field": core.procedure_field,
    "level": core.procedure_level,
    "applicant": core.procedure_applicant,
    "related": core.procedure_related,
}

ENTITIES: Mapping[str, Entity] = {
    entity.name: entity
    for entity in (
        Entity(core.agency, "agency_code"),
        Entity(core.administrative_unit, "unit_code"),
        Entity(core.field, "field_code"),
        Entity(core.decision, "decision_code"),
        Entity(core.procedure_listing, "procedure_code"),
        Entity(
            core.procedure,
            "procedure_code",
            parts=_PARTS,
            versions=core.procedure_version,
            shared="procedure_code_national",
        ),
        Entity(
            core.dossier,
            "dossier_code",
            history=core.dossier_event,
            observed=core.dossier_version,
            shared="dossier_code_national",
        ),
    )
}

STAGED: Mapping[str, Entity] = {
    "held_dossier": Entity(
        reconcile.snapshot_theirs,
        "dossier_code",
        fillable=("dossier_code", *reconcile.COUNTS, *reconcile.VALUES),
    )
}
"""What is only laid beside ours and compared (đối soát), never taken in: the lists of a portal's folder `reconcile/`."""


def observed_columns(entity: Entity) -> list[str]:
    """The columns whose every difference is kept; none where the entity keeps none."""
    if entity.observed is None:
        return []
    own = {entity.id_column, "version_number", "source_hash", "batch_id"}
    return [column.name for column in entity.observed.columns if column.name not in own]


def part_columns(table: Table) -> list[str]:
    """The columns a mapping fills in a part's table."""
    return [column.name for column in table.columns if column.name not in {"procedure_id", "ordinal"}]
