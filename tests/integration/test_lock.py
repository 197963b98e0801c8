"""One run per portal at a time; others are told so and end with 5."""

from __future__ import annotations

import os
import re

import pytest
from sqlalchemy import make_url

from connectors.errors import ExplainedError
from gateway.errors import ConfigError, LockedError, StoreError
from gateway.store.database import connect
from gateway.store.lock import alone_with, portal_lock
from sandbox.testing import running_sandbox
from tests.helpers.house import House, portal_connections, said
from tests.helpers.server import Server

BUSY = "another run is working on this portal"


def test_a_second_run_of_the_same_portal_is_turned_away_and_told_by_whom(house: House) -> None:
    house.connections = portal_connections("http://127.0.0.1:1", "http://127.0.0.1:1")
    with house.engine() as engine, portal_lock(engine, "province"):
        for verb in (("sync", "province"), ("load", "province"), ("fetch", "province"), ("replay", "province")):
            ended = house.gateway(*verb)
            assert ended.returncode == 5, verb
            [line] = said(ended)
            holder = rf"process {os.getpid()} of \S+@\S+ since 20[\d: -]+ UTC"
            assert re.fullmatch(
                f"gateway: province: {BUSY}: {holder} → wait until it is over; see: gateway status", line
            )
    assert house.value("select count(*) from ops.run") == 0


def test_a_holder_of_another_login_is_told_without_the_hour(house: House, server: Server) -> None:
    """The server does not say to an ordinary login since when another one's session is."""
    server.admin("create role night_worker login")
    ordinary = connect(make_url(house.url).set(username="night_worker").render_as_string(hide_password=False))
    told = f": process {os.getpid()} of [^ ]+ →"
    try:
        with (
            house.engine() as engine,
            portal_lock(engine, "province"),
            pytest.raises(LockedError, match=told),
            portal_lock(ordinary, "province"),
        ):
            pass
    finally:
        ordinary.dispose()
        server.admin("drop role night_worker")


def test_another_portal_is_not_held_up(house: House) -> None:
    with running_sandbox("--dossiers", "10", "--procedures", "5") as sandbox:
        house.connect_to(sandbox)
        with house.engine() as engine, portal_lock(engine, "national"):
            house.night("province")
        house.night("national")
    assert house.column("select portal from ops.run order by run_id") == ["province", "national"]


def test_a_lock_that_is_lost_frees_the_portal_and_is_not_passed_over_in_silence(house: House, server: Server) -> None:
    with pytest.raises(StoreError, match="the lock was lost, and another may have begun") as caught:
        _lose_the_lock(house, server)
    assert caught.value.exit_code == 4


def test_a_lost_lock_does_not_hide_what_went_wrong_before(house: House, server: Server) -> None:
    with pytest.raises(ConfigError, match="the work's own"):
        _lose_the_lock(house, server, ConfigError("the work's own"))


def test_several_locks_that_are_lost_are_told_when_asked_for_and_hide_no_outcome(house: House, server: Server) -> None:
    with house.engine() as engine, alone_with(engine, ["portal:province", "erasure"]) as mine:
        mine.check()
        server.end_lock_holders(house.database)
        with pytest.raises(StoreError, match="the lock was lost"):
            mine.check()


def _lose_the_lock(house: House, server: Server, error: ExplainedError | None = None) -> None:
    with house.engine() as engine, portal_lock(engine, "province") as mine:
        mine.check()
        server.end_lock_holders(house.database)
        with house.engine() as other, portal_lock(other, "province"):
            pass
        with pytest.raises(StoreError, match="the lock was lost"):
            mine.check()
        if error:
            raise error
