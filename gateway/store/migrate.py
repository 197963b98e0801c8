"""`gateway db upgrade`: schemas, tables and roles, from empty or from any release."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from gateway.errors import StoreError
from gateway.store import roles
from gateway.store.ops import SCHEMAS

MINIMUM_SERVER = 180000
"""PostgreSQL 18: MERGE … RETURNING old and new is what counts new and changed rows in one statement."""


def upgrade(engine: Engine, revision: str = "head") -> str:
    """Bring the database to `revision` in one transaction; returns the revision it then has.

    Two upgrades at once wait for each other. Raises StoreError when the server is older than PostgreSQL 18.
    """
    config = _config()
    with engine.begin() as connection:
        if int(connection.scalar(text("show server_version_num")) or 0) < MINIMUM_SERVER:
            raise StoreError(
                "the server is older than PostgreSQL 18", where="GATEWAY_DATABASE_URL", do="use PostgreSQL 18"
            )
        connection.execute(text("select pg_advisory_xact_lock(hashtextextended('gateway db upgrade', 0))"))
        for schema in SCHEMAS:
            connection.execute(text(f"create schema if not exists {schema}"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        roles.grant(connection)
        return current(connection) or ""


def current(connection: object) -> str | None:
    """The revision a database has, None when it has none."""
    context = MigrationContext.configure(connection, opts={"version_table_schema": "ops"})  # type: ignore[arg-type]
    return context.get_current_revision()


def head() -> str:
    """The revision this release of the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
