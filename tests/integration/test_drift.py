"""Members that appear, vanish or change their type at a portal: seen in the run in which it happens, and what then becomes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from gateway.run import Report
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import House, order_fault, replace_in, said
from tests.helpers.server import Server

SEARCH = "/pa/dossier/search"
DOSSIERS = 120
SPOILED = [str(place) for place in range(0, DOSSIERS, 10)]
NAME = "Nguyễn Thử Nghiệm 0123"
NOTED = "select path, kind, record_count, last_batch_id - batch_id, sample from ops.drift order by path, kind"
LEDGER = "select read_count, new_count, changed_count, unchanged_count, quarantined_count, mapped_count from ops.batch"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--dossiers", str(DOSSIERS), "--procedures", "12") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def first_night(running: Running, new_house: NewHouse) -> House:
    """A house that has seen the portal as it always was."""
    house = new_house()
    house.connect_to(running)
    house.night()
    return house


@pytest.fixture
def sandbox(running: Running) -> Running:
    """The file's sandbox, behaving well."""
    _behave(running)
    return running


@pytest.fixture
def house(first_night: House, sandbox: Running, tmp_path: Path, server: Server) -> House:
    """The morning after the first night, in a database of a test's own."""
    house = House(server.url(server.copy(first_night.database)), tmp_path)
    house.connect_to(sandbox)
    return house


def _behave(sandbox: Running) -> None:
    requests.delete(f"{sandbox.province}/_sandbox/faults", timeout=30)


def _change(
    sandbox: Running, changes: dict[str, Any] | None = None, *, remove: str = "", places: Any = SPOILED
) -> None:
    """The portal's new release: other members in some of its records."""
    records = dict.fromkeys(places, changes) if changes else {}
    removed = {place: [remove] for place in places} if remove else {}
    order_fault(sandbox.province, match=SEARCH, kind="rewrite", records=records, remove=removed, times=5)


def _say(house: House, mode: str) -> Path:
    file = house.own_mappings() / "province" / "dossiers.yaml"
    replace_in(file, "records: content\n", f"records: content\ndrift: {mode}\n")
    return file


def _sync(house: House) -> Report:
    return house.sync("province", only="dossiers", full=True)


