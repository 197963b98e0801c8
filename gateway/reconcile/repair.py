"""repair: what is ours to say is said again, by new rows in the outbox; what only the other side has is left to a person.

A dossier that is gone is made anew with all it is now. Of its steps nobody knows which are gone too: they are put in doubt, so
that the delivery reads each back and sends only what is missing. So are the steps of a dossier that the other side made itself
and of which it is told nothing else. Nothing is taken away anywhere: portals have no such call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from gateway.delivery.outbox import Draft, draft, state_names, write
from gateway.delivery.spec import Delivery
from gateway.delivery.story import at_event, tell
from gateway.reconcile.pairs import DossierPair
from gateway.workshop import Workshop

WHY = "reconciliation: not there any more"
"""The reason that stands with a step in doubt."""

TOGETHER = 1000
"""Dossiers told at a time."""


class Chosen(NamedTuple):
    """Dossiers by what is to be done: told anew, made anew, told for the first time, their steps looked for."""

    again: list[int]
    anew: list[int]
    first: list[int]
    steps: list[int]


def repair(connection: Connection, shop: Workshop, pair: DossierPair, batch_id: int) -> int:
    """In the caller's transaction: send again what is safe of `found`; returns how many differences that is for."""
    target = pair.delivery
    asks_steps = target.read_back is not None and bool(target.read_back.events)
    binds = {"pair": pair.name, "asks_steps": asks_steps, "tries": TRIES}
    chosen_of = _CHOSEN if target.record_payload is not None else _CHOSEN_STEPS
    rows = connection.execute(text(chosen_of), binds).all()
    ids: dict[str, list[int]] = {way: [row.dossier_id for row in rows if row.way == way] for way in Chosen._fields}
    chosen = Chosen(**ids)
    _tell(connection, shop, target, batch_id, chosen)
    binds = {"target": target.target, "batch_id": batch_id, "why": WHY}
    connection.execute(text(_ANEW), {**binds, "ids": chosen.anew})
    connection.execute(text(_PLACE), {**binds, "ids": chosen.anew})
    connection.execute(text(_IN_PLACE_OF), {**binds, "ids": chosen.anew})
    doubted = [*chosen.anew, *chosen.steps]
    connection.execute(text(_DOUBT if asks_steps else _SEND_STEPS), {**binds, "ids": doubted})
    connection.execute(text(_REPAIRING), {"pair": pair.name, "ids": [row.discrepancy_id for row in rows]})
    return len(rows)


def _tell(connection: Connection, shop: Workshop, target: Delivery, batch_id: int, chosen: Chosen) -> None:
    names, vault = state_names(shop), shop.landing.vault
    told, first = [*chosen.again, *chosen.anew, *chosen.first], set(chosen.first)
    for start in range(0, len(told), TOGETHER):
        ids = told[start : start + TOGETHER]
        drafts = list(_drafts(connection, target, ids, [each for each in ids if each in first], names))
        if drafts:
            write(connection, vault, target, batch_id, drafts)


def _drafts(
    connection: Connection, target: Delivery, ids: Sequence[int], with_steps: Sequence[int], names: Any
) -> Iterator[Draft]:
    """Records as they are now, and every step we know of where none was ever told."""
    stories = {story["dossier_id"]: story for story in tell(connection, target.portal.portal, ids, names)}
    if target.record_payload is not None:
        for story in stories.values():
            yield draft(target.record_payload, "record", story)
    if target.event_payload is not None and with_steps:
        for event in connection.execute(text(_STEPS), {"ids": list(with_steps)}):
            story = at_event(stories[event.dossier_id], event.status_code, event.status_at, names)
            yield draft(target.event_payload, "event", story)


TRIES = 3
"""What was sent again so often and still differs is a person's."""

KEPT = """not exists (select from ops.erased_dossier as e join core.dossier as c using (issuer, dossier_code)
            where c.dossier_id = f.dossier_id)"""
