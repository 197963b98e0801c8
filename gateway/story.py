"""explain procedure: what a procedure (thủ tục) has been through: versions by decision, missing, retired, restored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from gateway.errors import ConfigError
from gateway.store import absence_sql

NOT_LISTED = "not on the list"
"""Why a procedure was retired, where no decision (quyết định) that we hold says that it is abolished."""


@dataclass(frozen=True)
class Event:
    """One thing that happened. at: when the batch that showed it was fetched, or a person decided.

    what: seen, amended (sửa đổi), missing, due, retired (bãi bỏ), kept, restored (khôi phục) or back. why: the columns and
    parts that changed, or the reason and who decided.
    """

    at: datetime
    what: str
    version: int | None
    decision_number: str | None
    decision_date: date | None
    batch: int
    why: str


@dataclass(frozen=True)
class Story:
    """A procedure of one issuer, and its events, oldest first."""

    procedure: Row[Any]
    events: list[Event]


_PROCEDURES = """
    select issuer, procedure_code, p.procedure_code_national, coalesce(p.procedure_name, l.procedure_name) as procedure_name,
        l.procedure_listing_id is not null as was_listed, p.procedure_id is not null as has_detail, p.decision_code,
        coalesce((select a.state from ops.absence a where a.portal = issuer and a.record_key = procedure_code
            and a.entity in ('procedure_listing', 'procedure') and a.returned_batch_id is null), 'in force') as state
    from (select * from core.procedure where valid_to is null) as p
    full join (select * from core.procedure_listing where valid_to is null) as l using (issuer, procedure_code)
    where :code in (procedure_code, p.procedure_code_national) order by issuer, procedure_code"""

_VERSIONS = """
    select v.version_number, v.content, v.batch_id, coalesce(source.started_at, b.started_at) as at,
        coalesce(d.decision_number, v.decision_code) as decision_number, d.decision_date
    from core.procedure_version v
    join core.procedure p using (procedure_id)
    join ops.batch b on b.batch_id = v.batch_id
    left join ops.batch source on source.batch_id = b.source_batch_id
    left join core.decision d on d.issuer = p.issuer and d.decision_code = v.decision_code and d.valid_to is null
    where p.issuer = :issuer and p.procedure_code = :code and p.valid_to is null order by v.version_number"""


def explain_procedure(engine: Engine, code: str) -> list[Story]:
    """The story of every procedure with this code, local or national. Raises ConfigError when there is none."""
    with engine.connect() as connection:
        found = connection.execute(text(_PROCEDURES), {"code": code}).all()
        stories = [Story(procedure, _events(connection, procedure)) for procedure in found]
    if not stories:
        raise ConfigError(f"no procedure has the code {code!r}", do="check the code, or see: gateway status")
    return stories


def _events(connection: Connection, procedure: Row[Any]) -> list[Event]:
    binds = {"issuer": procedure.issuer, "code": procedure.procedure_code}
    versions = connection.execute(text(_VERSIONS), binds).all()
    told = [*_amendments(versions)]
    for absence in connection.execute(text(absence_sql.OF_PROCEDURE), binds):
        told += _absence(absence)
    # Sorting keeps what happened at one time in the order in which it is told.
    return sorted(told, key=lambda event: event.at)


def _amendments(versions: list[Row[Any]] | Any) -> Iterator[Event]:
    before: dict[str, Any] | None = None
    for row in versions:
        what, why = (
            ("seen", "") if before is None else ("amended", f"changed: {', '.join(_differing(before, row.content))}")
        )
        yield Event(row.at, what, row.version_number, row.decision_number, row.decision_date, row.batch_id, why)
        before = row.content


def _differing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The columns and parts whose content differs."""
    flat = [{**content, **content.get("parts", {})} for content in (old, new)]
    names = dict.fromkeys(name for content in flat for name in content if name != "parts")
    return [name for name in names if flat[0].get(name) != flat[1].get(name)]


def _absence(row: Row[Any]) -> Iterator[Event]:
    def _event(at: datetime, what: str, batch: int, why: str, decision: str | None = None) -> Event:
        return Event(at, what, None, decision, None, batch, why)

    yield _event(row.missing_at, "missing", row.missing_batch_id, NOT_LISTED)
    if row.state == "due":
        yield _event(row.last_at, "due", row.last_batch_id, "more than the limit is missing; a person decides")
    if row.state in {"retired", "kept"}:
        by = f"by {row.reviewer}" if row.reviewer else f"missing from {row.list_count} complete lists in a row"
        reason = f"abolished by decision {row.cited}" if row.cited else NOT_LISTED
        decided = by if row.state == "kept" else f"{reason}; {by}"
        yield _event(row.decided_at, row.state, row.last_batch_id, decided, row.cited)
    if row.back_at:
        yield _event(
            row.back_at, "restored" if row.state == "retired" else "back", row.returned_batch_id, "on the list again"
        )
