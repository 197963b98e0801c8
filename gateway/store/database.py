"""Connections to PostgreSQL, and what its errors become."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event, exc

from connectors.errors import ExplainedError
from gateway import who
from gateway.errors import ConfigError, StoreError
from gateway.store.roles import SERVER

if TYPE_CHECKING:
    import psycopg

OURS = "gateway "
"""What the names of our sessions begin with, in pg_stat_activity; the process follows."""

_LONGEST = 63
"""Bytes of a session's name that PostgreSQL keeps."""


READER_SECONDS = 10
"""How long a statement of a reader may run, and how long it waits for a free connection."""


def connect(url: str) -> Engine:
    """An engine on the gateway's database. Connects lazily; see `store_errors` for what failures become."""
    return _engine(url, pool_size=4)


def connect_reader(url: str, most: int) -> Engine:
    """An engine that can only read what is shared, and with whom, whoever the URL's user is: at most so many connections.

    Its instants are UTC. A statement is a transaction of its own unless the connection is asked for another isolation level.
    """
    return _serving(url, most, isolation_level="AUTOCOMMIT", default_transaction_read_only="on")


def connect_clerk(url: str, most: int) -> Engine:
    """An engine that may also write down what was read, and nothing else."""
    return _serving(url, most, isolation_level="READ COMMITTED")


def _serving(url: str, most: int, isolation_level: str, **more: str) -> Engine:
    """As the server, each statement limited."""
    settings = {"role": SERVER, "timezone": "UTC", "statement_timeout": f"{READER_SECONDS}s", **more}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    limits = {"pool_size": most, "max_overflow": 0, "pool_timeout": READER_SECONDS, "pool_pre_ping": True}
    return _engine(url, options, isolation_level=isolation_level, **limits)


def _engine(url: str, options: str = "", **pool: Any) -> Engine:
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
        **pool,
        hide_parameters=True,
        # No prepared plans: one made while a table was small would still read all of it when it is large.
        connect_args={
            "connect_timeout": 10,
            "application_name": f"{OURS}{who.process()}"[:_LONGEST],
            "prepare_threshold": None,
            **({"options": options} if options else {}),
        },
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
            do="moving data needs the role gateway_runner, serving it gateway_server; gateway db upgrade needs the owner",
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
