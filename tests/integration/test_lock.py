"""One run per portal at a time; others are told so and end with 5."""

from __future__ import annotations

import re

import pytest

from gateway.errors import LockedError, StoreError
from gateway.runs import open_run
from gateway.store.database import portal_lock
from sandbox.testing import running_sandbox
from tests.helpers.house import House, portal_connections, said
from tests.helpers.server import Server

BUSY = "another run is working on this portal"


def test_a_second_run_of_the_same_portal_is_turned_away(house: House) -> None:
    house.connections = portal_connections("http://127.0.0.1:1", "http://127.0.0.1:1")
    with house.engine() as engine, portal_lock(engine, "province"):
        for verb in (("sync", "province"), ("load", "province"), ("fetch", "province"), ("replay", "province")):
            ended = house.gateway(*verb)
            assert ended.returncode == 5, verb
            [line] = said(ended)
            holder = r"session \d+ of the database since 20[\d: -]+ UTC"
            assert re.fullmatch(
                f"gateway: province: {BUSY}: {holder} → wait until it is over; see: gateway status", line
            )
    assert house.value("select count(*) from ops.run") == 0


def test_the_run_that_has_the_portal_is_named(house: House) -> None:
    house.connections = portal_connections("http://127.0.0.1:1", "http://127.0.0.1:1")
    with house.engine() as engine, portal_lock(engine, "province"):
        open_run(engine, "province", "full", "command 1a2b3c4d")
        with pytest.raises(LockedError, match=f"{BUSY}: command 1a2b3c4d since 20"):
            house.sync("province")


def test_another_portal_is_not_held_up(house: House) -> None:
    with running_sandbox("--dossiers", "10", "--procedures", "5") as sandbox:
        house.connect_to(sandbox)
        with house.engine() as engine, portal_lock(engine, "national"):
            house.night("province")
        house.night("national")
    assert house.column("select portal from ops.run order by run_id") == ["province", "national"]


def test_a_lock_that_is_lost_frees_the_portal_and_is_not_passed_over_in_silence(house: House, server: Server) -> None:
    with pytest.raises(StoreError, match="the database is not reachable"):
        _lose_the_lock(house, server)


def _lose_the_lock(house: House, server: Server) -> None:
    with house.engine() as engine, portal_lock(engine, "province"):
        server.admin(
            "select pg_terminate_backend(pid, 10000) from pg_locks"
            f" join pg_database on oid = database where locktype = 'advisory' and datname = '{house.database}'"
        )
        with house.engine() as other, portal_lock(other, "province"):
            pass
