"""A record that does not fit goes to quarantine with reason, path and value; exit 1; all others are taken in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.testing import Running, running_sandbox
from tests.helpers import reading
from tests.helpers.house import House, counted, order_fault, pass_days, replace_in, said

SEARCH = "/pa/dossier/search"
DOSSIERS = 120


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--dossiers", str(DOSSIERS), "--procedures", "12") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running, house: House) -> Running:
    """The file's sandbox, behaving well, and the house connected to it."""
    for portal in (running.national, running.province):
        requests.delete(f"{portal}/_sandbox/faults", timeout=30)
    house.connect_to(running)
    return running


def _spoil(sandbox: Running, changes: dict[str, Any], place: str = "3") -> None:
    order_fault(sandbox.province, match=SEARCH, kind="rewrite", records={place: changes})


def test_one_key_for_two_records(house: House, sandbox: Running) -> None:
    """The first is taken, the second waits for a person; and so it stays, night after night."""
    order_fault(
        sandbox.province,
        match="/ba/agency",
        kind="rewrite",
        times=3,
        records={"1": {"code": "H15.999"}, "2": {"code": "H15.999"}},
    )
    first, *later = [house.gateway("sync", "province", "--stream", "agencies", "--json") for _ in range(3)]
    assert [ended.returncode for ended in (first, *later)] == [1, 1, 1]
    held = house.rows("select agency_name, batch_id from core.agency where agency_code = 'H15.999'")
    assert len(held) == 1
    for ended in later:
        [report] = json.loads(ended.stdout)
        assert (report["new"], report["changed"], report["quarantined"]) == (0, 0, 1)
    [entry] = house.rows("select record_key, reason, path, value, state from ops.quarantine")
    assert tuple(entry) == (
        "H15.999", "its key stands twice in one answer, with different content", "code or id", "H15.999", "open"
    )  # fmt: skip


def test_a_code_too_long_for_a_key(house: House, sandbox: Running) -> None:
    _spoil(sandbox, {"code": "H15-" + "9" * 9000})
    ended = house.gateway("sync", "province", "--stream", "dossiers")
    assert ended.returncode == 1
    assert house.value("select count(*) from core.dossier") == DOSSIERS - 1
    assert house.value("select reason from ops.quarantine") == "a code of more than 600 characters"


