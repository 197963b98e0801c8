"""Where the contestants run: one portal, one database server, a fresh database and folder for each and every round."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy

from benchmarks.contestants import Contestant, Course
from benchmarks.pages import Say, prepared
from benchmarks.programs import running
from gateway.demo.embedded_postgres import EmbeddedPostgres

SHOWN = (
    "server_version",
    "shared_buffers",
    "max_wal_size",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "jit",
    "autovacuum",
)


@dataclass(frozen=True)
class Stage:
    """A running portal with `count` dossiers, and a running server."""

    server: EmbeddedPostgres
    portal: str
    count: int
    folder: Path

    def settings(self) -> dict[str, str]:
        """The server's settings that matter to speed: the same for all."""
        with self._connect("postgres") as connection:
            return {name: _show(connection, name) for name in SHOWN}

    @contextmanager
    def course(self, contestant: Contestant) -> Iterator[Course]:
        """A fresh database and folder; both are gone afterwards."""
        self.server.create_database(contestant.name)
        folder = Path(tempfile.mkdtemp(prefix=contestant.name, dir=self.folder))
        try:
            course = Course(self.portal, sqlalchemy.make_url(self.server.url(contestant.name)), folder)
            contestant.prepare(course)
            yield course
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            self.server.drop_database(contestant.name)

    def settle(self, contestant: Contestant) -> None:
        """Do now what the server would do later, so that no run pays for the rows of the one before it."""
        with self._connect(contestant.name) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    def rows(self, contestant: Contestant) -> list[tuple[Any, ...]]:
        """Code, status and time of change of every dossier it holds, in order."""
        ordered = f'select * from ({contestant.rows}) as held (code, status, at) order by code collate "C"'  # noqa: S608
        with self._connect(contestant.name) as connection:
            return list(connection.execute(ordered))

    def _connect(self, database: str) -> psycopg.Connection[Any]:
        url = self.server.url(database).replace("+psycopg", "")
        return psycopg.connect(url, autocommit=True)


def _show(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute("select current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


@contextmanager
def stage(cache: Path, count: int, server: EmbeddedPostgres, say: Say) -> Iterator[Stage]:
    """The portal with that many dossiers, beside a server that runs already."""
    pages = prepared(cache, count, say)
    with running("benchmarks.portal", str(pages)) as ready:
        yield Stage(server, ready["address"], count, cache)
