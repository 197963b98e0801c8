"""What is known of a dossier when it is told to a portal: our row, and the portal's own names for its procedure and field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, DateTime, text

from gateway.store import core

Story = Mapping[str, Any]

_OWN = {column.name: column for column in core.dossier.columns if column.name not in core.BOOKKEEPING}

THEIRS = ("procedure_code", "procedure_name", "field_code", "field_name")
"""What the target portal itself calls the procedure; empty where it has none by that code, or no person has linked one."""


def _kind(column: Any) -> str:
    if isinstance(column.type, DateTime):
        return "time"
    return "personal" if column.info.get("personal") else "text"


COLUMNS: Mapping[str, str] = {
    **{name: _kind(column) for name, column in _OWN.items() if name != "dossier_id"},
    "status_name": "text",
    "procedure_code_national": "text",
    **{f"their_{name}": "text" for name in THEIRS},
}
"""What a delivery may be made from: the columns of a dossier, `status_name` (the state in Vietnamese), the national code of its
procedure (of a person's link, its source's own, or the code itself where it is one), and `their_…`."""

# `issuer || ''` keeps the planner from reading a whole portal for one row: see store/merge.py.
JOIN_THEIRS = """
    left join lateral (
        select p.procedure_code_national from core.procedure as p
        where p.procedure_code = d.procedure_code and p.issuer || '' = d.issuer and p.valid_to is null limit 1
    ) as ours on true
    left join lateral (
        select case when verdict = 'accepted' then national_code end as national_code from xref.match_decision as m
        where m.local_code = d.procedure_code and m.local_issuer = d.issuer and m.kind = 'procedure'
            and m.national_issuer = :portal
        order by match_decision_id desc limit 1
    ) as decided on true
    left join lateral (
        select n.procedure_code, n.procedure_name, f.field_code, f.field_name
        from core.procedure as n
        left join core.procedure_field as f on f.procedure_id = n.procedure_id and f.ordinal = 0
        where n.procedure_code = coalesce(decided.national_code, ours.procedure_code_national, d.procedure_code)
            and n.issuer || '' = :portal and n.valid_to is null limit 1
    ) as theirs on true"""
"""What the target portal calls the procedure of `d` (an issuer and its code), as `theirs`."""

_TELL = f"""
    select {", ".join(f"d.{name}" for name in _OWN)}, d.issuer,
        {", ".join(f"theirs.{name} as their_{name}" for name in THEIRS)},
        coalesce(linked.national_code, ours.procedure_code_national,
            case when d.procedure_code ~ '^[0-9]\\.[0-9]{{6}}$' then d.procedure_code end) as procedure_code_national
    from core.dossier as d {JOIN_THEIRS}
    left join lateral (
        select case when verdict = 'accepted' then national_code end as national_code from xref.match_decision as m
        where m.local_code = d.procedure_code and m.local_issuer = d.issuer and m.kind = 'procedure'
            and m.national_issuer = 'national'
        order by match_decision_id desc limit 1
    ) as linked on true
    where d.dossier_id = any(:ids)"""


def tell(connection: Connection, portal: str, ids: Sequence[int], names: Mapping[str, str]) -> Iterator[Story]:
    """The stories of these dossiers for a portal. names: of the states, in Vietnamese."""
    for row in connection.execute(text(_TELL), {"portal": portal, "ids": list(ids)}).mappings():
        yield {**row, "status_name": names.get(row["status_code"], "")}


def at_event(story: Story, status_code: str, status_at: Any, names: Mapping[str, str]) -> Story:
    """The same dossier, told as of one of its events."""
    return {**story, "status_code": status_code, "status_at": status_at, "status_name": names.get(status_code, "")}
