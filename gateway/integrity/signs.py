"""Which dossiers bear a sign, found by SQL over the versions of their dates that were seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from connectors.dates import VIETNAM
from gateway.store.core import CLOSED
from gateway.store.looks_sql import LOOK, TURN

MANY = 10
"""Dossiers of one portal whose dates changed at the same second: nobody edits so many by hand."""


class Sign(NamedTuple):
    """One sign of one dossier. sign: end_is_due, due_moved, end_before_step or edited_together; what: for a person."""

    sign: str
    dossier_id: int
    issuer: str
    dossier_code: str
    what: str


def signs(connection: Connection, vague: Sequence[str]) -> list[Sign]:
    """Every sign, by kind and dossier. vague: portals that tell no time of a state; nothing is read from theirs."""
    found = (_end_is_due, _due_moved, _end_before_step, _edited_together)
    return [sign for each in found for sign in each(connection, list(vague))]


# What was seen of each dossier, oldest first. One whose dates never changed was seen as it stands. A replay shows old pages
# again, so versions stand in the order in which their pages were fetched.
_SEEN = """seen as (
        select v.dossier_id, v.version_number, v.status_at, v.received_at, v.due_at, v.appointment_at, v.finished_at, v.batch_id
        from core.dossier_version as v
        union all
        select d.dossier_id, 1, d.status_at, d.received_at, d.due_at, d.appointment_at, d.finished_at, d.batch_id
        from core.dossier as d
        where not exists (select from core.dossier_version as v where v.dossier_id = d.dossier_id)
    )"""

_CHANGES = f"""
    with {LOOK}, {TURN}, change as (
        select v.*, look.at, turn.before as look_before, lag(v.received_at) over line as was_received_at,
            lag(v.due_at) over line as was_due_at, lag(v.appointment_at) over line as was_appointment_at,
            lag(v.finished_at) over line as was_finished_at
        from core.dossier_version as v join look using (batch_id)
        left join turn on turn.portal = look.portal and turn.stream = look.stream and turn.at = look.at
        window line as (partition by v.dossier_id order by look.at, v.version_number)
    )"""

# A portal that tells days only has all its times at midnight, where equal ones say nothing.
_IS_TIME = "({0} at time zone 'Asia/Ho_Chi_Minh')::time <> '00:00'"

_END_IS_DUE = f"""
    with {_SEEN}
    select distinct on (d.issuer, d.dossier_code, due.name) d.dossier_id, d.issuer, d.dossier_code, due.name, seen.finished_at
    from seen join core.dossier as d using (dossier_id)
    cross join lateral (values ('due_at', seen.due_at), ('appointment_at', seen.appointment_at)) as due (name, at)
    where date_trunc('second', due.at) = date_trunc('second', seen.finished_at) and {_IS_TIME.format("seen.finished_at")}
    order by d.issuer, d.dossier_code, due.name, seen.version_number desc"""

# It must have been shown unmoved after it had passed: an extension on the last day is none of ours.
_DUE_MOVED = f"""
    {_CHANGES}
    select d.dossier_id, d.issuer, d.dossier_code, due.name, due.was, due.at as now, change.look_before, change.at
    from change join core.dossier as d using (dossier_id)
    cross join lateral (values ('due_at', was_due_at, change.due_at),
        ('appointment_at', was_appointment_at, change.appointment_at)) as due (name, was, at)
    where due.at > due.was and due.was < change.look_before
    order by d.issuer, d.dossier_code, change.at, change.version_number, due.name"""

# While a dossier is open its end is that of an earlier round: it was reopened, which its steps say.
_END_BEFORE_STEP = f"""
    select d.dossier_id, d.issuer, d.dossier_code, d.finished_at, max(e.status_at) as step_at
    from core.dossier as d join core.dossier_event as e using (dossier_id)
    where d.{CLOSED} and not e.{CLOSED}
        and e.status_at > d.finished_at and d.issuer <> all(:vague)
    group by d.dossier_id order by d.issuer, d.dossier_code"""

_EDITED_TOGETHER = f"""
    {_CHANGES}, edit as (
        select distinct d.issuer, d.dossier_id, d.dossier_code, date_trunc('second', change.status_at) as moment
        from change join core.dossier as d using (dossier_id)
        where (change.received_at <> was_received_at or change.due_at <> was_due_at
                or change.appointment_at <> was_appointment_at or change.finished_at <> was_finished_at)
            and d.issuer <> all(:vague) and {_IS_TIME.format("change.status_at")}
    ), counted as (select *, count(*) over (partition by issuer, moment) as many from edit)
    select * from counted where many >= :many order by issuer, moment, dossier_code"""


def _end_is_due(connection: Connection, _vague: list[str]) -> Iterator[Sign]:
    for row in connection.execute(text(_END_IS_DUE)):
        yield _sign("end_is_due", row, f"ended at {_told(row.finished_at)}, to the second its {row.name}")


def _due_moved(connection: Connection, _vague: list[str]) -> Iterator[Sign]:
    for row in connection.execute(text(_DUE_MOVED)):
        what = (
            f"{row.name} {_told(row.was)} was still shown at {_told(row.look_before)}, after it had passed;"
            f" at {_told(row.at)} it was {_told(row.now)}"
        )
        yield _sign("due_moved", row, what)


def _end_before_step(connection: Connection, vague: list[str]) -> Iterator[Sign]:
    for row in connection.execute(text(_END_BEFORE_STEP), {"vague": vague}):
        what = f"ended at {_told(row.finished_at)}, and was still worked on at {_told(row.step_at)}"
        yield _sign("end_before_step", row, what)


def _edited_together(connection: Connection, vague: list[str]) -> Iterator[Sign]:
    for row in connection.execute(text(_EDITED_TOGETHER), {"vague": vague, "many": MANY}):
        what = f"one of {row.many} dossiers whose dates were changed at {_told(row.moment)}"
        yield _sign("edited_together", row, what)


def _sign(name: str, row: Any, what: str) -> Sign:
    return Sign(name, row.dossier_id, row.issuer, row.dossier_code, what)


def _told(at: datetime) -> str:
    """Vietnamese time, as people read it."""
    return f"{at.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}"
