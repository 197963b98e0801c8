"""One PostgreSQL server per test session; a fresh, migrated database is a copy of a template and takes 50 ms."""

from __future__ import annotations

from itertools import count

import psycopg

from gateway.demo.embedded_postgres import EmbeddedPostgres
from gateway.store import migrate
from gateway.store.database import connect

TEMPLATE = "template_gateway"


class Server:
    """Makes databases: migrated ones, empty ones, and copies of others."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self._postgres = postgres
        self._numbers = count(1)
        postgres.create_database(TEMPLATE)
        engine = connect(postgres.url(TEMPLATE))
        migrate.upgrade(engine)
        engine.dispose()

    def database(self) -> str:
        """The name of a new database that this release has migrated."""
        return self.copy(TEMPLATE)

    def empty_database(self) -> str:
        """The name of a new database without any table."""
        return self.copy("template0")

    def copy(self, name: str) -> str:
        """The name of a new database like `name`, to which nobody may be connected."""
        new = f"test_{next(self._numbers)}"
        self.admin(f"create database {new} template {name} strategy file_copy")
        return new

    def drop(self, name: str) -> None:
        """Remove a database."""
        self._postgres.drop_database(name)

    def url(self, name: str) -> str:
        """SQLAlchemy's address of a database."""
        return self._postgres.url(name)

    def admin(self, statement: str) -> None:
        """Run a statement outside of any test's database."""
        with psycopg.connect(self.url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement.encode())

    def end_lock_holders(self, database: str) -> None:
        """End the sessions that hold a lock in a database, as a server does that restarts; returns when they are gone."""
        self.admin(
            "select pg_terminate_backend(pid, 10000) from pg_locks"
            f" join pg_database on oid = database where locktype = 'advisory' and datname = '{database}'"
        )
