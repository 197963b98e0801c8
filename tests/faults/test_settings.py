"""A missing or wrong setting: exit 2 (ours to mend) or 4 (our store), one line that names the variable."""

from __future__ import annotations

import json

import pytest

from tests.helpers.house import House, portal_connections, said
from tests.helpers.server import Server

NEEDED = {
    "GATEWAY_DATABASE_URL": "GATEWAY_DATABASE_URL is not set → set it, for example GATEWAY_DATABASE_URL=postgresql+psycopg://",
    "GATEWAY_LANDING": "GATEWAY_LANDING is not set → set it, for example GATEWAY_LANDING=/",
    "GATEWAY_SECRET_KEY": "GATEWAY_SECRET_KEY is not set → make a key with: python -c ",
}


@pytest.mark.parametrize("variable", NEEDED)
def test_a_setting_that_is_missing(variable: str, house: House) -> None:
    ended = house.gateway("sync", "province", **{variable: ""})
    assert ended.returncode == 2
    [message] = said(ended)
    assert message.startswith(f"gateway: {NEEDED[variable]}")
    assert house.value("select count(*) from ops.run") == 0


@pytest.mark.parametrize("key", ["dG9vIHNob3J0", "not base64 at all", "ééé"])
def test_a_secret_key_that_is_none(key: str, house: House) -> None:
    ended = house.gateway("sync", "province", GATEWAY_SECRET_KEY=key)
    assert ended.returncode == 2
    [message] = said(ended)
    assert message.startswith("gateway: GATEWAY_SECRET_KEY: key 1 is not base64 of 32 bytes → make one with: ")
    assert key not in ended.stderr


def test_a_connection_that_is_missing(house: House) -> None:
    ended = house.gateway("sync", "province")
    assert ended.returncode == 2
    [message] = said(ended)
    assert message.startswith(
        "gateway: AIRFLOW_CONN_PORTAL_PROVINCE: no connection 'portal_province' → set AIRFLOW_CONN_PORTAL_PROVINCE="
    )


@pytest.mark.parametrize(
    ("connection", "says"),
    [
        ('{"host": "https://portal.example", "password": "ask-nobody"', "not valid JSON at character 59"),
        (json.dumps({"host": "ftp://portal.example", "password": "ask-nobody"}), "the host is not an http(s) address"),
    ],
)
def test_a_connection_that_cannot_be_read_is_not_quoted(connection: str, says: str, house: House) -> None:
    ended = house.gateway("sync", "province", AIRFLOW_CONN_PORTAL_PROVINCE=connection)
    assert ended.returncode == 2
    [message] = said(ended)
    assert says in message
    assert "ask-nobody" not in ended.stderr


def test_another_database_than_postgresql(house: House) -> None:
    ended = house.gateway("status", GATEWAY_DATABASE_URL="sqlite:///gateway.db")
    assert ended.returncode == 2
    assert said(ended) == [
        "gateway: GATEWAY_DATABASE_URL: sqlite is not supported → PostgreSQL 18 is the only database: postgresql+psycopg://…"
    ]


def test_a_database_that_is_away(house: House) -> None:
    nowhere = house.place / "no-server-here"
    house.connections = portal_connections("http://127.0.0.1:1", "http://127.0.0.1:1")
    ended = house.gateway(
        "sync", "province", GATEWAY_DATABASE_URL=f"postgresql+psycopg://gateway:hush@/gateway?host={nowhere}"
    )
    assert ended.returncode == 4
    [message] = said(ended)
    assert message.startswith("gateway: GATEWAY_DATABASE_URL: the database is not reachable (")
    assert message.endswith(" → start it or correct the address, then run again: nothing half-written stays")
    assert "hush" not in ended.stderr


def test_a_database_that_was_never_upgraded(house: House, server: Server) -> None:
    ended = house.gateway("status", GATEWAY_DATABASE_URL=server.url(server.empty_database()))
    assert ended.returncode == 4
    assert said(ended) == [
        "gateway: GATEWAY_DATABASE_URL: the database lacks a table of this release → run: gateway db upgrade"
    ]


def test_wrong_use(house: House) -> None:
    for arguments, verb in ((("snyc",), ""), (("sync", "--fast"), " sync"), (("keys", "issue"), " keys issue")):
        ended = house.gateway(*arguments)
        assert ended.returncode == 2
        [message] = said(ended)
        assert message.endswith(f" → see: gateway{verb} --help")
    for arguments in ((), ("keys",)):
        ended = house.gateway(*arguments)
        assert (ended.returncode, ended.stderr, "Usage: gateway" in ended.stdout) == (2, "", True)
