"""outbox (hộp gửi đi): what a target must hear of is written in the commit of the change that causes it, payload and all.

A record row is the whole dossier as it then stands; an event row is one step of it, told with the step's own time. Both are
frozen: whatever changes later is another row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, text

from gateway.crosswalks import codelists
from gateway.delivery.payload import Payload, Problem
from gateway.delivery.sealed import Seal
from gateway.delivery.spec import Delivery, owed
from gateway.delivery.story import Story, at_event, tell
from gateway.store.database import copying
from gateway.store.erasure_sql import NOT_ERASED
from gateway.vault import Vault
from gateway.workshop import Workshop

Ids = Sequence[int]

PARKED = ("held", "rejected", "dead")
"""The states of a record that a newer one takes the place of; where a dossier is taken once, also one that was never sent."""


class Draft(NamedTuple):
    """A row that is about to be written."""

    story: Story
    kind: str
    payload: bytes
    payload_hash: bytes
    problems: Sequence[Problem]


class Outbox:
    """Writes what one issuer's changes oblige us to tell, to all its targets. Falsy when it has none."""

    def __init__(self, targets: Sequence[Delivery], names: Mapping[str, str], vault: Vault) -> None:
        self.targets, self._names, self._vault = targets, names, vault

    def __bool__(self) -> bool:
        return bool(self.targets)

    def add(self, connection: Connection, batch_id: int, changed: Ids, touched: Ids) -> None:
        """In the caller's transaction: records of `changed` dossiers, and events that this batch brought of `touched` ones."""
        asked = {*changed, *touched}
        known = set(connection.scalars(text(NOT_ERASED), {"ids": list(asked)}) if asked else ())
        # A whole dossier without its applicant would empty the applicant at the portal, too.
        whole, erased = sorted(known.intersection(changed)), set(touched) - known
        for target in self.targets:
            unheard = _never_there(connection, target, erased)
            filed, moved = (_filed_there(connection, target, ids) for ids in (whole, sorted({*touched} - unheard)))
            drafts = [*self._records(connection, target, filed), *self._events(connection, target, batch_id, moved)]
            if drafts:
                write(connection, self._vault, target, batch_id, drafts)
                _take_over(connection, target, filed)

    def _records(self, connection: Connection, target: Delivery, ids: Ids) -> Iterator[Draft]:
        if target.record_payload is None or not ids:
            return
        rows = connection.execute(text(_LAST_TOLD), {"target": target.target, "ids": list(ids)})
        told = {row.dossier_id: row for row in rows}
        for story in tell(connection, target.portal.portal, ids, self._names):
            if target.whose.concerns(story):
                made = draft(target.record_payload, "record", story)
                if _is_news(target, made, told.get(story["dossier_id"])):
                    yield made

    def _events(self, connection: Connection, target: Delivery, batch_id: int, ids: Ids) -> Iterator[Draft]:
        if target.event_payload is None or not ids:
            return
        binds = {"target": target.target, "batch_id": batch_id, "ids": list(ids)}
        events = connection.execute(text(_NEW_EVENTS), binds).all()
        stories = {
            story["dossier_id"]: story
            for story in tell(connection, target.portal.portal, [event.dossier_id for event in events], self._names)
        }
        for event in events:
            story = at_event(stories[event.dossier_id], event.status_code, event.status_at, self._names)
            if target.whose.concerns(story):
                yield draft(target.event_payload, "event", story)


def outbox_of(shop: Workshop, issuer: str) -> Outbox:
    """The outbox of a portal's changes."""
    return Outbox(owed(shop, issuer), state_names(shop), shop.landing.vault)


def state_names(shop: Workshop) -> dict[str, str]:
    """The Vietnamese names of our ten states."""
    states = codelists.find(shop.settings.mappings, "dossier_status")
    return {code: said.label_vi for code, said in states.codes.items()} if states else {}


def draft(payload: Payload, kind: str, story: Story) -> Draft:
    """Freeze what a target would be told."""
    members, problems = payload.build(story)
    written = msgspec.json.encode(members)
    return Draft(story, kind, written, hashlib.sha256(written).digest(), problems)


def held(problems: Sequence[Problem]) -> tuple[str, str | None, str | None]:
    """(state, cause, reason) of a row with these problems."""
    if not problems:
        return "waiting", None, None
    return "held", problems[0].cause, "; ".join(problem.reason for problem in problems)


def _filed_there(connection: Connection, target: Delivery, ids: Ids) -> Ids:
    """Those of the dossiers that may concern the target: few of a night's are filed at one window, and stories cost time."""
    prefix = target.whose.filed_there
    if not prefix or not ids:
        return ids
    return list(connection.scalars(text(_FILED_THERE), {"ids": list(ids), "prefix": prefix}))


def _never_there(connection: Connection, target: Delivery, erased: set[int]) -> set[int]:
    """Erased dossiers that the target does not hold: no record will make them there, and their steps would wait for ever."""
    if target.record_payload is None or not erased:
        return set()
    return erased.difference(connection.scalars(text(_CREATED), {"target": target.target, "ids": list(erased)}))


def _is_news(target: Delivery, made: Draft, last: Row[Any] | None) -> bool:
    """Whether a record tells what the last one did not; a target that takes a dossier once wants no second."""
    if last is None:
        return True
    is_unsent = last.state in PARKED or (last.state == "waiting" and not last.attempt_count)
    return last.payload_hash != made.payload_hash and (target.update is not None or is_unsent)


