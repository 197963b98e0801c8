"""Retention by class (thời hạn lưu): landed bytes, refused values, what was sent and applicants go when their time is over.

Periods are those of the register. The audit log is never touched here: entries are kept for 24 months at least, as long as the site
keeps the log. Each class that had something to erase leaves an entry there and a row in ops.erasure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, text, update

from gateway import who
from gateway.access import chain
from gateway.log import log
from gateway.personal import core_sql, pages
from gateway.personal.register import load_register
from gateway.store.erasure import erasure
from gateway.workshop import Workshop

Counts = dict[str, int]


def retain(shop: Workshop, *, dry_run: bool = False) -> dict[str, Counts]:
    """Erase what has been kept longer than the register says; how many, by class and place. dry_run: only count.

    Each class is a transaction of its own. Objects of landed pages are removed after it, also those a crash left behind.
    """
    register = load_register(shop.settings.mappings, shop.settings.schemas)
    done = {}
    for class_, days in register.days.items():
        before = datetime.now(UTC) - timedelta(days)
        with shop.engine.connect() as connection:
            transaction = connection.begin()
            counts = _erase(connection, shop, class_, days, before)
            if dry_run or not any(counts.values()):
                transaction.rollback()
            else:
                transaction.commit()
        done[class_] = counts
    if not dry_run:
        pages.destroy(shop, pages.LEFT)
    return done


def _erase(connection: Connection, shop: Workshop, class_: str, days: int, before: datetime) -> Counts:
    actor = f"user {who.user()}"
    row = {"class": class_, "basis": f"kept for {days} days", "actor": actor, "counts": {}}
    number = connection.execute(insert(erasure).values(row).returning(erasure.c.erasure_id)).scalar_one()
    counts = _CLASSES[class_](connection, {"erasure_id": number, "before": before, "day": before.date()})
    finished = {"counts": counts, "finished_at": func.now()}
    connection.execute(update(erasure).where(erasure.c.erasure_id == number).values(finished))
    if any(counts.values()):
        act = chain.Act(actor, "time over", class_, {"days": days, "before": before.date().isoformat(), **counts})
        chain.append(connection, shop.settings.secret_keys, act)
        log.info("retention", **{"class": class_, **counts})
    return counts


def _landing(connection: Connection, binds: Mapping[str, Any]) -> Counts:
    """A day whose pages are all older: marked, and its key deleted, unless something that still waits to be sent needs it."""
    return _counted(connection, _LANDING, binds)


def _quarantine(connection: Connection, binds: Mapping[str, Any]) -> Counts:
    return _counted(connection, _QUARANTINE, binds)


def _deliveries(connection: Connection, binds: Mapping[str, Any]) -> Counts:
    return _counted(connection, _DELIVERIES, binds)


def _dossiers(connection: Connection, binds: Mapping[str, Any]) -> Counts:
    ids = connection.scalars(text(_FINISHED), binds).all()
    connection.execute(text(_REMEMBER), {**binds, "ids": ids})
    return _counted(connection, {"core.dossier": core_sql.OF_DOSSIERS["core.dossier"]}, {"ids": ids})


def _counted(connection: Connection, statements: Mapping[str, str], binds: Mapping[str, Any]) -> Counts:
    return {where: connection.execute(text(sql), binds).rowcount for where, sql in statements.items()}


_CLASSES: Mapping[str, Callable[[Connection, Mapping[str, Any]], Counts]] = {
    "landing": _landing,
    "quarantine": _quarantine,
    "deliveries": _deliveries,
    "dossiers": _dossiers,
}

_OLD_KEYS = "select key_id from landing.day_key where day < :day"

_LANDING = {
    "landing.page": f"""
        update landing.page set erasure_id = :erasure_id where erasure_id is null and key_id in ({_OLD_KEYS})""",
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
        where b.batch_id = q.last_batch_id and b.started_at < :before and q.value is not null"""
}

_DELIVERIES = {
    "ops.outbox": """
        update ops.outbox set payload = '', key_id = null where settled_at < :before and payload <> ''
            and state in ('accepted', 'superseded', 'dismissed')""",
    "ops.attempt": "update ops.attempt set answer = null where begun_at < :before and answer is not null",
}

# States of the nation's list in which nothing more is done: refused, withdrawn, stopped, done, handed over.
_FINISHED = """
    select dossier_id from core.dossier
    where (coalesce(finished_at, deleted_at) < :before
            or finished_at is null and status_code in ('3', '7', '8', '9', '10') and status_at < :before)
        and (applicant_name is not null or applicant_identity is not null or applicant_phone is not null)"""

_REMEMBER = """
    insert into ops.erased_dossier (issuer, dossier_code, erasure_id)
    select issuer, dossier_code, :erasure_id from core.dossier where dossier_id = any(:ids)
    on conflict do nothing"""