BAD: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "an unknown status": (
        {"dossierStatus.id": 99},
        "dossierStatus.id",
        "a code that crosswalk province_status does not know",
        "99",
    ),
    "30 February": (
        {"dueDate": "2026-02-30T08:00:00.000+0700"},
        "dueDate",
        "not a date in the form iso",
        "2026-02-30T08:00:00.000+0700",
    ),
    "no time of change": ({"updatedDate": None}, "updatedDate", "required, but absent or empty", ""),
    "a list in place of a text": ({"nationCode": ["G22"]}, "nationCode", "expected text, found a list", "['G22']"),
    "a text in place of an object": ({"procedure": "1.000001"}, "procedure.code", "no object above 'code'", "None"),
    "a NUL character": (
        {"agency.code": "H15\x00"},
        "agency.code or agency.id",
        "text holds a NUL character",
        "H15\N{SYMBOL FOR NULL}",
    ),
    "a number as a word": ({"processingTime": "năm"}, "processingTime", "expected a number, found other text", "năm"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_record(kind: str, house: House, sandbox: Running) -> None:
    changes, path, reason, value = BAD[kind]
    _spoil(sandbox, changes)
    report = house.sync("province", only="dossiers")
    assert report.errors == ()
    assert (report.counts.new, report.counts.quarantined) == (DOSSIERS - 1, 1)
    assert house.rows("select portal, stream, path, reason, value, record_number, state from ops.quarantine") == [
        ("province", "dossiers", path, reason, value, 3, "open")
    ]
    assert house.value("select count(*) from core.dossier") == DOSSIERS - 1
    key = house.value("select record_key from ops.quarantine")
    assert key is not None
    assert house.value("select count(*) from core.dossier where dossier_code = :key", key=key) == 0


@pytest.mark.parametrize("kind", ["an unknown status", "30 February"])
def test_the_command_ends_with_1_and_one_line(kind: str, house: House, sandbox: Running) -> None:
    _spoil(sandbox, BAD[kind][0])
    ended = house.gateway("sync", "province")
    assert ended.returncode == 1
    assert said(ended) == ["gateway: province: 1 records are in quarantine → see: gateway quarantine list province"]
    assert house.value("select count(*) from core.dossier") == DOSSIERS - 1
    ledger = "select read_count, new_count, changed_count, unchanged_count, quarantined_count from ops.batch"
    assert counted(house.rows(ledger))
    assert house.column("select state from ops.run") == ["done"]


def test_a_record_that_is_no_object(house: House, sandbox: Running) -> None:
    order_fault(sandbox.province, match="/ba/agency", kind="rewrite", records={"0": {"code": {"no": "code"}, "id": ""}})
    assert house.sync("province", only="agencies").counts.quarantined == 1
    assert house.rows("select path, record_key from ops.quarantine") == [("code or id", None)]


def test_a_personal_value_is_never_shown(house: House, sandbox: Running) -> None:
    secret = "Trần Không Ai Biết"
    _spoil(sandbox, {"applicant.data.fullname": [secret]})
    ended = house.gateway("sync", "province")
    assert ended.returncode == 1
    [(path, value)] = house.rows("select path, value from ops.quarantine")
    assert path == "applicant.data.fullname"
    assert value.startswith(f"({len(repr([secret]))} characters, sha256 ")
    entry = house.value("select quarantine_id from ops.quarantine")
    shown = house.done("quarantine", "list") + house.done("quarantine", "show", str(entry))
    assert secret not in ended.stderr + ended.stdout + shown


def test_the_same_bad_record_twice_is_one_entry(house: House, sandbox: Running) -> None:
    order_fault(sandbox.province, match=SEARCH, kind="rewrite", records={"3": {"dossierStatus.id": 99}}, times=2)
    for _ in range(2):
        assert house.sync("province", full=True, only="dossiers").counts.quarantined == 1
    assert house.rows("select batch_id, last_batch_id from ops.quarantine") == [(1, 2)]


def test_a_bad_part_refuses_the_whole_procedure(house: House, sandbox: Running) -> None:
    order_fault(
        sandbox.national,
        match="LayThuTuc",
        kind="rewrite",
        records={"0": {"THANHPHANHOSO.0.GIAYTO.1.SOBANCHINH": "hai"}},
    )
    report = house.sync("national")
    assert report.errors == ()
    assert report.counts.quarantined == 1
    assert house.rows("select path, reason, value from ops.quarantine") == [
        ("THANHPHANHOSO.GIAYTO[1].SOBANCHINH", "expected a whole number, found other text", "hai")
    ]
    assert house.value("select count(*) from core.procedure") == 11
    assert house.value("select count(*) from core.procedure_component") == 33


HUGE: dict[str, tuple[str, str, Any, str]] = {
    "a count beyond any integer": ("LayThuTuc", "THANHPHANHOSO.0.GIAYTO.0.SOBANCHINH", "99999999999", "procedures"),
    "a number beyond any numeric": (SEARCH, "processingTime", "9" * 140_000, "dossiers"),
}


@pytest.mark.parametrize("kind", HUGE)
def test_a_value_the_database_cannot_hold(kind: str, house: House, sandbox: Running) -> None:
    match, place, value, stream = HUGE[kind]
    portal = "national" if match == "LayThuTuc" else "province"
    order_fault(getattr(sandbox, portal), match=match, kind="rewrite", records={"0": {place: value}})
    report = house.sync(portal)
    assert report.errors == ()
    assert report.counts.quarantined == 1
    assert house.column("select stream from ops.quarantine") == [stream]
    assert house.rows("select distinct state from ops.batch") == [("loaded",)]


def test_a_bad_time_at_the_end_of_a_page_does_not_stop_an_incremental_run(house: House) -> None:
    with running_sandbox("--dossiers", str(DOSSIERS), "--procedures", "12", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        replace_in(house.own_mappings() / "province" / "dossiers.yaml", "page_size: 1000", "page_size: 20")
        house.night("province")
        pass_days(sandbox.province)
        bad = {"19": {"updatedDate": "2026-02-30T08:00:00.000+0700"}}
        order_fault(sandbox.province, match=SEARCH, kind="rewrite", records=bad)
        report = house.sync("province", only="dossiers")
    assert report.errors == ()
    assert report.counts.quarantined == 1
    assert house.column("select mode from ops.batch where stream = 'dossiers' order by batch_id") == [
        "full",
        "incremental",
    ]


GARBLED = "H15.01-2510\x00-0001"


def _few_a_page(house: House, sandbox: Running) -> None:
    """A province whose changes of some days fill several pages, the first night done."""
    house.connect_to(sandbox)
    replace_in(house.own_mappings() / "province" / "dossiers.yaml", "page_size: 1000", "page_size: 5")
    house.night("province")
    pass_days(sandbox.province, 4)


@pytest.mark.parametrize("nights", [1, 3])
def test_a_code_that_comes_garbled_for_some_nights_is_asked_for_again(house: House, nights: int) -> None:
    """The next night would have no reason to read that far: nothing has changed since."""
    with running_sandbox("--dossiers", str(DOSSIERS), "--procedures", "12", "--only", "province") as sandbox:
        _few_a_page(house, sandbox)
        for _ in range(nights):
            order_fault(sandbox.province, match=SEARCH, kind="rewrite", records={"3": {"code": GARBLED}}, after=1)
            ended = house.gateway("sync", "province", "--stream", "dossiers")
            assert ended.returncode == 1
            assert "the cursor stays: records came without a readable code" in ended.stderr
        assert house.column("select record_key from ops.quarantine") == [None]
        house.night("province")
        modes = house.column("select mode from ops.batch where stream = 'dossiers' order by batch_id")
        assert modes == ["full", *["incremental"] * (nights + 1)]
        theirs = {code: reading.STATUS[said["dossierStatus"]["id"]] for code, said in reading.dossiers(sandbox).items()}
        assert dict(house.rows("select dossier_code, status_code from core.dossier")) == theirs


def test_codes_garbled_for_ever_do_not_hold_the_cursor_for_ever(house: House) -> None:
    """Other bytes each night; after seven visits the stream goes on."""
    where = "select value from ops.cursor where stream = 'dossiers'"
    with running_sandbox("--dossiers", str(DOSSIERS), "--procedures", "12", "--only", "province") as sandbox:
        _few_a_page(house, sandbox)
        stood = [house.value(where)]
        for night in range(8):
            order_fault(sandbox.province, match=SEARCH, kind="rewrite", records={"3": {"code": f"{GARBLED}{night}"}})
            assert house.sync("province", only="dossiers").counts.quarantined == 1
            stood.append(house.value(where))
    assert stood[:8] == [stood[0]] * 8
    assert stood[8] > stood[0]