def write(connection: Connection, vault: Vault, target: Delivery, batch_id: int, drafts: Sequence[Draft]) -> None:
    """Put drafts into the outbox, in their order."""
    seal = Seal(vault, target.portal.portal)
    with copying(connection, _COPY) as copy:
        for each in drafts:
            story = each.story
            copy.write_row(
                (
                    *(target.target, story["dossier_id"], story[target.whose.code_column], each.kind),
                    *(story["status_code"], story["status_at"]),
                    *seal.closed(each.payload, story["dossier_id"], each.payload_hash),
                    *(each.payload_hash, *held(each.problems), batch_id),
                )
            )


def _take_over(connection: Connection, target: Delivery, ids: Ids) -> None:
    """A newer record takes the place of one that could not be sent: what stood in its way may be mended."""
    binds = {"target": target.target, "ids": list(ids), "parked": list(PARKED), "is_once": target.update is None}
    parked = connection.execute(text(_PARKED), binds).mappings().all()
    if parked:
        places = [dict(row) for row in parked]
        connection.execute(text(_SUPERSEDE), places)
        connection.execute(text(_TAKE_PLACE), places)


_COPY = """
    copy ops.outbox (target, dossier_id, dossier_code, kind, status_code, status_at, key_id, payload, payload_hash, state,
        cause, reason, batch_id) from stdin"""

# One look by index for each dossier, whatever the planner believes of tables that have no statistics yet: a join would be at
# its mercy (see store/merge.py), and `offset 0` and `limit` forbid it.
_LAST_TOLD = """
    select asked.dossier_id, last.payload_hash, last.state, last.attempt_count from unnest(cast(:ids as bigint[])) as asked (dossier_id)
    cross join lateral (
        select payload_hash, state, attempt_count from ops.outbox as o
        where o.dossier_id = asked.dossier_id and o.target = :target and kind = 'record' and state <> 'dismissed'
        order by outbox_id desc limit 1
    ) as last"""

_FILED_THERE = """
    select d.dossier_id from core.dossier as d
    where d.dossier_id = any(:ids) and starts_with(d.dossier_code_national, :prefix) order by d.dossier_id"""

_CREATED = "select dossier_id from ops.ledger where target = :target and dossier_id = any(:ids) and is_created"

# A step is a change of state, by the states' own times: the same state at a later time is none, until a state between the two
# comes. An echo is no news: a state that its issuer shows because we told it, and not since it came back to it by itself.
_NEW_EVENTS = """
    select e.dossier_id, e.status_code, e.status_at
    from unnest(cast(:ids as bigint[])) as asked (dossier_id)
    cross join lateral (
        select dossier_id, status_code, status_at, batch_id = :batch_id as is_new, lag(status_code) over line as before,
            lag(status_code) over (partition by batch_id = :batch_id order by status_at, length(status_code), status_code)
                as was_before
        from core.dossier_event as e where e.dossier_id = asked.dossier_id
        window line as (order by status_at, length(status_code), status_code)
    ) as e
    cross join lateral (
        select dossier_code, issuer from core.dossier as d where d.dossier_id = asked.dossier_id limit 1
    ) as d
    left join lateral (
        select true as yes from ops.outbox as o
        where o.target = :target and o.dossier_id = e.dossier_id and o.kind = 'event'
            and o.status_at = e.status_at and o.status_code = e.status_code limit 1
    ) as is_told on true
    left join lateral (
        select true as yes from ops.ledger as l join ops.outbox as o on o.dossier_id = l.dossier_id and o.target = l.target
        where l.dossier_code = d.dossier_code and l.target like d.issuer || '/%'
            and o.state = 'accepted' and o.status_code = e.status_code and not exists (
                select from core.dossier_event as other join ops.batch as b using (batch_id)
                where other.dossier_id = e.dossier_id and other.status_code <> e.status_code and b.started_at > o.settled_at)
        limit 1
    ) as is_echo on true
    where e.before is distinct from e.status_code and (e.is_new or e.was_before = e.status_code)
        and is_told.yes is null and is_echo.yes is null
    order by e.dossier_id, e.status_at, e.status_code"""

_PARKED = """
    select parked.outbox_id, parked.place, newest.outbox_id as taken_by
    from unnest(cast(:ids as bigint[])) as asked (dossier_id)
    cross join lateral (
        select outbox_id from ops.outbox as o
        where o.dossier_id = asked.dossier_id and o.target = :target and kind = 'record' and state <> 'dismissed'
        order by outbox_id desc limit 1
    ) as newest
    cross join lateral (
        select outbox_id, coalesce(place, outbox_id) as place from ops.outbox as o
        where o.dossier_id = asked.dossier_id and o.target = :target and kind = 'record'
            and (state = any(:parked) or :is_once and state = 'waiting' and attempt_count = 0)
            and outbox_id < newest.outbox_id for update
    ) as parked"""

_SUPERSEDE = """
    update ops.outbox set state = 'superseded', superseded_by = :taken_by, settled_at = now() where outbox_id = :outbox_id"""

_TAKE_PLACE = """
    update ops.outbox set place = least(coalesce(place, outbox_id), :place) where outbox_id = :taken_by"""