CHANGES: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "a new text": ({"officer": NAME}, "officer", "appeared", '"xxxxxx xxx xxxxxx 0000"'),
    "a new object": (
        {"officer": {"HoTen": NAME, "tuoi": 41}},
        "officer",
        "appeared",
        '{"xxxxx":"xxxxxx xxx xxxxxx 0000","xxxx":0}',
    ),
    "yes and no as text": ({"isDVCLT": "true"}, "isDVCLT", "became text", '"true"'),
    "a code as number": ({"nationCode": 2245}, "nationCode", "became number", "2245"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_report_takes_the_records_in_and_says_so(change: str, house: House, sandbox: Running) -> None:
    changes, path, kind, sample = CHANGES[change]
    _change(sandbox, changes)
    report = _sync(house)
    assert report.verdict() is None
    assert report.counts.quarantined == 0
    assert len(report.drift) == 1
    assert report.drift[0].startswith(f"province/dossiers: drift: {path} {kind}: ")
    assert "12 of 12 records, 100.0%" in report.drift[0]
    assert house.rows(NOTED) == [(path, kind, 12, 0, sample)]
    assert house.value("select count(*) from core.dossier where issuer = 'province'") == DOSSIERS


def test_a_member_that_vanishes_from_some_records(house: House, sandbox: Running) -> None:
    _change(sandbox, remove="isDVCLT")
    assert _sync(house).verdict() is None
    assert house.rows(NOTED) == [("isDVCLT", "vanished", 12, 0, None)]


def test_personal_data_is_never_in_a_sample(house: House, sandbox: Running) -> None:
    """A member that is read and called personal, now without the object around it: no column can take it."""
    _change(sandbox, {"applicant": NAME})
    report = _sync(house)
    assert report.counts.quarantined == 12
    assert house.rows(NOTED) == [("applicant", "became text", 12, 0, '"xxxxxx xxx xxxxxx 0000"')]
    assert NAME not in str(report)


def test_null_and_empty_text_are_no_types(house: House, sandbox: Running) -> None:
    _change(sandbox, {"processingTime": "", "isDVCLT": None})
    assert _sync(house).drift == ()
    assert house.rows(NOTED) == []


def test_what_a_member_always_was_in_both_forms_is_usual(new_house: NewHouse, sandbox: Running) -> None:
    """Portals write one code now as number, now as text: the first full batch says so, and neither is drift."""
    house = new_house()
    house.connect_to(sandbox)
    _change(sandbox, {"isDVCLT": "true"})
    assert _sync(house).drift == ()
    _behave(sandbox)
    assert _sync(house).drift == ()
    assert house.rows("select kinds, is_always from ops.usual_member where path = 'isDVCLT'") == [
        (["bool", "text"], True)
    ]


def test_it_is_seen_first_and_last_and_again_only_in_records_that_changed(house: House, sandbox: Running) -> None:
    _change(sandbox, {"isDVCLT": "true"})
    _sync(house)
    assert _sync(house).drift == ()
    _behave(sandbox)
    _change(sandbox, {"isDVCLT": "false"}, places=["1", "2"])
    _sync(house)
    [shown] = json.loads(house.done("drift", "province", "--json"))
    assert (shown["member"], shown["kind"], shown["usual"]) == ("isDVCLT", "became text", "bool")
    batches = house.column(
        "select batch_id from ops.batch where portal = 'province' and stream = 'dossiers' order by 1"
    )
    assert (shown["first_batch"], shown["last_batch"]) == (batches[1], batches[3])
    assert house.value("select first_seen_at < last_seen_at from ops.drift")
    # Two of those that were looked at: with them the twelve that are as they were.
    assert (shown["records"], shown["share"]) == (2, "14.3%")


def test_quarantine_keeps_only_the_drifted_records_out(house: House, sandbox: Running) -> None:
    file = _say(house, "quarantine")
    _change(sandbox, {"officer": NAME})
    before = house.value(
        "select md5(string_agg(dossier_code || status_at, ',' order by dossier_code)) from core.dossier"
    )
    report = _sync(house)
    assert (report.counts.read, report.counts.quarantined, report.counts.unchanged) == (DOSSIERS, 12, DOSSIERS - 12)
    assert set(house.rows("select reason, path, value, state from ops.quarantine")) == {
        ("drift: a member that the mapping neither reads nor ignores", "officer", '"xxxxxx xxx xxxxxx 0000"', "open")
    }
    after = house.value(
        "select md5(string_agg(dossier_code || status_at, ',' order by dossier_code)) from core.dossier"
    )
    assert after == before
    assert house.rows(LEDGER + " order by batch_id desc limit 1") == [(DOSSIERS, 0, 0, DOSSIERS - 12, 12, DOSSIERS)]
    replace_in(file, "ignored: [", "ignored: [officer, ")
    assert house.replay("province", stream="dossiers").verdict() is None
    assert set(house.column("select state from ops.quarantine")) == {"resolved"}


def test_stop_writes_nothing_and_names_everything(house: House, sandbox: Running) -> None:
    file = _say(house, "stop")
    house.publish("dossier_status")
    latest = (house.place / "datasets" / "dossier_status" / "latest").resolve()
    before = house.rows("select * from core.dossier order by dossier_id")
    _change(sandbox, {"isDVCLT": "true", "dueDate": "2027-01-01T08:00:00.000+0700"})
    ended = house.gateway("sync", "province", "--stream", "dossiers", "--full")
    assert ended.returncode == 3
    line = 1 + file.read_text("utf-8").splitlines().index("drift: stop")
    [message] = said(ended)
    assert f"province/dossiers: {file}:{line}: " in message
    assert "isDVCLT became text: its type is text, it was always bool (12 of 120 records, 10.0%)" in message
    assert "gateway drift province --accept dossiers/MEMBER" in message
    assert house.rows("select * from core.dossier order by dossier_id") == before
    assert house.column("select state from ops.batch order by batch_id desc limit 1") == ["landed"]
    assert not house.publish("dossier_status").is_new
    assert (house.place / "datasets" / "dossier_status" / "latest").resolve() == latest


def test_what_was_accepted_is_taken_in_from_what_was_landed(house: House, sandbox: Running) -> None:
    _say(house, "stop")
    _change(sandbox, {"isDVCLT": "true", "dueDate": "2027-01-01T08:00:00.000+0700"})
    assert [error.exit_code for error in _sync(house).errors] == [3]
    assert json.loads(house.done("drift", "province", "--accept", "dossiers/isDVCLT", "--json")) == []
    report = house.load("province")
    assert (report.errors, report.counts.changed, report.drift) == ((), 12, ())
    assert house.value("select count(*) from core.dossier where due_at = '2027-01-01 01:00+00'") == 12


@pytest.mark.parametrize(
    ("member", "says"),
    [("officer", "member 'officer' is unknown → read it, or name it under `ignored`"), ("code", "nothing is noted of")],
    ids=["unknown", "as usual"],
)
def test_what_cannot_be_accepted(member: str, says: str, house: House, sandbox: Running) -> None:
    _change(sandbox, {"officer": NAME})
    _sync(house)
    ended = house.gateway("drift", "province", "--accept", f"dossiers/{member}")
    assert ended.returncode == 2
    assert says in said(ended)[0]


def test_a_number_of_a_person_as_name_of_a_member_is_not_shown(house: House, sandbox: Running) -> None:
    _change(sandbox, {"099300000001": {"HoTen": NAME}, "099300000002": {"HoTen": NAME}})
    assert not any("0993" in line for line in _sync(house).drift)
    assert house.rows(NOTED) == [("000000000000", "appeared", 12, 0, None)]


def test_a_portal_with_codes_as_members_does_not_flood_the_list(house: House, sandbox: Running) -> None:
    _change(sandbox, {f"x{number}\x00" + "9" * 3000: number for number in range(300)}, places=["0", "1"])
    report = _sync(house)
    assert report.verdict() is None
    assert house.value("select count(*) from ops.drift") == 100
