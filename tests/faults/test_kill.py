"""kill -9 at any point of a load loses nothing and repeats nothing: run again, and all is as if it had never happened."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gateway import load
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers import dump
from tests.helpers.house import House, counted, order_fault, pass_days, replace_in
from tests.helpers.server import Server

pytestmark = pytest.mark.long
RUNNER = Path(__file__).with_name("killed_load.py")
SHARES = {"call": 10, "row": 6, "commit": 7, "committed": 7}
"""How many points of each kind are tried."""
CHUNK = 200
"""Records committed together: a tenth of the usual number, as the pages are, so that a load has its commits with a tenth of the rows."""

BATCHES = """
    select portal, stream, mode, state, page_count, loaded_pages, declared_total, cursor_to,
        read_count, new_count, changed_count, unchanged_count, quarantined_count
    from ops.batch order by batch_id"""
RUNS = """
    select portal, kind, read_count, new_count, changed_count, unchanged_count, quarantined_count
    from ops.run order by run_id"""
CURSORS = "select portal, stream, value, batch_id from ops.cursor order by 1, 2"
QUARANTINE = """
    select portal, stream, record_key, reason, path, value, page_id, record_number, batch_id, last_batch_id, state
    from ops.quarantine order by record_key"""
DRIFT = (
    "select portal, stream, path, kind, batch_id, last_batch_id, record_count, sample from ops.drift order by 1, 2, 3"
)
USUAL = "select portal, stream, path, kinds, is_always, batch_id from ops.usual_member order by 1, 2, 3"
LEDGERS = (BATCHES, RUNS, CURSORS, QUARANTINE, DRIFT, USUAL)
LEDGER_COUNTS = ("read_count", "new_count", "changed_count", "unchanged_count", "quarantined_count")


class Undisturbed(NamedTuple):
    """What a load leaves that nobody disturbs, and how many points of each kind it passes."""

    core: dump.Dump
    ledgers: list[Any]
    points: dict[str, int]


class Runner:
    """Loads in processes of their own, which may be told where to die."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def load(self, url: str, kind: str = "none", number: int = 0) -> str:
        """`killed`, or the points passed as JSON."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{url} {kind} {number}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CHUNK", CHUNK)


@pytest.fixture(scope="module")
def landed(new_house: NewHouse) -> House:
    """Two nights of both portals, fetched and not loaded: new rows first, then changed ones, and a bad one in each."""
    house = new_house()
    replace_in(house.own_mappings() / "province" / "dossiers.yaml", "page_size: 1000", "page_size: 100")
    with running_sandbox("--dossiers", "330", "--procedures", "30") as sandbox:
        house.connect_to(sandbox)
        for night, bad in (("first", "7"), ("second", "30")):
            changes = {bad: {"dossierStatus.id": 99}, "40": {"officer": "x"}, "50": {"officer": "y"}}
            order_fault(sandbox.province, match="/pa/dossier/search", kind="rewrite", records=changes)
            for portal in ("national", "province"):
                assert house.fetch(portal, trigger=night).errors == ()
            pass_days(sandbox.province)
    return house


@pytest.fixture(scope="module")
def runner(landed: House) -> Iterator[Runner]:
    command = [sys.executable, str(RUNNER), str(CHUNK)]
    with subprocess.Popen(
        command,
        env=landed.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield Runner(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def undisturbed(landed: House, runner: Runner, server: Server) -> Undisturbed:
    house = _copy(landed, server)
    points = json.loads(runner.load(house.url))
    return Undisturbed(*_state(house), points)


def _copy(landed: House, server: Server) -> House:
    """The same household on a database of its own; the landing store is only read."""
    return House(server.url(server.copy(landed.database)), landed.place, landed.mappings)


def _state(house: House) -> tuple[dump.Dump, list[Any]]:
    with house.engine() as engine:
        return dump.meaning(engine), [house.rows(query) for query in LEDGERS]


def _points() -> list[tuple[str, int, int]]:
    """(kind, piece, of how many pieces): one point is drawn from each piece of a load, so that they cover all of it."""
    return [(kind, piece, pieces) for kind, pieces in SHARES.items() for piece in range(pieces)]


def test_the_undisturbed_load_is_worth_killing(undisturbed: Undisturbed) -> None:
    assert all(undisturbed.points[kind] >= count for kind, count in SHARES.items())
    assert {name for name, rows in undisturbed.core.items() if not rows} == {
        "administrative_unit",
        "procedure_legal_basis",
        "procedure_related",
    }
    for count in ("new_count", "changed_count", "unchanged_count", "quarantined_count"):
        at = 8 + LEDGER_COUNTS.index(count)
        assert sum(row[at] for row in undisturbed.ledgers[0] if row[1] == "dossiers") > 0, count


@pytest.mark.parametrize(("kind", "piece", "pieces"), _points())
def test_killed_and_run_again(
    kind: str, piece: int, pieces: int, landed: House, runner: Runner, undisturbed: Undisturbed, server: Server
) -> None:
    house = _copy(landed, server)
    total = undisturbed.points[kind]
    number = 1 + random.Random(f"{kind}/{piece}").randrange(total * piece // pieces, total * (piece + 1) // pieces)
    assert runner.load(house.url, kind, number) == "killed"
    _end_sessions(server, house.database)
    for table in ("ops.batch", "ops.run"):
        assert counted(house.rows(f"select {', '.join(LEDGER_COUNTS)} from {table}"))
    for portal in ("national", "province"):
        assert house.load(portal).errors == ()
    core, ledgers = _state(house)
    server.drop(house.database)
    assert dump.differences(undisturbed.core, core) == {}
    assert ledgers == undisturbed.ledgers


def _end_sessions(server: Server, database: str) -> None:
    """The server may still be busy with the dead process's last statement."""
    server.admin(f"select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{database}'")
