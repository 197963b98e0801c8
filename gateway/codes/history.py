"""`gateway codes history`: everything that is known of the bodies that ever had a code, in the order of time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text

from gateway.errors import ConfigError

COLUMNS = ("what", "since", "until", "code", "name", "relation", "said", "issuer", "source")
"""what: `is` (a list says so), `from` and `into` (succession), `question` (for a person), `core` (what nightly loads hold)."""

_CORE = {
    "unit": ("administrative_unit", "unit_code", "unit_name"),
    "agency": ("agency", "agency_code", "agency_name"),
    "field": ("field", "field_code", "field_name"),
    "procedure": ("procedure", "procedure_code", "procedure_name"),
}

_BODIES = "select distinct entity_id from xref.code_version where kind = :kind and :code in (code, source_id)"

_HISTORY = f"""
    with body as ({_BODIES})
    select 'is' as what, v.valid_from as since, v.valid_to as until, coalesce(v.code, v.source_id) as code, v.name,
        v.ended_by as relation, null as said, v.issuer, s.file_name || ' as of ' || s.as_of as source, v.entity_id, 0 as part
    from xref.code_version v join body using (entity_id) join xref.code_snapshot s using (snapshot_id)
    union all
    select 'from', c.since, null, coalesce(v.code, v.source_id), v.name, c.relation, c.said, v.issuer, c.evidence, c.successor_id, 1
    from xref.code_succession c join body on body.entity_id = c.successor_id and c.relation <> 'derived'
    join xref.code_version v on v.entity_id = c.entity_id and v.valid_to = c.since
    union all
    select 'into', c.since, null, coalesce(v.code, v.source_id), v.name, c.relation, c.said, v.issuer, c.evidence, c.entity_id, 2
    from xref.code_succession c join body on body.entity_id = c.entity_id
    join xref.code_version v on v.entity_id = c.successor_id and v.valid_from <= c.since
        and (v.valid_to is null or v.valid_to > c.since)
    union all
    select 'question', s.as_of, null, q.code, q.name, q.reason, concat_ws(' ← ', q.said, q.candidates ->> 0), q.issuer,
        s.file_name || ' as of ' || s.as_of, q.entity_id, 3
    from xref.code_question q join body using (entity_id) join xref.code_snapshot s using (snapshot_id)
    order by entity_id, part, since, code"""


def history(engine: Engine, kind: str, code: str) -> list[dict[str, Any]]:
    """Rows under COLUMNS: first what lists say, then what the nightly loads hold. ConfigError when nobody knows the code."""
    binds = {"kind": kind, "code": code}
    with engine.connect() as connection:
        rows = [row._asdict() for row in connection.execute(text(_HISTORY), binds)]
        rows += [row._asdict() for row in connection.execute(text(_core(kind)), binds)]
    if not rows:
        raise ConfigError(f"no {kind} ever had the code {code!r}", do="check the code, or load a list that has it")
    return rows


def _core(kind: str) -> str:
    table, code, name = _CORE[kind]
    return f"""
        select 'core' as what, valid_from as since, valid_to as until, {code} as code, {name} as name, null as relation,
            null as said, issuer, 'batch ' || batch_id as source
        from core.{table} where {code} = :code order by issuer, valid_from"""


def questions(engine: Engine, kind: str = "") -> list[dict[str, Any]]:
    """What waits for a person, oldest list first: kind, code, name, reason, said, candidates, issuer, as_of."""
    asked = """
        select q.kind, q.code, q.name, q.reason, q.said, q.candidates, q.issuer, s.as_of
        from xref.code_question q join xref.code_snapshot s using (snapshot_id)
        where :kind in ('', q.kind) order by s.as_of, q.reason, q.question_id"""
    with engine.connect() as connection:
        return [row._asdict() for row in connection.execute(text(asked), {"kind": kind})]
