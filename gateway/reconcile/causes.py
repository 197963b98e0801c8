"""Why a dossier differs: one cause each, by a fixed order of precedence, from both rows, the outbox and the ledger.

The order: what is listed twice; what only one side has or has retired; what our own line says of it (unknown, rejected, held,
waiting); what was acknowledged and is not there; of what both have, procedure, period, state, date and agency; and where all that
is equal, what the portal counts twice, or lacks steps of. Later causes may hold beside an earlier one: they follow from it, or
cannot be judged before it is mended.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from gateway.reconcile.compare import Figures
from gateway.reconcile.ours import day_column
from gateway.reconcile.pairs import DossierPair
from gateway.reconcile.period import WITHIN, Period
from gateway.store.reconcile import VALUES

FOUND = """
    create temp table found (key text primary key, day date, cause text not null, reason text, ours jsonb, theirs jsonb,
        dossier_id bigint, outbox_id bigint, is_ours bool, is_theirs bool, is_recorded bool)"""
"""What a comparison found, whatever it compared."""


class Staged(NamedTuple):
    """How many dossiers each side has in the snapshot."""

    ours: int
    theirs: int


def classify(
    connection: Connection, pair: DossierPair, period: Period, staged: Staged, begun_at: object
) -> tuple[Figures, int]:
    """Fill `found` from `differing`; returns the figures, and how many are in motion: the next comparison will tell of them.

    begun_at: when the other side's list was asked for; what was sent after it, the list cannot show.
    """
    seconds = pair.delivery.read_back.visible_within if pair.delivery.read_back else 0
    binds = {
        "target": pair.delivery.target,
        "issuers": list(pair.delivery.whose.issuers),
        "begun": begun_at,
        "visible": seconds,
        **period.binds,
    }
    connection.execute(text(FOUND))
    connection.execute(text(f"create temp table judged as {_JUDGED_COLUMNS} with no data"))
    connection.execute(text(f"insert into judged {_judged(pair)}"), binds)
    moving = connection.execute(text(_MOVING)).rowcount
    connection.execute(text(_KEEP))
    return Figures(*staged, *connection.execute(text(_FIGURES)).one()), moving


def _values(side: str) -> str:
    """The values of one side as JSON; where both have the dossier only those that differ."""
    said = []
    for name in VALUES:
        value = f"{side}.{name}"
        if name.endswith("_at"):
            value = f"to_char({value} at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD HH24:MI:SS')"
        is_shown = f"d.our_place is null or d.their_place is null or o.{name} is distinct from t.{name}"
        said.append(f"'{name}', case when {is_shown} then {value} end")
    return f"nullif(jsonb_strip_nulls(jsonb_build_object({', '.join(said)})), '{{}}')"


_DATES = ("received_at", "due_at", "appointment_at", "finished_at")
_MONTH = "date_trunc('month', {side}.received_at, 'Asia/Ho_Chi_Minh')"

_TOLD_MORE = "(d.our_place is not null and t.told_count > greatest(sent.told, line.told))"
_MORE_STEPS = "(d.our_place is not null and t.step_count > greatest(sent.steps, line.steps))"
_LISTED_TWICE = "coalesce(t.copies > 1 or o.copies > 1, false)"
_COUNTED_TWICE = f"coalesce({_TOLD_MORE} or {_MORE_STEPS}, false)"
"""The other side was told more often than we told it. Where values differ somebody else told it, and they are what matters."""

_MISSING_STEPS = "coalesce(t.step_count < line.owed_steps, false)"
_IS_ABSENT = "coalesce(head.state = 'rejected' and head.cause = 'absent there' and line.told > 0, false)"
"""A step was refused since the portal no longer has the dossier it took."""

_IS_UNKNOWN = "(head.state in ('unknown', 'sending') or (head.state = 'dead' and head.cause = 'outcome unknown'))"

_JUDGED_COLUMNS = """
    select null::text as key, null::date as day, null::text as cause, null::text as reason, null::jsonb as ours,
        null::jsonb as theirs, null::bigint as dossier_id, null::bigint as outbox_id, null::bool as is_ours,
        null::bool as is_theirs, null::bool as is_recorded, null::bool as is_moving"""

# What is in motion, or came in a form that could not be read, is no difference that anybody could judge.
UNJUDGED = "create temp table unjudged (key text)"
_FIGURES = """
    select count(*) filter (where not is_theirs), count(*) filter (where not is_ours), count(*) filter (where is_ours and is_theirs)
    from judged where cause is not null"""
_MOVING = "insert into unjudged select key from judged where is_moving and cause is not null"
_KEEP = """
    insert into found select key, day, cause, reason, ours, theirs, dossier_id, outbox_id, is_ours, is_theirs, is_recorded
    from judged where cause is not null and key not in (select key from unjudged)"""


def _cause() -> str:
    dates = " or ".join(f"o.{name} is distinct from t.{name}" for name in _DATES)
    return f"""case
        when d.our_place is null and t.deleted_at is not null then null
        when {_LISTED_TWICE} then 'duplicate'
        when d.our_place is null and here.deleted_at is not null then 'retired here'
        when d.our_place is null and here.is_outside then 'other period'
        when d.our_place is null then 'only there'
        when t.deleted_at is not null then 'retired there'
        when {_IS_UNKNOWN} then 'unknown outcome'
        when {_IS_ABSENT} then 'sent and not there'
        when head.state in ('rejected', 'dead') then 'rejected'
        when head.state = 'held' then 'held'
        when head.state = 'waiting' then 'not sent'
        when d.their_place is null and (l.is_created or line.accepted > 0) then 'sent and not there'
        when d.their_place is null then 'not sent'
        when o.procedure_code is distinct from t.procedure_code then 'different procedure'
        when {_MONTH.format(side="o")} is distinct from {_MONTH.format(side="t")} then 'other period'
        when o.status_code is distinct from t.status_code then 'different state'
        when {dates} then 'different date'
        when o.fingerprint is distinct from t.fingerprint then 'different agency'
        when {_COUNTED_TWICE} then 'duplicate'
        when {_MISSING_STEPS} then 'sent and not there'
    end"""


_REASON = f"""case
        when t.copies > 1 then 'its list has it ' || t.copies || ' times'
        when o.copies > 1 then 'we have ' || o.copies || ' dossiers with this code'
        when {_TOLD_MORE}
            then 'it was told ' || greatest(sent.told, line.told) || ' times, and counts ' || t.told_count
        when {_MORE_STEPS}
            then greatest(sent.steps, line.steps) || ' steps were sent, and it has ' || t.step_count
        when head.outbox_id is not null then 'row ' || head.outbox_id || ' in line: ' || head.state || coalesce(': ' || head.reason, '')
        when line.dismissed > 0 and line.accepted = 0 then 'let go unsent by a person'
        when {_MISSING_STEPS} then line.owed_steps || ' steps were told, and it has ' || t.step_count
    end"""

_FACTS = """
    left join ops.snapshot_ours as o on o.ctid = d.our_place
    left join ops.snapshot_theirs as t on t.ctid = d.their_place
    left join ops.ledger as l on l.target = :target and l.dossier_id = o.dossier_id
    left join lateral (
        select h.outbox_id, h.state, h.cause, h.reason from ops.outbox as h
        where h.dossier_id = o.dossier_id and h.target = :target
            and h.state in ('waiting', 'held', 'sending', 'unknown', 'rejected', 'dead')
        order by coalesce(h.place, h.outbox_id), h.outbox_id limit 1
    ) as head on true
    left join lateral (
        select count(*) as rows, count(*) filter (where b.state = 'accepted') as accepted,
            count(*) filter (where b.state = 'dismissed') as dismissed,
            count(*) filter (where b.state = 'accepted' and b.kind = 'record') as told,
            count(*) filter (where b.state = 'accepted' and b.kind = 'event') as steps,
            count(*) filter (where b.state <> 'dismissed' and b.kind = 'event') as owed_steps
        from ops.outbox as b where b.dossier_id = o.dossier_id and b.target = :target
    ) as line on true
    left join lateral (
        select count(*) filter (where b.kind = 'record') as told, count(*) filter (where b.kind = 'event') as steps,
            max(a.begun_at) as last_at
        from ops.outbox as b join ops.attempt as a on a.outbox_id = b.outbox_id
        where b.dossier_id = o.dossier_id and b.target = :target and a.operation <> 'read_back'
            and (a.outcome is null or a.outcome in ('accepted', 'unknown'))
    ) as sent on true"""


def _judged(pair: DossierPair) -> str:
    day = day_column(pair, "c")
    here = f"""
        left join lateral (
            select c.dossier_id, c.deleted_at, not ({WITHIN.format(day=day)}) as is_outside from core.dossier as c
            where c.{pair.delivery.whose.code_column} = d.key and c.issuer || '' = any(:issuers) and c.valid_to is null
            order by c.deleted_at nulls first limit 1
        ) as here on d.our_place is null"""
    moving = "cast(:begun as timestamptz) - :visible * interval '1 second'"
    return f"""
        select d.key, coalesce(t.day, o.day), {_cause()}, {_REASON}, {_values("o")}, {_values("t")},
            coalesce(o.dossier_id, here.dossier_id),
            case when not {_IS_ABSENT} then head.outbox_id end, d.our_place is not null, d.their_place is not null,
            line.rows > 0, coalesce(greatest(l.acknowledged_at, sent.last_at) >= {moving}, false)
        from differing as d {_FACTS} {here}"""
