"""kill -9 while a list's load ends: what it lacks is counted once, with the batch that ends, or not yet at all."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.faults.test_kill import CHUNK, RUNNER, Runner
from tests.helpers.house import House, order_fault
from tests.helpers.server import Server

ABSENCES = """
    select record_key, state, list_count, within_count, missing_batch_id, last_batch_id, reviewer, returned_batch_id
    from ops.absence order by absence_id"""
FROM_THE_END = [("call", number) for number in range(0, 15, 3)] + [
    (kind, number) for kind in ("commit", "committed") for number in range(3)
]


@pytest.fixture(scope="module")
def landed(new_house: NewHouse) -> House:
    """The second list of 109 lacks two procedures; the third, landed and not yet loaded, has one of them again."""
    house = new_house()
    with running_sandbox("--procedures", "109", "--dossiers", "0", "--only", "national") as sandbox:
        house.connect_to(sandbox)
        for count in (109, 107, 108):
            house.execute("update ops.batch set started_at = started_at - interval '1 day'")
            order_fault(sandbox.national, match="LayDanhSachTTHC", kind="shrunk", count=count)
            assert house.fetch("national", only="procedure_list").errors == ()
            if count != 108:
                assert house.load("national").errors == ()
    return house


@pytest.fixture(scope="module")
def runner(landed: House) -> Iterator[Runner]:
    """Loads in processes of their own."""
    with subprocess.Popen(
        [sys.executable, str(RUNNER), str(CHUNK)],
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
def points(landed: House, runner: Runner, server: Server) -> dict[str, int]:
    """How many points of each kind an undisturbed load passes."""
    house = House(server.url(server.copy(landed.database)), landed.place)
    found: dict[str, int] = json.loads(runner.load(house.url))
    assert _meaning(house) == [("retired", 2, 2, False), ("missing", 1, 1, True)]
    return found


def _meaning(house: House) -> list[tuple[object, ...]]:
    return house.rows(
        "select state, list_count, within_count, returned_batch_id is not null from ops.absence order by absence_id desc"
    )


@pytest.mark.parametrize(("kind", "from_the_end"), FROM_THE_END)
def test_killed_and_run_again(
    kind: str, from_the_end: int, landed: House, runner: Runner, points: dict[str, int], server: Server
) -> None:
    house = House(server.url(server.copy(landed.database)), landed.place)
    before = house.rows(ABSENCES)
    assert runner.load(house.url, kind, points[kind] - from_the_end) == "killed"
    server.admin(f"select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{house.database}'")
    is_loaded = house.value("select state from ops.batch order by batch_id desc limit 1") == "loaded"
    assert (house.rows(ABSENCES) != before) == is_loaded
    assert house.load("national").errors == ()
    assert _meaning(house) == [("retired", 2, 2, False), ("missing", 1, 1, True)]
