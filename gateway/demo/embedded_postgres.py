"""A PostgreSQL 18 server as our own child: no installation, no port, gone when we are gone."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from gateway.demo import place as places
from gateway.demo import strays
from gateway.demo.account import Account, server_account
from gateway.demo.cluster import ENVIRONMENT, USER, provide_cluster
from gateway.demo.errors import ServerError, ServiceError
from gateway.demo.lock import FolderLock
from gateway.demo.patience import Patience
from gateway.demo.place import Place
from gateway.demo.processes import Child, Processes, end_leftovers, last_lines
from gateway.demo.programs import program_folder

PORT = 5432  # of the socket's name only; nothing listens on the network
NAME = "postgres"

SETTINGS: Mapping[str, str] = {  # for a demo on two cores beside Airflow
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "100",
    "jit": "off",  # compiling costs more than it saves on small queries
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
FORGETFUL: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests that do not test durability: faster, and a crash of the *machine* may lose the data."""

_TRY_AGAIN = ("pre-existing shared memory block", "lock file")
_START_SECONDS = 120.0  # a recovery may be long
_RETRY_SECONDS = 30.0


class EmbeddedPostgres:
    """A server whose data belong to the folder `data`; use as a context manager, or `start` and `stop`.

    Several at once are no trouble: each has its own socket in its own short private folder. `settings` override
    SETTINGS. With `keep=False` the data are removed at the end. With `processes` the server is one of those
    children, else it keeps its own register and log in `data`.
    """

    def __init__(
        self,
        data: Path,
        *,
        settings: Mapping[str, str] | None = None,
        keep: bool = True,
        processes: Processes | None = None,
    ) -> None:
        self.data = data.resolve()
        self._settings = {**SETTINGS, **(settings or {})}
        self._keep = keep
        self._shared = processes
        self._lock = FolderLock(self.data, "a PostgreSQL server")
        self._account: Account = server_account()
        self._processes: Processes | None = processes
        self._place: Place | None = None
        self._child: Child | None = None

    def start(self) -> None:
        """Start and wait until it answers; makes the cluster at first use. Raises ServerError, StateError."""
        if self.is_running:
            return
        self._lock.take()
        try:
            if self._shared is None:
                end_leftovers(self.data)
                self._processes = Processes(self.data, Patience())
            self._place = places.prepare(self.data, self._account)
            programs = program_folder(self._account, self._place.programs)
            provide_cluster(self._place, programs, self._account, self._manager)
            self._start_until_it_stays(programs)
        except BaseException:
            self._release()
            raise

    def stop(self) -> None:
        """End it, open transactions rolled back ("fast"), and check that it is gone. Harmless when it is."""
        running = self.is_running
        try:
            if running:
                self._manager.end(NAME, seconds=30)
        except ServiceError as error:
            raise self._error(
                "PostgreSQL does not stop", "end it by hand; the data recover at the next start"
            ) from error
        finally:
            self._release()
        log = last_lines(self.log)
        if running and not self._manager.patience.hurry.is_set() and "database system is shut down" not in log:
            raise self._error("PostgreSQL was not shut down cleanly", "nothing: the data recover at the next start")

    def __enter__(self) -> Self:
        try:
            self.start()
        except ServerError:
            if not self._keep:
                self.remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            if not self._keep:
                self.remove()

    @property
    def is_running(self) -> bool:
        """Whether the server process lives."""
        return self._child is not None and self._child.exit_code is None

    @property
    def pid(self) -> int:
        """The server's process number. Raises ServerError when it was never started."""
        if self._child is None:
            raise self._error("PostgreSQL was not started", "call start() first")
        return self._child.pid

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._manager.state / "logs" / f"{NAME}.log" if self._processes else self.data / "logs" / f"{NAME}.log"

    def url(self, database: str) -> str:
        """SQLAlchemy's address of a database on this server. The port is in it so that PGPORT does no harm."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self._running_place.sockets}&port={PORT}"

    def create_database(self, name: str) -> None:
        """Create the database unless it exists."""
        with self._connect() as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    def drop_database(self, name: str) -> None:
        """Drop the database, with its sessions, if it exists."""
        with self._connect() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def remove(self) -> None:
        """Remove the data of the stopped server."""
        if self.is_running:
            raise self._error("PostgreSQL is running", "stop it before removing its data")
        places.remove(self.data)

    @property
    def _manager(self) -> Processes:
        if self._processes is None:
            raise self._error("PostgreSQL was not started", "call start() first")
        return self._processes

    @property
    def _running_place(self) -> Place:
        if self._place is None or not self.is_running:
            raise self._error("PostgreSQL is not running", "call start() first")
        return self._place

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self._running_place.sockets), port=PORT, user=USER, dbname=USER, autocommit=True, connect_timeout=5
        )

    def _start_until_it_stays(self, programs: Path) -> None:
        """A killed server's last children may hold its memory for a moment: try again while that is the reason."""
        patience = self._manager.patience
        if patience.until(lambda: self._try_start(programs), _RETRY_SECONDS, pause=0.1) is None:
            raise self._error("PostgreSQL's data are still in use by an earlier server", "end that server, try again")

    def _try_start(self, programs: Path) -> bool:
        """True when it answers, False when trying again may help. Raises ServerError otherwise."""
        place = self._prepared
        strays.clear(place.cluster, self._manager.patience)
        command: list[str | Path] = [
            programs / "postgres",
            "-D",
            place.cluster,
            "-k",
            place.sockets,
            "-h",
            "",
            "-p",
            str(PORT),
        ]
        for key, value in self._settings.items():
            command += ["-c", f"{key}={value}"]
        self._child = self._manager.start(
            NAME,
            command,
            environment=ENVIRONMENT,
            folder=place.folder,
            identity=self._account.identity,
            stop_signal=signal.SIGINT,  # "fast" shutdown; SIGTERM would wait for every client to go
        )
        outcome = self._manager.patience.until(self._outcome, _START_SECONDS, pause=0.01)
        if outcome == "answers":
            return True
        self._manager.end(NAME)
        if outcome == "ended" and any(reason in last_lines(self.log) for reason in _TRY_AGAIN):
            return False
        raise self._error("PostgreSQL did not start", "the log names the cause; `make clean` begins anew")

    def _outcome(self) -> str | None:
        if not self.is_running:
            return "ended"
        if not (self._prepared.sockets / f".s.PGSQL.{PORT}").exists():
            return None
        with contextlib.suppress(psycopg.OperationalError), self._connect():
            return "answers"
        return None

    @property
    def _prepared(self) -> Place:
        if self._place is None:
            raise self._error("PostgreSQL was not started", "call start() first")
        return self._place

    def _release(self) -> None:
        if self._place is not None and not self.is_running:
            places.forget_sockets(self._place)
        self._lock.release()

    def _error(self, what: str, do: str) -> ServerError:
        return ServerError(what, self.data, do, last_lines(self.log))
