"""Retention by class (thời hạn lưu): landed bytes, refused values, what was sent and applicants go when their time is over.

Periods are those of the register. The audit log is never touched here: entries are kept for 24 months at least, as long as the site
keeps the log. Each class that had something to erase leaves an entry there and a row in ops.erasure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, text, update

from connectors.errors import ExplainedError
from gateway import who
from gateway.access import chain
from gateway.errors import ConfigError, LockedError, StoreError
from gateway.log import log
from gateway.personal import core_sql, pages
from gateway.personal.register import load_register
from gateway.personal.subject import Key
from gateway.personal.telling import tell
from gateway.store.core import CLOSED
from gateway.store.erasure import erasure
from gateway.store.lock import Held, alone_with, delivery_names
from gateway.workshop import Workshop

Counts = dict[str, int]

LANDING = "landing"
"""The class of landed bytes, whose objects are removed, also those a crash left behind."""

DOSSIERS = "dossiers"
"""The class of applicants, with whom goes all that tells of them in our own tables."""

LATELY = 7
"""Days for which readers are told again and again, in case a set could not be published in a night."""


class Retained(NamedTuple):
    """What a retention did. counts: of rows, by class and place. errors: of what could not be done and is for the next time."""

    counts: dict[str, Counts]
    errors: list[ExplainedError]

    def verdict(self) -> ExplainedError | None:
        """The error it ends with, if any: the worst."""
        return max(self.errors, key=lambda error: error.exit_code, default=None)


def retain(shop: Workshop, *, dry_run: bool = False) -> Retained:
    """Erase what has been kept longer than the register says. dry_run: only count.

    Each class of each portal is a transaction of its own, and one that cannot be done does not save the others: a portal that is
    being worked on waits for the next time.
    """
    register = load_register(shop.settings.mappings, shop.settings.schemas)
    counts = {class_: Counter[str]() for class_ in register.days}
    errors = list[ExplainedError]()
    for part in (_Part(class_, portal, days) for portal in _portals(shop) for class_, days in register.days.items()):
        try:
            with alone_with(shop.engine, _locks(shop, part)) as lock:
                counts[part.class_].update(_retain(shop, part, lock, dry_run=dry_run))
                if part.class_ == LANDING and not dry_run:
                    lock.check()
                    pages.destroy(shop, pages.OF_PORTAL, part.portal)
        except (LockedError, ConfigError, StoreError) as error:
            log.warning("retention is not whole", portal=part.portal, **{"class": part.class_}, why=str(error))
            errors.append(error.located(f"retention of {part.class_}"))
    if not dry_run:
        errors += _tell_readers(shop)
    return Retained({class_: dict(each) for class_, each in counts.items()}, errors)


class _Part(NamedTuple):
    """A class of what a portal told or was told."""

    class_: str
    portal: str
    days: int


def _portals(shop: Workshop) -> list[str]:
    """Those of the mappings, and those that were in them once."""
    with shop.engine.connect() as connection:
        return sorted({*shop.portals(), *connection.scalars(text(_PORTALS))})


def _locks(shop: Workshop, part: _Part) -> list[str]:
    """A load would bring back what goes; so would a delivery that read the applicant before."""
    if part.class_ != DOSSIERS:
        return [f"portal:{part.portal}"]
    return [f"portal:{part.portal}", *delivery_names(shop.engine)]


def _tell_readers(shop: Workshop) -> Iterator[ExplainedError]:
    """Of applicants whose time is over the sets say nothing from now on; one that cannot be published is for the next night."""
    with shop.engine.connect() as connection:
        gone = [Key(row.issuer, row.dossier_code) for row in connection.execute(text(_GONE), {"days": LATELY})]
    for error in tell(shop, gone) if gone else ():
        log.warning("readers are not told yet", why=str(error))
        yield error.located("readers are not told yet")


def _retain(shop: Workshop, part: _Part, lock: Held, *, dry_run: bool) -> Counts:
    with shop.engine.connect() as connection:
        transaction = connection.begin()
        counts = _erase(connection, shop, part)
        lock.check()
        if dry_run or not any(counts.values()):
            transaction.rollback()
        else:
            transaction.commit()
    return counts


def _erase(connection: Connection, shop: Workshop, part: _Part) -> Counts:
    actor, before = f"user {who.user()}", datetime.now(UTC) - timedelta(part.days)
    row = {"class": part.class_, "basis": f"kept for {part.days} days: {part.portal}", "actor": actor, "counts": {}}
    number = connection.execute(insert(erasure).values(row).returning(erasure.c.erasure_id)).scalar_one()
    binds = {"erasure_id": number, "portal": part.portal, "before": before, "day": before.date()}
    if part.class_ == DOSSIERS:
        counts = _of_dossiers(connection, {**binds, "tells_times": _tells_times(shop, part.portal)})
    else:
        counts = _counted(connection, _STATEMENTS[part.class_], binds)
    finished = {"counts": counts, "finished_at": func.now()}
    connection.execute(update(erasure).where(erasure.c.erasure_id == number).values(finished))
    if any(counts.values()):
        detail = {"days": part.days, "before": before.date().isoformat(), "portal": part.portal, **counts}
        chain.append(connection, shop.settings.secret_keys, chain.Act(actor, "time over", part.class_, detail))
        log.info("retention", **{"class": part.class_, "portal": part.portal, **counts})
    return counts


def _of_dossiers(connection: Connection, binds: Mapping[str, Any]) -> Counts:
    ids = connection.scalars(text(_FINISHED), binds).all()
    connection.execute(text(_REMEMBER), {**binds, "ids": ids})
    return _counted(connection, core_sql.OF_DOSSIERS, {"ids": ids})


def _tells_times(shop: Workshop, portal: str) -> bool:
    """Of one whose mappings are gone nobody knows any more."""
    return portal in shop.portals() and shop.portal(portal).tells_times


def _counted(connection: Connection, statements: Mapping[str, str], binds: Mapping[str, Any]) -> Counts:
    return {where: connection.execute(text(sql), binds).rowcount for where, sql in statements.items()}


_GONE = """
    select issuer, dossier_code from ops.erased_dossier join ops.erasure using (erasure_id)
    where ops.erasure.class = 'dossiers' and begun_at > now() - :days * interval '1 day' order by 1, 2"""

_PORTALS = """
    select portal from landing.day_key union select portal from ops.batch
    union select split_part(target, '/', 1) from ops.target"""

# A day of which something waits for its load stays: nothing else holds its records.
_OLD_KEYS = """
    select key_id from landing.day_key as k where day < :day and portal = :portal and not exists (
        select from landing.page as p join ops.batch as b using (batch_id)
        where p.key_id = k.key_id and b.state = 'landed')"""

# A day whose pages are all older: marked, and its key deleted, unless something that still waits to be sent needs it.
_LANDING = {
    "ops.batch": f"""
        update ops.batch set state = 'abandoned', finished_at = now(), warning = 'its landing never ended'
        where state = 'landing' and batch_id in (select batch_id from landing.page where key_id in ({_OLD_KEYS}))""",
    "landing.page": f"""
        insert into ops.erased_page (page_id, erasure_id) select page_id, :erasure_id from landing.page as p
        where key_id in ({_OLD_KEYS}) and not exists (select from ops.erased_page as e where e.page_id = p.page_id)""",
    "ops.outbox": f"""
        update ops.outbox set payload = '', key_id = null where key_id in ({_OLD_KEYS}) and payload <> ''
            and state in ('accepted', 'superseded', 'dismissed')""",
    "landing.day_key": f"""
        delete from landing.day_key where key_id in ({_OLD_KEYS})
            and key_id not in (select key_id from ops.outbox where key_id is not null)""",
}

_QUARANTINE = {
    "ops.quarantine": """
        update ops.quarantine as q set value = null from ops.batch as b
        where b.batch_id = q.last_batch_id and q.portal = :portal and b.started_at < :before and q.value is not null"""
}

_DELIVERIES = {
    "ops.outbox": """
        update ops.outbox set payload = '', key_id = null where settled_at < :before and payload <> ''
            and state in ('accepted', 'superseded', 'dismissed') and starts_with(target, :portal || '/')""",
    "ops.attempt": """
        update ops.attempt as a set answer = null from ops.outbox as o
        where o.outbox_id = a.outbox_id and starts_with(o.target, :portal || '/')
            and a.begun_at < :before and a.answer is not null""",
}

_STATEMENTS: Mapping[str, Mapping[str, str]] = {
    LANDING: _LANDING,
    "quarantine": _QUARANTINE,
    "deliveries": _DELIVERIES,
}
"""By class, and in it by the place that is counted."""

# A dossier that was taken up again may keep the day on which it was finished first; then its last state is younger. Where a portal
# tells no time of a state, it is closed since we read so, at the latest: since the batch that changed it last, or the one that a
# replay read again.
_READ = """
    select coalesce(first.started_at, b.started_at) from ops.batch as b
    left join ops.batch as first on first.batch_id = b.source_batch_id where b.batch_id = d.batch_id"""
_FINISHED = f"""
    select dossier_id from core.dossier as d where issuer = :portal and ({core_sql.HOLDS}) and (
        deleted_at < :before
        or {CLOSED} and greatest(finished_at, status_at) < :before and (:tells_times or ({_READ}) < :before))"""

_REMEMBER = """
    insert into ops.erased_dossier (issuer, dossier_code, erasure_id)
    select issuer, dossier_code, :erasure_id from core.dossier where dossier_id = any(:ids)
    on conflict do nothing"""
