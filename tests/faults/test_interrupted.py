"""Ctrl-C and a database that goes away in the middle: one line, the right exit code, and the next run finishes the work."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.demo.waiting import eventually
from tests.helpers.house import House, ledger, order_fault, said
from tests.helpers.server import Server

DOSSIERS = 300
SEARCH = "/pa/dossier/search"
WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


@pytest.fixture
def landed(new_house: NewHouse) -> House:
    house = new_house()
    with running_sandbox("--dossiers", str(DOSSIERS), "--procedures", "10", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        assert house.fetch("province").errors == ()
    return house


@contextmanager
def started(house: House, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A running command."""
    with subprocess.Popen(
        house.command(*arguments),
        env=house.environment,
        cwd=house.place,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Wait for a command's end."""
    output, errors = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def test_the_database_goes_away_in_the_middle_of_a_load(landed: House, server: Server) -> None:
    with landed.engine() as engine, started(landed, "load", "province") as loading:
        with engine.begin() as holding:
            holding.execute(text("lock table core.dossier in access exclusive mode"))
            eventually(lambda: landed.value(WAITING) == 1)
            server.admin(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
                f" where datname = '{landed.database}' and wait_event_type = 'Lock'"
            )
        outcome = ended(loading)
    assert outcome.returncode == 4
    [message] = said(outcome)
    assert message.startswith("gateway: province/dossiers: GATEWAY_DATABASE_URL: the database is not reachable (")
    assert message.endswith(" → start it or correct the address, then run again: nothing half-written stays")
    assert landed.value("select count(*) from core.dossier") == 0
    assert landed.load("province").errors == ()
    assert landed.value("select count(*) from core.dossier") == DOSSIERS
    assert landed.value("select sum(read_count) from ops.batch") == landed.value(
        "select sum(record_count) from landing.page"
    )


def test_ctrl_c_while_a_portal_is_slow(house: House) -> None:
    with running_sandbox("--dossiers", str(DOSSIERS), "--procedures", "10", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        order_fault(sandbox.province, match=SEARCH, kind="slow", seconds=5)
        with started(house, "sync", "province") as syncing:
            eventually(lambda: ledger(sandbox.province)["calls"].get(SEARCH) == 1)
            syncing.send_signal(signal.SIGINT)
            outcome = ended(syncing)
        assert outcome.returncode == 130
        assert said(outcome) == ["gateway: interrupted; what was committed stays, run again to go on"]
        house.night("province")
    assert house.value("select count(*) from core.dossier") == DOSSIERS
    assert house.column("select state from ops.run order by run_id") == ["interrupted", "done"]


def test_ctrl_c_in_the_middle_of_a_load(landed: House) -> None:
    with landed.engine() as engine, started(landed, "load", "province") as loading:
        with engine.begin() as holding:
            holding.execute(text("lock table core.dossier in access exclusive mode"))
            eventually(lambda: landed.value(WAITING) == 1)
            loading.send_signal(signal.SIGINT)
        outcome = ended(loading)
    assert outcome.returncode == 130
    assert said(outcome) == ["gateway: interrupted; what was committed stays, run again to go on"]
    assert landed.load("province").errors == ()
    assert landed.value("select count(*) from core.dossier") == DOSSIERS
    assert landed.value("select sum(read_count) from ops.batch") == landed.value(
        "select sum(record_count) from landing.page"
    )
