"""Connections to PostgreSQL, and the lock that keeps two runs off the same portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import sqlalchemy
from sqlalchemy import Connection, Engine, event, exc, text

from connectors.errors import ExplainedError
from gateway.errors import ConfigError, LockedError, StoreError

if TYPE_CHECKING:
    import psycopg


def connect(url: str) -> Engine:
    """An engine on the gateway's database. Connects lazily; see `store_errors` for what failures become."""
    try:
        parsed = sqlalchemy.make_url(url)
    except exc.ArgumentError:
        raise ConfigError(
            "not a database URL", where="GATEWAY_DATABASE_URL", do="write postgresql+psycopg://user:password@host/name"
        ) from None
    if parsed.get_backend_name() != "postgresql":
        raise ConfigError(
            f"{parsed.get_backend_name()} is not supported",
            where="GATEWAY_DATABASE_URL",
            do="PostgreSQL 18 is the only database: postgresql+psycopg://…",
        )
    engine = sqlalchemy.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=4,
        hide_parameters=True,
        # No prepared plans: one made while a table was small would still read all of it when it is large.
        connect_args={"connect_timeout": 10, "application_name": "gateway", "prepare_threshold": None},
    )
    event.listen(engine, "handle_error", _explain)
    return engine


def _explain(context: sqlalchemy.engine.ExceptionContext) -> None:
    error = context.original_exception
    if not isinstance(error, Exception):
        return  # Ctrl-C came while a statement ran: the command's own end, not the database's
    raise _explained(error, is_gone=context.is_disconnect) from None


def _explained(error: Exception, is_gone: bool) -> ExplainedError:
    """Say what failed without the statement's parameters, which hold records. is_gone: the connection is lost."""
    state: str | None = getattr(error, "sqlstate", None)
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if state is not None and state.startswith("53"):
        return StoreError(
            f"the database has run out of room, memory or connections ({first_line})",
            where="GATEWAY_DATABASE_URL",
            do="give it more, then run again: nothing half-written stays",
        )
    if is_gone or state is None or state.startswith(("08", "57")):
        return StoreError(
            f"the database is not reachable ({first_line})",
            where="GATEWAY_DATABASE_URL",
            do="start it or correct the address, then run again: nothing half-written stays",
        )
    if state in {"42P01", "3F000", "42703"}:
        return StoreError(
            "the database lacks a table of this release", where="GATEWAY_DATABASE_URL", do="run: gateway db upgrade"
        )
    if state == "42501":
        return ConfigError(
            "this database user may not do that",
            where="GATEWAY_DATABASE_URL",
            do="moving data needs the role gateway_runner; gateway db upgrade needs the owner",
        )
    return _refused(error, state)


def _refused(error: Exception, state: str) -> StoreError:
    # What the server says may quote a value, and a value may be a citizen's: keep the code and the names only.
    diagnosis = getattr(error, "diag", None)
    names = [getattr(diagnosis, part, None) for part in ("table_name", "column_name", "constraint_name")]
    return StoreError(
        f"the database refused a statement ({state} {type(error).__name__})",
        where=".".join(name for name in names if name),
        do="this is a fault of the gateway; what was committed stays",
    )


def portal_lock(engine: Engine, portal: str) -> AbstractContextManager[None]:
    """Hold the portal for one run; LockedError when another run has it. Ends with the session, also on SIGKILL."""
    name = f"portal:{portal}"

    def busy() -> LockedError:
        with engine.connect() as connection:
            found = connection.execute(text(_RUNNING), {"portal": portal, "name": name}).first()
        which = f": {found.holder} since {found.since:%Y-%m-%d %H:%M:%S} UTC" if found else ""
        return LockedError(
            f"another run is working on this portal{which}",
            where=portal,
            do="wait until it is over; see: gateway status",
        )

    return advisory_lock(engine, name, busy)


# A run that has only just begun is not written down yet: then its session is what is known of it.
_RUNNING = """
    select trigger as holder, started_at at time zone 'UTC' as since, 1 as place
    from ops.run where portal = :portal and state = 'running'
    union all
    select 'session ' || a.pid || ' of the database', a.backend_start at time zone 'UTC', 2
    from pg_locks as l join pg_stat_activity as a using (pid)
    where l.locktype = 'advisory' and l.granted and a.datname = current_database()
        and (l.classid::bigint << 32) + l.objid::bigint = hashtextextended(:name, 0)
    order by place, since desc limit 1"""


@contextmanager
def advisory_lock(engine: Engine, name: str, busy: Callable[[], LockedError]) -> Iterator[None]:
    """Hold a name; raises what `busy` says when another session has it. Ends with the session, also on SIGKILL."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("select pg_try_advisory_lock(hashtextextended(:name, 0))"), {"name": name}):
            raise busy()
        try:
            yield
        finally:
            if not connection.invalidated:
                connection.execute(text("select pg_advisory_unlock(hashtextextended(:name, 0))"), {"name": name})


@contextmanager
def copying(connection: Connection, statement: str) -> Iterator[psycopg.Copy]:
    """COPY in the connection's transaction. SQLAlchemy does not see the driver's errors there, so they are explained here:
    left alone they would quote the line, and a line is a record.
    """
    import psycopg  # the mapping bench works where no driver can be loaded

    try:
        with connection.connection.cursor().copy(statement) as copy:
            yield copy
    except psycopg.Error as error:
        is_gone = bool(getattr(connection.connection.driver_connection, "closed", True))
        if is_gone:
            connection.invalidate()  # nothing can be rolled back there
        raise _explained(error, is_gone=is_gone) from None
