"""Civil status: XML inside a JSON text, changed since a day, and the state of each dossier. Its queue: test_justice_queue.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers import dump
from tests.helpers.house import House, ledger
from tests.helpers.justice import CIVIL, MODULES, PORTAL, Changes, civil, drained, judicial, queue
from tests.helpers.ministries import DAY_ZERO, LATER, Nights, Rows, counts, instant, on_day, two_nights

SIZE = ("--only", PORTAL, "--dossiers", "1500")
OURS = """
    select dossier_code, status_code, status_at, source_status_code, source_status_name, procedure_code, procedure_name,
        agency_code, agency_name, applicant_name, filed_at, received_at, appointment_at, finished_at, source_id
    from core.dossier where issuer = 'justice'"""


def changes_until(sandbox: Running) -> Changes:
    """All changes the queue ever shows until tonight, read from a twin of this world, so that this one keeps its own."""
    day = ledger(sandbox.addresses[PORTAL])["day"]
    with running_sandbox(*SIZE, "--day", str(day)) as twin:
        return drained(twin)


def shown(sandbox: Running) -> Rows:
    """All dossiers of both interfaces."""
    return civil(sandbox) | judicial(changes_until(sandbox))


@pytest.fixture(scope="module")
def nights(new_house: NewHouse) -> Iterator[Nights]:
    with running_sandbox(*SIZE) as sandbox:
        yield two_nights(sandbox, new_house(), PORTAL, shown, OURS)


@pytest.fixture
def house(new_house: NewHouse, nights: Nights) -> House:
    """A house that has seen nothing yet, on the second night of the sandbox; the queue is empty by then."""
    house = new_house()
    house.connect_to(nights.sandbox)
    return house


def test_dossiers_are_those_of_the_portal(nights: Nights) -> None:
    theirs = nights.theirs[0]
    assert sum(code.startswith("G15-HT-") for code in theirs) == 150
    assert sum(code.startswith("G15-LLTP-") for code in theirs) == 150
    assert {row[1] for row in theirs.values()} == {"2", "3", "4", "5", "9"}
    assert nights.ours[0] == theirs


def test_first_run_counts_each_dossier_once_and_each_further_change(nights: Nights) -> None:
    changes = nights.house.value(
        "select sum(read_count) from ops.batch where run_id = 1 and stream = 'judicial_statuses'"
    )
    assert changes > 300
    assert counts(nights.reports[0]) == (300, changes - 150, 0)


def test_a_second_run_changes_nothing(nights: Nights) -> None:
    assert counts(nights.reports[1]) == (0, 0, 0)
    assert nights.reports[1].counts.unchanged > 0
    assert nights.ours[1] == nights.ours[0]


def test_only_what_moved_or_came_is_changed_or_new(nights: Nights) -> None:
    last_run = nights.reports[2].run_id
    read = "select coalesce(sum(read_count), 0) from ops.batch where run_id = :run and stream = 'judicial_statuses'"
    changes = nights.house.value(read, run=last_run)
    moved = {code for code in nights.moved if code.startswith("G15-HT-")}
    fresh = {code for code in nights.fresh if code.startswith("G15-LLTP-")}
    assert moved
    assert fresh
    assert counts(nights.reports[2]) == (len(nights.fresh), len(moved) + changes - len(fresh), 0)
    assert nights.ours[2] == nights.theirs[1]


def test_a_full_run_changes_nothing_more(nights: Nights) -> None:
    assert counts(nights.reports[3]) == (0, 0, 0)
    assert nights.ours[3] == nights.theirs[1]


def test_every_change_the_queue_showed_is_an_event(nights: Nights) -> None:
    changes = changes_until(nights.sandbox)
    theirs = [(each["maHoSo"], instant(each["ngayCapNhat"]), str(each["DEC_STATUS_ID"])) for each in changes]
    ours = nights.house.rows(
        """select dossier_code, e.status_at, e.source_status_code
        from core.dossier_event e join core.dossier using (dossier_id) where dossier_code like 'G15-LLTP-%'"""
    )
    assert sorted(ours) == sorted(theirs)


def test_an_incremental_run_asks_from_the_day_before_the_newest_change(nights: Nights) -> None:
    asked = "select request -> 'body' ->> 'ngayCapNhat' from landing.page join ops.batch using (batch_id)"
    for stream, module in MODULES.items():
        days = nights.house.column(f"{asked} where stream = :stream order by batch_id", stream=stream)
        [newest] = nights.house.column(
            """select max(to_timestamp(cursor_to, 'YYYY-MM-DD"T"HH24:MI:SS') at time zone 'UTC') from ops.batch
            where stream = :stream and run_id = 1""",
            stream=stream,
        )
        vietnamese = (newest + timedelta(hours=7) - timedelta(days=1)).strftime("%d/%m/%Y")
        assert days == ["01/01/2026", vietnamese, vietnamese, "01/01/2026"], module


def test_states_are_asked_for_what_the_lists_brought(nights: Nights) -> None:
    for number, report in enumerate(nights.reports):
        read = dict(
            nights.house.rows("select stream, read_count from ops.batch where run_id = :run", run=report.run_id)
        )
        for lists, states in (("births", "birth"), ("deaths", "death"), ("marriages", "marriage")):
            assert read[f"civil_{states}_states"] == read[f"civil_{lists}"], (number, lists)


def test_replay_rebuilds_all_of_it_without_a_call(nights: Nights, new_house: NewHouse) -> None:
    with nights.house.engine() as engine:
        before = dump.meaning(engine)
        nights.house.execute("truncate core.dossier cascade")
        assert nights.house.replay(PORTAL, since=1).verdict() is None
        # A replay goes stream by stream, and two streams tell of one dossier: its dates are seen in another order.
        assert dump.differences(before, dump.meaning(engine)).keys() <= {"dossier_version"}
        nights.house.execute("truncate core.dossier cascade")
        assert nights.house.replay(PORTAL, stream="judicial_statuses").verdict() is None
    rows = {row[0]: row for row in nights.house.rows(OURS)}
    assert rows == {code: row for code, row in nights.theirs[1].items() if code.startswith("G15-LLTP-")}


def test_a_token_that_ends_on_the_way_is_renewed(nights: Nights, house: House) -> None:
    sandbox = nights.sandbox
    before = ledger(sandbox.addresses[PORTAL])["calls"]["/token"]
    over = json.dumps({"status": 100, "message": "AUTHEN_ERROR - Mã xác thực không chính xác"})
    sandbox.order(PORTAL, "faults", {"match": f"{CIVIL}/traTrangThaiHoSo", "kind": "body", "body": over, "after": 30})
    with on_day(LATER):
        report = house.sync(PORTAL)
    civils = {code for code in nights.theirs[1] if code.startswith("G15-HT-")}
    assert counts(report) == (len(civils), 0, 0)
    assert ledger(sandbox.addresses[PORTAL])["calls"]["/token"] == before + 2


def test_a_dossier_the_portal_does_not_know_goes_to_quarantine_alone(nights: Nights, house: House) -> None:
    unknown = json.dumps({"status": 201, "message": "RECORD_NOT_FOUND - Hồ sơ không tồn tại"})
    order = {"match": f"{CIVIL}/traTrangThaiHoSo", "kind": "body", "body": unknown, "after": 3}
    nights.sandbox.order(PORTAL, "faults", order)
    with on_day(LATER):
        report = house.sync(PORTAL)
    verdict = report.verdict()
    assert verdict is not None
    assert verdict.exit_code == 1
    assert report.counts.quarantined == 1
    [(key, reason)] = house.rows("select record_key, reason from ops.quarantine")
    assert key in nights.theirs[1]
    assert "status=201: RECORD_NOT_FOUND" in reason
    assert house.value("select count(*) from core.dossier") == sum(
        code.startswith("G15-HT-") for code in nights.theirs[1]
    )


def test_nothing_is_asked_by_a_list_of_which_pages_were_destroyed(nights: Nights, house: House) -> None:
    house.sync(PORTAL, only="civil_births")
    house.execute("update landing.page set destroyed_at = now()")
    [error] = house.sync(PORTAL, only="civil_birth_states").errors
    assert "pages of civil_births were destroyed since" in str(error)


def test_an_error_of_one_module_leaves_the_others_whole(nights: Nights, house: House) -> None:
    wrong = json.dumps({"status": 500, "message": "DATA_INCORRECT - Dữ liệu không chính xác: ngayCapNhat"})
    nights.sandbox.order(
        PORTAL, "faults", {"match": f"{CIVIL}/dsHoSoDangKy", "kind": "body", "body": wrong, "after": 1}
    )
    with on_day(LATER):
        verdict = house.sync(PORTAL).verdict()
    assert verdict is not None
    assert verdict.exit_code == 3
    assert "status=500: DATA_INCORRECT" in str(verdict)
    states = dict(
        house.rows("select stream, state from ops.batch where stream like 'civil%s' and stream not like '%states'")
    )
    assert states == {"civil_births": "loaded", "civil_deaths": "failed", "civil_marriages": "loaded"}


def test_nothing_changed_is_an_empty_list_and_no_error(nights: Nights, house: House) -> None:
    mappings = house.own_mappings() / PORTAL
    tomorrow = str(DAY_ZERO + timedelta(LATER + 1))
    for stream in MODULES:
        file = mappings / f"{stream}.yaml"
        file.write_text(file.read_text("utf-8").replace('"2026-01-01"', f'"{tomorrow}"'), "utf-8")
    with on_day(LATER):
        assert counts(house.sync(PORTAL)) == (0, 0, 0)
    assert house.value("select sum(page_count) from ops.batch where stream like 'civil%'") == len(MODULES)


@pytest.mark.parametrize("wrong", ["AccessKey", "PartnerCode", "client_secret"])
def test_wrong_keys_end_the_run_before_anything_is_asked(nights: Nights, house: House, wrong: str) -> None:
    sandbox = nights.sandbox
    known = sandbox.connections[PORTAL]["extra"]
    house.connect_to(sandbox, extra={**known, wrong: "wrong"})  # type: ignore[arg-type]
    before = dict(ledger(sandbox.addresses[PORTAL])["calls"])
    verdict = house.sync(PORTAL).verdict()
    assert verdict is not None
    assert verdict.exit_code == 3
    assert "signing in failed" in str(verdict)
    after = dict(ledger(sandbox.addresses[PORTAL])["calls"])
    assert after.pop("/token") == before.pop("/token") + 1
    assert after == before


def test_the_queue_is_empty_in_the_end(nights: Nights) -> None:
    assert queue(nights.sandbox)["waiting"] == []
