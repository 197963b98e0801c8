"""Locks that keep two runs off the same thing. One is held by a database session, and ends with it, also on SIGKILL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import Lock

from sqlalchemy import Connection, Engine, select, text

from gateway.errors import LockedError, StoreError
from gateway.store.database import OURS
from gateway.store.delivery import target


class Held:
    """One lock or several that this process has, and all that its session has. Several threads may check it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._one_at_a_time = Lock()

    def check(self) -> None:
        """Return when the lock is still ours; raises StoreError when its session is gone, and another may have begun."""
        self._ask("select 1")

    def release(self) -> None:
        """Give it back; raises StoreError when it had been lost on the way."""
        self._ask("select pg_advisory_unlock_all()")

    def _ask(self, statement: str) -> None:
        with self._one_at_a_time:
            if self._connection.invalidated:
                raise _lost("its session is over")
            try:
                self._connection.execute(text(statement))
            except StoreError as error:
                raise _lost(error.what) from None


def _lost(why: str) -> StoreError:
    return StoreError(
        f"the lock was lost, and another may have begun ({why})",
        where="GATEWAY_DATABASE_URL",
        do="run again: what was done stays, nothing is doubled",
    )


@contextmanager
def alone(engine: Engine, name: str, *, where: str, busy: str, do: str) -> Iterator[Held]:
    """Hold a name; LockedError `busy: process 4711 of lan@night since … UTC` when another session has it.

    Raises StoreError at the end when the lock was lost on the way; an error of the work itself goes before that.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("select pg_try_advisory_lock(hashtextextended(:name, 0))"), {"name": name}):
            raise LockedError(f"{busy}{_holder(connection, name)}", where=where, do=do)
        held = Held(connection)
        try:
            yield held
        except BaseException:
            with suppress(StoreError):
                held.release()
            raise
        held.release()


@contextmanager
def alone_with(engine: Engine, names: Sequence[str]) -> Iterator[Held]:
    """Hold several names in one session, all or none; LockedError that tells which one another session has.

    A lock that was lost is told by `check` alone: what was done by then stays, and its outcome is not hidden.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held = Held(connection)
        try:
            for name in names:
                if not connection.scalar(
                    text("select pg_try_advisory_lock(hashtextextended(:name, 0))"), {"name": name}
                ):
                    busy = f"another run is at work{_holder(connection, name)}"
                    raise LockedError(busy, where=name, do="wait until it is over, then run again")
            yield held
        finally:
            with suppress(StoreError):
                held.release()


def portal_lock(engine: Engine, portal: str) -> AbstractContextManager[Held]:
    """Hold the portal for one run; LockedError when another run has it."""
    busy, do = "another run is working on this portal", "wait until it is over; see: gateway status"
    return alone(engine, f"portal:{portal}", where=portal, busy=busy, do=do)


def delivery_names(engine: Engine) -> list[str]:
    """The locks of all targets: who holds them keeps every delivery from working."""
    with engine.connect() as connection:
        return [f"delivery:{name}" for name in connection.scalars(select(target.c.target).order_by(target.c.target))]


def _holder(connection: Connection, name: str) -> str:
    """Its session bears its process's name; nothing when it has ended meanwhile."""
    found = connection.execute(text(_HOLDER), {"name": name}).one_or_none()
    if found is None:
        return ""
    # Of a session of another login the server does not say since when it is.
    since = f" since {found.since:%Y-%m-%d %H:%M:%S} UTC" if found.since else ""
    return f": {found.session.removeprefix(OURS)}{since}"


_HOLDER = """
    select a.application_name as session, a.backend_start at time zone 'UTC' as since
    from pg_locks as l join pg_stat_activity as a using (pid)
    where l.locktype = 'advisory' and l.granted and a.datname = current_database()
        and (l.classid::bigint << 32) + l.objid::bigint = hashtextextended(:name, 0)"""
