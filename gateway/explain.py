"""explain: why a dossier stands as it does: its row, its events and what their steps are, and what other portals were told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from gateway.errors import ConfigError
from gateway.states import Steps, flags_of


@dataclass(frozen=True)
class Explanation:
    """A dossier, its events newest first (each with its batch), and what other portals were told of it, newest first.

    flag of an event: back, reopened or unusual, where the step to it was so.
    """

    dossier: Row[Any]
    events: list[dict[str, Any]]
    told: list[Row[Any]]


_DOSSIER = """
    select d.dossier_id, d.issuer, d.dossier_code, d.dossier_code_national, d.status_code, d.status_at,
        d.source_status_code, d.source_status_name, d.procedure_code, d.procedure_name, d.agency_name, d.batch_id,
        (select 'by erasure ' || erasure_id || ' (' || class || '): portals that do not hold the dossier hear no more of it'
            from ops.erased_dossier as e join ops.erasure using (erasure_id)
            where e.issuer = d.issuer and e.dossier_code = d.dossier_code) as applicant_erased
    from core.dossier d where :code in (d.dossier_code, d.dossier_code_national) order by d.dossier_id"""

_EVENTS = """
    select e.status_at, e.status_code, e.source_status_code, e.batch_id, b.run_id, b.portal, b.stream, b.mode,
        b.started_at as fetched_at, b.mapping_sha256, b.source_batch_id
    from core.dossier_event e join ops.batch b using (batch_id)
    where e.dossier_id = :dossier_id order by e.status_at desc, length(e.status_code) desc, e.status_code desc"""


# The last attempt says what the portal answered: the receipt.
_TOLD = """
    select o.outbox_id, o.target, o.kind, o.status_code, o.status_at, o.state, o.reason, o.attempt_count, o.batch_id,
        last.operation, last.outcome, last.answer, last.ended_at as answered_at
    from ops.outbox o left join lateral (
        select operation, outcome, answer, ended_at from ops.attempt a where a.outbox_id = o.outbox_id
        order by attempt_id desc limit 1
    ) as last on true
    where o.dossier_id = :dossier_id order by o.target, o.outbox_id desc"""


def explain_dossier(engine: Engine, steps: Steps, code: str) -> list[Explanation]:
    """Every dossier with this local or national code. Raises ConfigError when there is none."""
    with engine.connect() as connection:
        dossiers = connection.execute(text(_DOSSIER), {"code": code}).all()
        found = [
            Explanation(dossier, _events(connection, steps, dossier.dossier_id), _told(connection, dossier.dossier_id))
            for dossier in dossiers
        ]
    if not found:
        raise ConfigError(
            f"no dossier has the code {code!r}", do="check the code, or see: gateway quarantine list and gateway status"
        )
    return found


def _events(connection: Connection, steps: Steps, dossier_id: int) -> list[dict[str, Any]]:
    kinds = {(row.status_at, row.status_code): row.kind for row in flags_of(connection, steps, [dossier_id])}
    events = connection.execute(text(_EVENTS), {"dossier_id": dossier_id})
    return [{**row._asdict(), "flag": kinds.get((row.status_at, row.status_code))} for row in events]


def _told(connection: Connection, dossier_id: int) -> list[Row[Any]]:
    return list(connection.execute(text(_TOLD), {"dossier_id": dossier_id}))