"""Whose applicant was not erased: what was sent of the others is gone, and is not told anew."""

# Not what a person has explained, and not what has a row in line already: that one will tell.
_CHOSEN = f"""
    select d.discrepancy_id, f.dossier_id, case
            when f.cause = 'not sent' then 'first'
            when f.cause = 'sent and not there' then case when f.is_theirs then 'steps' else 'anew' end
            else 'again' end as way
    from found as f join ops.discrepancy as d on d.pair = :pair and d.key = f.key and d.closed_at is null
    where d.state in ('open', 'repairing') and f.is_ours and f.outbox_id is null and d.repair_count < :tries
        and case f.cause when 'not sent' then not f.is_recorded
            when 'sent and not there' then cast(:asks_steps as bool) or not f.is_theirs
            else f.cause in ('different state', 'different date', 'different procedure', 'different agency', 'other period') end
        and {KEPT}
    order by f.dossier_id"""

# A target that is told of steps alone: the dossier is its own, so that one which is gone, or differs otherwise, is a person's.
_CHOSEN_STEPS = f"""
    select d.discrepancy_id, f.dossier_id, case when f.is_recorded then 'steps' else 'first' end as way
    from found as f join ops.discrepancy as d on d.pair = :pair and d.key = f.key and d.closed_at is null
    where d.state in ('open', 'repairing') and f.is_ours and f.is_theirs and f.outbox_id is null and d.repair_count < :tries
        and f.cause = 'different state' and (cast(:asks_steps as bool) or not f.is_recorded)
        and {KEPT}
    order by f.dossier_id"""

_STEPS = """
    select dossier_id, status_code, status_at from (
        select *, lag(status_code) over (partition by dossier_id order by status_at, length(status_code), status_code) as before
        from core.dossier_event where dossier_id = any(:ids)
    ) as e where before is distinct from status_code order by dossier_id, status_at, length(status_code), status_code"""

_ANEW = "update ops.ledger set is_created = false where target = :target and dossier_id = any(:ids)"

# Before all steps: none can be told of a dossier that is not there.
_PLACE = """
    update ops.outbox as o set place = first.place
    from (select dossier_id, min(outbox_id) - 1 as place from ops.outbox
        where target = :target and dossier_id = any(:ids) group by dossier_id) as first
    where o.target = :target and o.dossier_id = first.dossier_id and o.batch_id = :batch_id and o.kind = 'record'
        and o.state in ('waiting', 'held')"""

# It tells all that the dossier is now: what older records in line would tell after it is told already, or past.
_IN_PLACE_OF = """
    update ops.outbox as older set state = 'superseded', superseded_by = fresh.outbox_id, settled_at = now()
    from ops.outbox as fresh
    where fresh.target = :target and fresh.dossier_id = any(:ids) and fresh.batch_id = :batch_id and fresh.kind = 'record'
        and older.target = :target and older.dossier_id = fresh.dossier_id and older.kind = 'record'
        and older.outbox_id < fresh.outbox_id and older.state in ('waiting', 'held', 'rejected', 'dead')"""

_GONE = "kind = 'event' and payload <> '' and (state = 'accepted' or (state = 'rejected' and cause = 'absent there'))"

_DOUBT = f"""
    update ops.outbox set state = 'unknown', cause = 'outcome unknown', reason = :why, attempt_count = 0, settled_at = null,
        next_at = null
    where target = :target and dossier_id = any(:ids) and {_GONE}"""

# Where the other side cannot be asked, all steps of a dossier that is gone are gone with it.
_SEND_STEPS = f"""
    update ops.outbox set state = 'waiting', cause = null, reason = :why, attempt_count = 0, settled_at = null, next_at = null
    where target = :target and dossier_id = any(:ids) and {_GONE}"""

_REPAIRING = """
    update ops.discrepancy set state = 'repairing', repair_count = repair_count + 1, repaired_at = now()
    where pair = :pair and discrepancy_id = any(:ids)"""
