"""Migrations make exactly the tables the code expects, and making them again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from gateway.errors import StoreError
from gateway.store import migrate, ops, xref  # noqa: F401  # xref: its tables belong to the metadata
from gateway.store.core import metadata
from gateway.store.database import copying
from tests.helpers.house import House
from tests.helpers.server import Server

CATALOGUE = """
    select table_schema, table_name, column_name, data_type, is_nullable, column_default
    from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, 3"""


@pytest.fixture
def empty(server: Server, tmp_path: Any) -> House:
    """A database nobody has touched."""
    return House(server.url(server.empty_database()), tmp_path)


def _differences(engine: Engine) -> Any:
    options = {
        "include_schemas": True,
        "version_table_schema": "ops",
        "compare_type": True,
        "compare_server_default": True,
        "include_name": lambda name, kind, parents: kind != "schema" or name in ops.SCHEMAS,
    }
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def test_from_empty_the_tables_are_those_of_the_code(empty: House) -> None:
    assert f"revision {migrate.head()}" in empty.done("db", "upgrade")
    with empty.engine() as engine:
        assert _differences(engine) == []


def test_a_table_that_differs_would_be_noticed(house: House) -> None:
    house.execute("alter table core.dossier drop column applicant_kind")
    with house.engine() as engine:
        assert len(_differences(engine)) == 1


def test_a_second_upgrade_changes_nothing(house: House) -> None:
    before = house.rows(CATALOGUE)
    assert len(before) > 100
    house.done("db", "upgrade")
    assert house.rows(CATALOGUE) == before


def test_an_upgrade_keeps_what_is_there(house: House) -> None:
    house.execute(
        "insert into ops.run (portal, kind, trigger, state, gateway_version) values ('x', 'full', 'cli', 'done', '0')"
    )
    house.done("db", "upgrade")
    assert house.column("select portal from ops.run") == ["x"]


def test_an_upgrade_that_fails_leaves_nothing(empty: House) -> None:
    empty.execute("create schema core; create table core.procedure (id int)")
    ended = empty.gateway("db", "upgrade")
    assert ended.returncode == 4
    assert empty.column(
        "select table_name from information_schema.tables where table_schema in ('core', 'ops', 'landing')"
    ) == ["procedure"]


def test_the_database_refuses_a_ledger_that_does_not_add_up(house: House) -> None:
    with house.engine() as engine, engine.begin() as connection:
        with pytest.raises(Exception, match=r"refused a statement \(23514 CheckViolation\)") as caught:
            connection.execute(
                text(
                    "insert into ops.run (portal, kind, trigger, state, gateway_version, read_count, new_count)"
                    " values ('x', 'full', 'cli', 'done', '0', 2, 1)"
                )
            )
        assert caught.value.exit_code == 4  # type: ignore[attr-defined]


def _copied(connection: Connection, value: str) -> None:
    with copying(connection, "copy pg_temp.stage (held) from stdin") as copy:
        copy.write_row([value])


def test_copy_refuses_without_quoting_the_line(house: House) -> None:
    with house.engine() as engine, engine.begin() as connection:
        connection.execute(text("create temp table stage (held date)"))
        with pytest.raises(StoreError, match=r"refused a statement \(22007 ") as caught:
            _copied(connection, "Nguyễn Văn Thử")
    assert "Nguyễn" not in repr(caught.value)


def test_copy_says_that_the_database_is_gone(house: House, server: Server) -> None:
    with house.engine() as engine, engine.connect() as connection:
        connection.execute(text("create temp table stage (held text)"))
        server.admin(
            f"select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{house.database}'"
        )
        with pytest.raises(StoreError, match="the database is not reachable"):
            _copied(connection, "x")


def test_a_statement_that_takes_too_long_is_told_from_a_database_that_is_away(house: House) -> None:
    with house.engine() as engine, engine.begin() as connection:
        connection.execute(text("set local statement_timeout = '20ms'"))
        with pytest.raises(StoreError, match="ended a statement that took too long"):
            connection.execute(text("select pg_sleep(60)"))
