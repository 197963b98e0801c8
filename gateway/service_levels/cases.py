"""The cases of a rule, read from the database: when each began, and between which instants what was owed is known to have happened.

What a portal shows tells seldom when a thing happened, only that it had happened when we looked. So a case has two bounds; they
are one where the instant itself is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

from gateway.portals import load_portal, portal_names
from gateway.service_levels.rules import Measure
from gateway.store.looks_sql import LOOK, TURN


class Case(NamedTuple):
    """One thing that had to happen in time. All instants are UTC.

    code: of the dossier or procedure; place: the portal or target; begun_at: None where nobody has told it. earliest_at,
    latest_at: it happened between them; both None while it has not, as far as we know. seen_until: until when we would know.
    """

    code: str
    place: str
    agency: str | None
    begun_at: datetime | None
    earliest_at: datetime | None
    latest_at: datetime | None
    seen_until: datetime | None


class Reading(NamedTuple):
    """What the statements must know beside the database.

    vague: portals that tell no time of a state (`status_time: earliest`). streams: names of streams of dossiers. begin, end: the
    cases that began from the one to before the other; None for all.
    """

    vague: Sequence[str]
    streams: Sequence[str]
    begin: datetime | None = None
    end: datetime | None = None


def reading(folders: tuple[Path, ...], begin: datetime | None, end: datetime | None) -> Reading:
    """What the mapping files say of the portals' dossiers. Raises ConfigError with file and line."""
    portals = [load_portal(folders, name) for name in portal_names(folders)]
    streams = [stream for portal in portals for stream in portal.streams if stream.into == "dossier"]
    vague = [portal.portal for portal in portals if not portal.tells_times]
    return Reading(sorted(vague), sorted({stream.stream for stream in streams}), begin, end)


def cases(connection: Connection, measure: Measure, what: Reading) -> Iterator[Case]:
    """Every case of a measure, in no order."""
    binds = {**what._asdict(), "vague": list(what.vague), "streams": list(what.streams)}
    rows = connection.execution_options(yield_per=10_000).execute(text(_STATEMENTS[measure]), binds)
    return (Case(*row) for row in rows)


def _within(began: str) -> str:
    return f"""(cast(:begin as timestamptz) is null or {began} >= :begin)
        and (cast(:end as timestamptz) is null or {began} < :end)"""


# While a target is in shadow nothing is sent by us, and another system may still tell the portal: what is not told is unknown.
_STEP = f"""
    select o.dossier_code, o.target, d.agency_name,
        case when d.issuer <> all(:vague) then o.status_at end,
        case when o.state = 'accepted' then o.settled_at end, case when o.state = 'accepted' then o.settled_at end,
        case when o.state <> 'dismissed' and t.mode in ('open', 'stopped') then now() end
    from ops.outbox as o join core.dossier as d using (dossier_id) left join ops.target as t on t.target = o.target
    where o.kind = 'event' and {_within("o.status_at")}"""

# From the first call that may have arrived: one that was refused is no receipt to be confirmed.
_CONFIRMATION = f"""
    select o.dossier_code, o.target, d.agency_name, call.sent_at, coalesce(call.shown_at, call.acknowledged_at),
        coalesce(call.shown_at, call.acknowledged_at), case when o.state <> 'dismissed' then now() end
    from ops.outbox as o join core.dossier as d using (dossier_id)
    cross join lateral (
        select min(a.begun_at) filter (where told and coalesce(outcome, 'unknown') in ('accepted', 'unknown')) as sent_at,
            min(a.ended_at) filter (where told and outcome = 'accepted') as acknowledged_at,
            min(a.ended_at) filter (where not told and outcome = 'accepted') as shown_at
        from ops.attempt as a cross join lateral (select operation <> 'read_back' as told) as kind
        where a.outbox_id = o.outbox_id
    ) as call
    where call.sent_at is not null and {_within("call.sent_at")}"""

# Acceptance, a request for papers and a refusal are answers themselves; of any later state only the last time is told, and the
# answer came at some time before it.
_FILING = f"""
    with {LOOK}, newest as (select portal, max(at) as at from look where stream = any(:streams) group by portal)
    select d.dossier_code, d.issuer, d.agency_name, d.filed_at,
        case
            when d.received_at <= coalesce(first.at, d.received_at) then d.received_at
            when first.is_answer then first.at
            when first.at is not null then d.filed_at
        end,
        case
            when d.received_at <= coalesce(first.at, d.received_at) then d.received_at
            else first.at
        end,
        newest.at
    from core.dossier as d left join newest on newest.portal = d.issuer
    left join lateral (
        select case when d.issuer = any(:vague) then look.at else e.status_at end as at,
            d.issuer <> all(:vague) and e.status_code in ('2', '3', '5') as is_answer
        from core.dossier_event as e left join look using (batch_id)
        where e.dossier_id = d.dossier_id and e.status_code <> '1'
        order by e.status_at, length(e.status_code), e.status_code limit 1
    ) as first on true
    where d.channel_code = '2' and d.valid_to is null and {_within("d.filed_at")}"""

# A version was not there at the look before the one that showed it; of the very first look nothing is known before it.
_CATALOGUE = f"""
    with {LOOK}, {TURN}, first as (
        select distinct on (procedure_id, decision_code) procedure_id, decision_code, batch_id
        from core.procedure_version order by procedure_id, decision_code, version_number
    ), said as (
        select p.procedure_code, p.issuer, a.agency_name, look.at, turn.before,
            d.decision_date::timestamp at time zone 'Asia/Ho_Chi_Minh' as decided_at
        from first join core.procedure as p using (procedure_id) join look on look.batch_id = first.batch_id
        left join turn on turn.portal = look.portal and turn.stream = look.stream and turn.at = look.at
        left join core.decision as d on d.issuer = p.issuer and d.decision_code = first.decision_code and d.valid_to is null
        left join core.agency as a on a.issuer = p.issuer and a.valid_to is null
            and a.agency_code = coalesce(p.announcing_agency_code, p.agency_code)
    )
    select procedure_code, issuer, agency_name, decided_at, greatest(decided_at, before), at, null::timestamptz
    from said where {_within("decided_at")}"""

_STATEMENTS: Mapping[Measure, str] = {
    Measure.STEP: _STEP,
    Measure.CONFIRMATION: _CONFIRMATION,
    Measure.FILING: _FILING,
    Measure.CATALOGUE: _CATALOGUE,
}
