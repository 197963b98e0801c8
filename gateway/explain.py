"""explain: why a dossier stands as it does: our row, its events, what its steps are, and the landed page and mapping of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from gateway.errors import ConfigError
from gateway.states import Steps, flags_of


@dataclass(frozen=True)
class Explanation:
    """A dossier, its events newest first (each with its batch), and the pages of those batches.

    flag of an event: back, reopened or unusual, where the step to it was so.
    """

    dossier: Row[Any]
    events: list[dict[str, Any]]


_DOSSIER = """
    select d.dossier_id, d.issuer, d.dossier_code, d.dossier_code_national, d.status_code, d.status_at,
        d.source_status_code, d.source_status_name, d.procedure_code, d.procedure_name, d.agency_name, d.batch_id
    from core.dossier d where :code in (d.dossier_code, d.dossier_code_national) order by d.dossier_id"""

_EVENTS = """
    select e.status_at, e.status_code, e.source_status_code, e.batch_id, b.run_id, b.portal, b.stream, b.mode,
        b.started_at as fetched_at, b.mapping_sha256, b.source_batch_id
    from core.dossier_event e join ops.batch b using (batch_id)
    where e.dossier_id = :dossier_id order by e.status_at desc, length(e.status_code) desc, e.status_code desc"""


def explain_dossier(engine: Engine, steps: Steps, code: str) -> list[Explanation]:
    """Every dossier with this local or national code. Raises ConfigError when there is none."""
    with engine.connect() as connection:
        dossiers = connection.execute(text(_DOSSIER), {"code": code}).all()
        found = [Explanation(dossier, _events(connection, steps, dossier.dossier_id)) for dossier in dossiers]
    if not found:
        raise ConfigError(
            f"no dossier has the code {code!r}", do="check the code, or see: gateway quarantine list and gateway status"
        )
    return found


def _events(connection: Connection, steps: Steps, dossier_id: int) -> list[dict[str, Any]]:
    kinds = {(row.status_at, row.status_code): row.kind for row in flags_of(connection, steps, [dossier_id])}
    events = connection.execute(text(_EVENTS), {"dossier_id": dossier_id})
    return [{**row._asdict(), "flag": kinds.get((row.status_at, row.status_code))} for row in events]
