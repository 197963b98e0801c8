"""The two sides as the database holds them: a portal's rows without a national code, and the national rows."""

from __future__ import annotations

from sqlalchemy import Connection, text

from gateway.matching.entry import Entry, Kind

_PROCEDURE = """
    select p.procedure_code, p.procedure_name,
        coalesce((select string_agg(f.field_name, ' | ' order by f.ordinal) from core.procedure_field f
            where f.procedure_id = p.procedure_id), ''),
        coalesce((select string_agg(l.level_name, ' | ' order by l.ordinal) from core.procedure_level l
            where l.procedure_id = p.procedure_id), p.level_name, ''),
        coalesce((select string_agg(a.agency_name, ' | ' order by a.ordinal) from core.procedure_agency a
            where a.procedure_id = p.procedure_id and a.role = 'executing'), ''),
        coalesce((select string_agg(b.document_number, ' | ' order by b.ordinal) from core.procedure_legal_basis b
            where b.procedure_id = p.procedure_id), '')
    from core.procedure p where p.issuer = :issuer and p.valid_to is null"""

# A portal lists a procedure before it shows its detail: a name alone can be matched, too.
_LISTED = """
    union all
    select l.procedure_code, l.procedure_name, '', '', '', '' from core.procedure_listing l
    where l.issuer = :issuer and l.valid_to is null and not exists (select from core.procedure p
        where p.issuer = l.issuer and p.procedure_code = l.procedure_code and p.valid_to is null)"""

_AGENCY = """
    select a.agency_code, a.agency_name, '', coalesce(a.level_name, ''), coalesce(parent.agency_name, ''), ''
    from core.agency a left join core.agency parent
        on parent.issuer = a.issuer and parent.agency_code = a.parent_code and parent.valid_to is null
    where a.issuer = :issuer and a.valid_to is null"""

_LOCAL = {
    Kind.PROCEDURE: f"{_PROCEDURE} and coalesce(p.procedure_code_national, '') = ''",
    # Where a unit has no code, its system's own id stands in for it.
    Kind.AGENCY: f"{_AGENCY} and a.agency_code = a.source_id",
}
_NATIONAL = {Kind.PROCEDURE: _PROCEDURE + _LISTED, Kind.AGENCY: _AGENCY}


def without_code(connection: Connection, kind: Kind, issuer: str) -> list[Entry]:
    """A portal's rows in force that name no national code, by their own code."""
    return _read(connection, _LOCAL[kind], issuer)


def national(connection: Connection, kind: Kind, issuer: str) -> list[Entry]:
    """All national rows in force, by code."""
    return _read(connection, _NATIONAL[kind], issuer)


def _read(connection: Connection, query: str, issuer: str) -> list[Entry]:
    return [Entry(*row) for row in connection.execute(text(f"{query} order by 1"), {"issuer": issuer})]
