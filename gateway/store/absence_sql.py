"""The SQL of absences: who is back, who is missing, who is retired or due, and which decision says so."""

from __future__ import annotations

from gateway.canonical import Entity

STAGE = "create temp table listed (record_key text primary key) on commit drop"
"""The keys of a batch's list, for one transaction."""

FILL = "insert into listed select unnest(%(keys)s::text[])"

_OPEN = "portal = %(portal)s and stream = %(stream)s and returned_batch_id is null"

RETURN = f"""
    update ops.absence set returned_batch_id = %(batch_id)s
    where {_OPEN} and record_key in (select record_key from listed)"""
"""End the absences of what is on the list."""

COUNT_AGAIN = f"""
    update ops.absence set list_count = list_count + 1, within_count = within_count + %(within)s::int,
        last_batch_id = %(batch_id)s
    where {_OPEN} and state in ('missing', 'due') and (select started_at from ops.batch where batch_id = last_batch_id)
        <= (select started_at from ops.batch where batch_id = %(batch_id)s) - %(apart)s::interval"""
"""One more list lacks what was absent before, unless it follows the last counted one too soon."""

DECIDE = f"""
    update ops.absence set state = case when %(within)s then 'retired' else 'due' end,
        decided_at = case when %(within)s then now() end
    where {_OPEN} and state in ('missing', 'due')
        and case when %(within)s then within_count else list_count end >= %(after)s"""
"""A list that lacks more than the limit retires nothing, a person may; one that does not also settles what was due."""


def share(entity: Entity) -> str:
    """(in force, of them absent from the list); without what is retired, or kept by a person."""
    return f"""
        select count(*), count(*) filter (where listed.record_key is null)
        {_held(entity)} and held.{entity.code} not in (
            select record_key from ops.absence where {_OPEN} and state in ('retired', 'kept'))"""


def begin(entity: Entity) -> str:
    """An absence for each record in force that the list lacks and that has none yet."""
    return f"""
        insert into ops.absence (portal, stream, entity, record_key, within_count, missing_batch_id, last_batch_id)
        select %(portal)s, %(stream)s, '{entity.name}', held.{entity.code}, %(within)s::int, %(batch_id)s, %(batch_id)s
        {_held(entity)} and listed.record_key is null
        order by held.{entity.code} on conflict do nothing"""


def _held(entity: Entity) -> str:
    return f"""from {entity.table.fullname} as held left join listed on listed.record_key = held.{entity.code}
        where held.issuer = %(portal)s and held.valid_to is null"""


_CITED = """
    (select coalesce(d.decision_number, d.decision_code) from core.decision d
    where d.issuer = a.portal and d.valid_to is null and lower(d.summary) like '%bãi bỏ%'
        and lower(a.record_key) = any(regexp_split_to_array(
            substr(lower(d.summary), strpos(lower(d.summary), 'bãi bỏ')), '[^a-z0-9.-]+|\\.(?=\\s|$)'))
    order by d.decision_date desc nulls last, d.decision_code limit 1)"""
"""The newest decision whose summary names the code after the words `bãi bỏ`; null when none does."""

WAITING = f"""
    select a.portal, a.stream, a.record_key as code,
        coalesce((select procedure_name from core.procedure_listing l
                where l.issuer = a.portal and l.procedure_code = a.record_key and l.valid_to is null),
            (select procedure_name from core.procedure p
                where p.issuer = a.portal and p.procedure_code = a.record_key and p.valid_to is null)) as name,
        a.state, a.list_count as lists, b.started_at as missing_since, a.last_batch_id as last_batch, {_CITED} as decision
    from ops.absence a join ops.batch b on b.batch_id = a.missing_batch_id
    where a.returned_batch_id is null and a.state <> 'retired' and :portal in ('', a.portal)
    order by a.state = 'due' desc, a.portal, a.stream, a.record_key"""
"""What lists lack and is not retired, with names of procedures; what is due first."""

OF_PROCEDURE = f"""
    select a.state, a.reviewer, a.decided_at, a.missing_batch_id, a.last_batch_id, a.returned_batch_id, a.list_count,
        missing.started_at as missing_at, last.started_at as last_at, back.started_at as back_at, {_CITED} as cited
    from ops.absence a
    join ops.batch missing on missing.batch_id = a.missing_batch_id
    join ops.batch last on last.batch_id = a.last_batch_id
    left join ops.batch back on back.batch_id = a.returned_batch_id
    where a.portal = :issuer and a.record_key = :code and a.entity in ('procedure_listing', 'procedure')
    order by a.absence_id"""
"""All absences of one procedure (thủ tục), oldest first."""
