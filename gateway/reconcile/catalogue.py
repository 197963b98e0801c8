"""Catalogues (danh mục thủ tục): the copies issuers have, by the national code they are linked to, against the portal's list.

Both sides are lists that the nightly syncs took in whole; what left its list and was retired (bãi bỏ) is no longer in force.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from gateway.reconcile.compare import Figures
from gateway.reconcile.pairs import CataloguePair


def compare(connection: Connection, pair: CataloguePair) -> Figures:
    """Leave every difference with its cause in `found`; returns the figures, in procedures in force."""
    binds = {"portal": pair.portal.portal, "issuers": list(pair.issuers), "levels": list(pair.levels)}
    connection.execute(text(f"create temp table copies as {_COPIES_COLUMNS} with no data"))
    connection.execute(text(f"insert into copies {_COPIES}"), binds)
    connection.execute(text("create temp table listed (key text primary key, name text, is_live bool)"))
    connection.execute(text(f"insert into listed {_LISTED}"), binds)
    connection.execute(text(f"insert into found {_FOUND}"), binds)
    return Figures(*connection.execute(text(_FIGURES)).one())


# A person's link counts before the source's own, and that before the code itself: as for dossiers, see delivery/story.py.
_COPIES_COLUMNS = """
    select null::text as issuer, null::text as code, null::text as key, null::text as name, null::bool as is_live"""

_COPIES = """
    select p.issuer, p.procedure_code,
        coalesce(decided.national_code, p.procedure_code_national,
            (select n.procedure_code from core.procedure_listing as n
                where n.procedure_code = p.procedure_code and n.issuer = :portal and n.valid_to is null)),
        p.procedure_name,
        coalesce(p.state_code = '1', true) and not exists (
            select from ops.absence as a where a.portal = p.issuer and a.record_key = p.procedure_code
                and a.entity in ('procedure', 'procedure_listing') and a.state = 'retired' and a.returned_batch_id is null)
    from core.procedure as p
    left join lateral (
        select case when verdict = 'accepted' then national_code end as national_code from xref.match_decision as m
        where m.local_code = p.procedure_code and m.local_issuer = p.issuer and m.kind = 'procedure'
            and m.national_issuer = :portal
        order by match_decision_id desc limit 1
    ) as decided on true
    where p.issuer = any(:issuers) and p.valid_to is null"""

_LISTED = """
    select procedure_code, coalesce(l.procedure_name, n.procedure_name),
        coalesce(n.state_code = '1', true) and not exists (
            select from ops.absence as a where a.portal = :portal and a.record_key = procedure_code
                and a.entity in ('procedure', 'procedure_listing') and a.state = 'retired' and a.returned_batch_id is null)
    from (select * from core.procedure_listing where issuer = :portal and valid_to is null) as l
    full join (select * from core.procedure where issuer = :portal and valid_to is null) as n using (procedure_code)"""

# Of a code that matching suggests for a copy without a link, or that the copy's own begins with, the copy alone is told: one
# link ends both.
_FOUND = """
    with linked as (
        select key, count(*) filter (where is_live) as live, max(times) as times, string_agg(code, ', ' order by code) as codes
        from (select *, count(*) filter (where is_live) over (partition by issuer, key) as times from copies) as c
        where key is not null group by key
    ), suggested as (
        select c.issuer as local_issuer, c.code as local_code, coalesce(best.national_code, own.key) as national_code
        from copies as c
        left join lateral (
            select s.national_code from xref.match_suggestion as s
            where s.kind = 'procedure' and s.local_issuer = c.issuer and s.local_code = c.code and s.national_issuer = :portal
            order by s.ordinal limit 1
        ) as best on true
        left join listed as own on own.key = substring(c.code from '^[0-9]+[.][0-9]+')
        where c.key is null
    )
    select key, null, cause, reason, ours, theirs, null, null, ours is not null, theirs is not null, null from (
        select key, case
                when live > 0 and is_live is null then 'different procedure'
                when live > 0 and not is_live then 'retired there'
                when times > 1 then 'duplicate'
                when is_live and live = 0 then 'retired here'
                when is_live and live is null then 'only there'
            end as cause,
            case when live > 0 and is_live is null then 'the copy names a code the list has never had' end as reason,
            case when codes is not null then jsonb_build_object('procedure_code', codes, 'is_in_force', live > 0) end as ours,
            case when is_live is not null then jsonb_build_object('procedure_name', name, 'is_in_force', is_live) end as theirs
        from linked full join listed using (key)
        where not (live is null and (key in (select national_code from suggested where national_code is not null) or not (
            cast(:levels as text[]) = '{}' or exists (
                select from core.procedure as p join core.procedure_level as v using (procedure_id)
                where p.issuer = :portal and p.procedure_code = key and p.valid_to is null and v.level_code = any(:levels)))))
        union all
        select c.issuer || ':' || c.code, 'held', 'no person has linked it to a national code: gateway match suggest ' || c.issuer,
            jsonb_build_object('procedure_code', c.code, 'procedure_name', c.name),
            case when s.national_code is not null then jsonb_build_object('suggested_code', s.national_code) end
        from copies as c left join suggested as s on s.local_issuer = c.issuer and s.local_code = c.code
        where c.key is null and c.is_live
    ) as judged where cause is not null"""

_FIGURES = """
    select (select count(*) from copies where is_live), (select count(*) from listed where is_live),
        count(*) filter (where not is_theirs), count(*) filter (where not is_ours),
        count(*) filter (where is_ours and is_theirs)
    from found"""
