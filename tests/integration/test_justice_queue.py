"""The queue of judicial records: acknowledged only after our commit, shown again until then, drained in one run, no change lost."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.demo.waiting import eventually
from tests.helpers.house import House, ledger, replace_in
from tests.helpers.justice import ACKNOWLEDGE, PORTAL, SHOW, drained, queue
from tests.helpers.ministries import instant

SIZE = ("--only", PORTAL, "--dossiers", "1500")
STREAM = "judicial_statuses"
EVENTS = """
    select dossier_code, e.status_at, e.source_status_code
    from core.dossier_event e join core.dossier using (dossier_id) order by 1, 2, 3"""
OTHERS = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"

Change = tuple[Any, ...]


@pytest.fixture(scope="module")
def changes() -> list[Change]:
    """Every change the queue shows, in the order of the events: read from a world of its own, and drained there."""
    with running_sandbox(*SIZE) as twin:
        shown = drained(twin)
    return sorted((each["maHoSo"], instant(each["ngayCapNhat"]), str(each["DEC_STATUS_ID"])) for each in shown)


@pytest.fixture
def sandbox() -> Iterator[Running]:
    with running_sandbox(*SIZE) as running:
        yield running


@pytest.fixture
def house(new_house: NewHouse, sandbox: Running) -> House:
    house = new_house()
    house.connect_to(sandbox)
    return house


def acknowledged(sandbox: Running) -> int:
    """How many changes the portal was told that we have."""
    return len(queue(sandbox)["acknowledged"])


def fault(sandbox: Running, **order: Any) -> None:
    """Let the acknowledgement go wrong."""
    sandbox.order(PORTAL, "faults", {"match": ACKNOWLEDGE, **order})


def assert_drained(sandbox: Running, house: House, changes: list[Change]) -> None:
    """Every change was acknowledged, and stands in our tables once; each dossier is where its newest change put it."""
    assert queue(sandbox)["waiting"] == []
    assert acknowledged(sandbox) == len(changes)
    assert house.rows(EVENTS) == changes
    newest = {code: (at, state) for code, at, state in changes}
    ours = house.rows("select dossier_code, status_at, source_status_code from core.dossier")
    assert {code: (at, state) for code, at, state in ours} == newest


def calls(sandbox: Running) -> tuple[int, int]:
    """How often the queue was asked for, and acknowledged."""
    told = ledger(sandbox.addresses[PORTAL])["calls"]
    return told.get(SHOW, 0), told.get(ACKNOWLEDGE, 0)


def test_all_hundreds_are_drained_in_one_run(sandbox: Running, house: House, changes: list[Change]) -> None:
    assert len(changes) > 300
    report = house.sync(PORTAL, only=STREAM)
    assert report.verdict() is None
    assert report.counts.read == len(changes)
    assert_drained(sandbox, house, changes)
    assert {row["shown"] for row in queue(sandbox)["acknowledged"]} == {1}
    rounds = -(-len(changes) // 100)
    assert calls(sandbox) == (rounds + 1, rounds)
    [sizes] = house.rows("select array_agg(record_count order by batch_id) from ops.batch")
    assert sizes == ([100] * (rounds - 1) + [len(changes) - 100 * (rounds - 1), 0],)
    assert house.value("select count(*) from ops.batch where (acknowledged_at is null) <> (record_count = 0)") == 0


def test_an_empty_queue_is_asked_once_and_not_acknowledged(sandbox: Running, house: House) -> None:
    drained(sandbox)
    before = calls(sandbox)
    report = house.sync(PORTAL, only=STREAM)
    assert report.verdict() is None
    assert report.counts.read == 0
    assert calls(sandbox) == (before[0] + 1, before[1])


def test_what_is_landed_and_not_yet_committed_is_not_acknowledged(
    sandbox: Running, house: House, changes: list[Change]
) -> None:
    assert house.fetch(PORTAL, only=STREAM).errors == ()
    assert house.value("select record_count from ops.batch") == 100
    assert calls(sandbox) == (1, 0)
    house.done("load", PORTAL)
    assert_drained(sandbox, house, changes)


def test_a_load_that_fails_acknowledges_nothing(sandbox: Running, house: House, changes: list[Change]) -> None:
    house.execute("alter table core.dossier rename to dossier_away")
    failed = house.sync(PORTAL, only=STREAM).verdict()
    assert failed is not None
    assert failed.exit_code == 4
    assert calls(sandbox) == (1, 0)
    assert acknowledged(sandbox) == 0
    house.execute("alter table core.dossier_away rename to dossier")
    report = house.sync(PORTAL, only=STREAM)
    assert report.verdict() is None
    assert report.counts.read == len(changes) + 100
    assert_drained(sandbox, house, changes)
    # The hundred that waited in the failed run was shown twice, and acknowledged once.
    rounds = -(-len(changes) // 100)
    assert calls(sandbox) == (1 + rounds + 1, rounds)
    assert sorted({row["shown"] for row in queue(sandbox)["acknowledged"]}) == [1, 2]


@contextmanager
def started(house: House, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A running command; killed in the end, if it still runs."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(house.command(*arguments), env=house.environment, cwd=house.place, **quiet) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def test_a_kill_between_commit_and_acknowledgement_repeats_nothing(
    sandbox: Running, house: House, changes: list[Change]
) -> None:
    fault(sandbox, kind="hang", times=0)
    with started(house, "sync", PORTAL, "--stream", STREAM) as syncing:
        eventually(lambda: calls(sandbox)[1] == 1)
        syncing.send_signal(signal.SIGKILL)
        assert syncing.wait(10) == -signal.SIGKILL
    eventually(lambda: not house.rows(OTHERS))
    stored = house.rows(EVENTS)
    assert len(stored) == 100
    assert acknowledged(sandbox) == 0
    sandbox.http.delete(f"{sandbox.addresses[PORTAL]}/_sandbox/faults", timeout=30)
    report = house.sync(PORTAL, only=STREAM)
    assert report.verdict() is None
    first = house.rows(
        "select read_count, new_count, changed_count from ops.batch where run_id = :run order by batch_id limit 1",
        run=report.run_id,
    )
    assert first == [(100, 0, 0)]
    assert_drained(sandbox, house, changes)


def test_a_portal_that_does_not_take_the_acknowledgement_is_told_again_in_the_next_run(
    sandbox: Running, house: House, changes: list[Change]
) -> None:
    said = {"status": 500, "message": "DATA_INCORRECT - Dữ liệu không chính xác"}
    fault(sandbox, kind="body", body=json.dumps(said))
    failed = house.sync(PORTAL, only=STREAM).verdict()
    assert failed is not None
    assert failed.exit_code == 3
    assert "acknowledging 100 records" in str(failed)
    assert house.value("select count(*) from core.dossier_event") == 100
    assert house.rows("select state, acknowledged_at from ops.batch") == [("loaded", None)]
    assert house.sync(PORTAL, only=STREAM).verdict() is None
    assert_drained(sandbox, house, changes)


def test_the_change_of_an_erased_person_is_acknowledged_like_any_other(
    sandbox: Running, house: House, changes: list[Change]
) -> None:
    fault(sandbox, kind="body", body=json.dumps({"status": 500, "message": "DATA_INCORRECT"}))
    assert "acknowledging 100 records" in str(house.sync(PORTAL, only=STREAM).verdict())
    request = house.place / "request.txt"
    request.write_text(f"{PORTAL}\t{house.value('select min(dossier_code) from core.dossier')}", "utf-8")
    house.done("subject", "erase", "--dossiers-from", str(request), "--basis", "request 1/2026")
    assert house.sync(PORTAL, only=STREAM).errors == ()
    assert_drained(sandbox, house, changes)
    marked = "select count(*), count(destroyed_at) from ops.erased_page join landing.page using (page_id)"
    assert [{*row} for row in house.rows(marked)] == [{2}], "the first hundred, landed twice"


def test_an_acknowledgement_whose_answer_is_lost_is_said_again(
    sandbox: Running, house: House, changes: list[Change]
) -> None:
    fault(sandbox, kind="reset", done=True)
    assert house.sync(PORTAL, only=STREAM).verdict() is None
    assert_drained(sandbox, house, changes)
    rounds = -(-len(changes) // 100)
    assert calls(sandbox) == (rounds + 1, rounds + 1)


def test_a_portal_that_forgets_acknowledgements_ends_the_run_instead_of_looping(sandbox: Running, house: House) -> None:
    good = json.dumps({"status": 1, "message": "Giao dịch thành công", "data": 100})
    fault(sandbox, kind="body", body=good, times=0)
    verdict = house.sync(PORTAL, only=STREAM).verdict()
    assert verdict is not None
    assert verdict.exit_code == 3
    assert "shows 100 records again that it let us acknowledge" in str(verdict)
    assert calls(sandbox) == (2, 1)


def test_few_new_changes_after_a_full_hundred_are_no_shrunken_list(
    sandbox: Running, house: House, changes: list[Change]
) -> None:
    """The connection is lost for good right after an acknowledgement; the next run finds less than it did."""
    sandbox.order(PORTAL, "faults", {"match": SHOW, "kind": "status", "status": 400, "after": len(changes) // 100})
    failed = house.sync(PORTAL, only=STREAM).verdict()
    assert failed is not None
    assert failed.exit_code == 3
    left = queue(sandbox)["waiting"]
    assert 0 < len(left) < 50
    report = house.sync(PORTAL, only=STREAM)
    assert report.verdict() is None
    assert report.counts.read == len(left)
    assert_drained(sandbox, house, changes)


def test_a_change_nobody_understands_is_quarantined_acknowledged_and_retried_from_here(
    sandbox: Running, house: House, changes: list[Change]
) -> None:
    records = {"5": {"DEC_STATUS_ID": 9}}
    sandbox.order(PORTAL, "faults", {"match": SHOW, "kind": "rewrite", "records": records})
    report = house.sync(PORTAL, only=STREAM)
    verdict = report.verdict()
    assert verdict is not None
    assert verdict.exit_code == 1
    assert report.counts.quarantined == 1
    assert acknowledged(sandbox) == len(changes)
    assert house.rows("select path, value from ops.quarantine") == [("DEC_STATUS_ID", "9")]
    assert house.value("select count(*) from core.dossier_event") == len(changes) - 1
    crosswalk = house.own_mappings() / "crosswalks" / "justice_record_status.tsv"
    replace_in(
        crosswalk,
        "\n3\t",
        "\n9\tLạ\tskos:closeMatch\t2\tĐược tiếp nhận\tsemapv:ManualMappingCuration\t0.1\t\t\t\t\n3\t",
    )
    assert house.replay(PORTAL, stream=STREAM).verdict() is None
    assert house.column("select distinct state from ops.quarantine") == ["resolved"]
    assert house.value("select count(*) from core.dossier_event") == len(changes)
