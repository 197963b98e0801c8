"""A one-stop system on OpenCPS: start and end, words for states, dates and numbers as text."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import FatalPortalError, SignInRefused
from gateway.errors import NeedsPerson
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers.catalogue import batch
from tests.helpers.dossiers import instant, moved
from tests.helpers.house import House, ledger, replace_in
from tests.helpers.reading import code, one_line

PORTAL = "province-opencps"
BASE = "/o/rest/v2"
DOSSIERS = 300
Json = Any

# By sub-status where there is one, else by status: what the words mean here (the texts of the sandbox).
STATES = {
    "new": "1",
    "receiving": "1",
    "receiving_1": "2",
    "denied": "3",
    "processing_1": "4",
    "waiting_1": "5",
    "waiting_2": "6",
    "cancelled": "7",
    "unresolved": "8",
    "releasing": "9",
    "posting_1": "9",
    "done": "10",
}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--only", PORTAL, "--dossiers", str(DOSSIERS), "--procedures", "40") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running, house: House) -> Running:
    """The file's sandbox, behaving well, and the house connected to it."""
    running.http.delete(f"{running.addresses[PORTAL]}/_sandbox/faults", timeout=10)
    house.connect_to(running)
    return running


def _all(sandbox: Running, path: str) -> list[Json]:
    extra = sandbox.connections[PORTAL]["extra"]
    headers = {"groupId": extra["group_id"], "Token": extra["token"]}
    address = f"{sandbox.addresses[PORTAL]}{BASE}{path}?start=-1&end=-1"
    answer = sandbox.http.get(address, headers=headers, timeout=30).json()
    assert answer["total"] == len(answer["data"])
    found: list[Json] = answer["data"]
    return found


def _dossiers(sandbox: Running) -> dict[str, Json]:
    return {record["dossierNo"]: record for record in _all(sandbox, "/dossiers")}


def _row(record: Json) -> tuple[Any, ...]:
    word = record["dossierSubStatus"] or record["dossierStatus"]
    reference = record["referenceUid"]
    ended = record["releaseDate"] or record["finishDate"]
    dates = (record["modifiedDate"], record["submitDate"], record["receiveDate"], record["dueDate"], ended)
    return (
        record["dossierNo"],
        reference if reference.startswith("G22.") else None,
        STATES[word],
        word,
        record["dossierStatusText"],
        record["dossierSubStatusText"] or None,
        record["serviceCode"],
        one_line(record["serviceName"]),
        record["domainCode"],
        record["govAgencyCode"],
        "1",
        record["applicantName"],
        {"true": "2", "false": "1"}[record["online"]],
        *(instant(date, "%d/%m/%Y %H:%M:%S") for date in dates),
        Decimal(str(record["durationCount"])),
        code(record["durationUnit"]),
        str(record["dossierId"]),
    )


ROWS = """
    select dossier_code, dossier_code_national, status_code, source_status_code, source_status_name, task_status_name,
        procedure_code, procedure_name, field_code, agency_code, applicant_kind, applicant_name, channel_code,
        status_at, filed_at, received_at, due_at, finished_at, processing_time, processing_time_unit, source_id
    from core.dossier where issuer = 'province-opencps'"""


def _same(house: House, records: list[Json]) -> None:
    assert sorted(house.rows(ROWS), key=repr) == sorted(map(_row, records), key=repr)


def test_a_full_sync_holds_what_the_system_shows_and_a_second_one_changes_nothing(
    house: House, sandbox: Running
) -> None:
    first = house.sync(PORTAL)
    assert first.verdict() is None
    records = list(_dossiers(sandbox).values())
    assert len(records) == DOSSIERS
    assert {record["dossierSubStatus"] for record in records} > {"waiting_1", "waiting_2"}
    assert {record["referenceUid"].startswith("G22.") for record in records} == {True, False}
    _same(house, records)
    assert house.rows("select path, kind from ops.drift") == []
    assert house.rows("select declared_total, read_count from ops.batch where stream = 'dossiers'") == [
        (DOSSIERS, DOSSIERS)
    ]
    second = house.sync(PORTAL, full=True)
    assert second.verdict() is None
    assert (second.counts.new, second.counts.changed, second.counts.quarantined) == (0, 0, 0)
    assert second.counts.unchanged == first.counts.new


def test_procedures_are_those_of_the_system(house: House, sandbox: Running) -> None:
    assert house.sync(PORTAL, only="procedures").verdict() is None
    theirs = [
        (
            record["serviceCode"],
            record["serviceCodeDVCQG"] or None,
            one_line(record["serviceName"]),
            code(record["public_"]),
            record["domainCode"],
            record["administrationCode"],
            record["applicantText"].replace("<br>", "\n") or None,
            str(record["serviceInfoId"]),
        )
        for record in _all(sandbox, "/serviceinfos")
    ]
    ours = house.rows(
        """select procedure_code, procedure_code_national, procedure_name, state_code, field_code, agency_code,
            applicant_text, source_id from core.procedure where issuer = 'province-opencps'"""
    )
    assert len(theirs) == 40
    assert {row[1] is None for row in theirs} == {True, False}
    assert sorted(ours, key=repr) == sorted(theirs, key=repr)


def test_days_pass_and_only_the_first_pages_are_read(new_house: NewHouse) -> None:
    house = new_house()
    replace_in(house.own_mappings() / PORTAL / "dossiers.yaml", "page_size: 500", "page_size: 5")
    with running_sandbox("--only", PORTAL, "--dossiers", str(DOSSIERS), "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        assert house.sync(PORTAL).verdict() is None
        before = _dossiers(sandbox)
        assert sandbox.order(PORTAL, "days", {"days": 2}).ok
        after = _dossiers(sandbox)
        calls = ledger(sandbox.addresses[PORTAL])["calls"][f"{BASE}/dossiers"]
        assert house.sync(PORTAL).verdict() is None
        calls = ledger(sandbox.addresses[PORTAL])["calls"][f"{BASE}/dossiers"] - calls
    new, changed = moved(before, after)
    assert new
    assert changed
    read, *counts = batch(house, "dossiers")
    assert counts == [len(new), len(changed), read - len(new) - len(changed), 0]
    assert 1 < calls < len(after) / 5
    _same(house, list(after.values()))


def test_a_word_without_a_national_state_waits_for_a_person(house: House, sandbox: Running) -> None:
    changes = {"3": {"dossierStatus": "pausing", "dossierSubStatus": ""}}
    fault = {"match": f"{BASE}/dossiers", "kind": "rewrite", "records": changes}
    assert sandbox.order(PORTAL, "faults", fault).ok
    report = house.sync(PORTAL)
    assert isinstance(report.verdict(), NeedsPerson)
    assert report.counts.quarantined == 1
    assert house.rows("select path, reason, value from ops.quarantine") == [
        (
            "dossierSubStatus or dossierStatus",
            "a code that crosswalk province_opencps_status does not know",
            "pausing",
        )
    ]
    assert house.value("select count(*) from core.dossier") == DOSSIERS - 1


def test_the_sub_status_is_asked_before_the_status(house: House, sandbox: Running) -> None:
    """The same status, three sub-statuses: the two known ones tell the state, an unknown one is not guessed at."""
    words = {"1": "waiting_1", "2": "waiting_2", "3": "waiting_9"}
    changes = {place: {"dossierStatus": "waiting", "dossierSubStatus": word} for place, word in words.items()}
    changes["4"] = {"dossierStatus": "waiting", "dossierSubStatus": ""}
    fault = {"match": f"{BASE}/dossiers", "kind": "rewrite", "records": changes}
    assert sandbox.order(PORTAL, "faults", fault).ok
    codes = list(_dossiers(sandbox))
    # That call was spoiled; order it once more for the sync.
    assert sandbox.order(PORTAL, "faults", fault).ok
    assert isinstance(house.sync(PORTAL, only="dossiers").verdict(), NeedsPerson)
    states = dict(house.rows("select dossier_code, status_code from core.dossier"))
    assert [states.get(codes[place]) for place in (1, 2, 3, 4)] == ["5", "6", None, "5"]


@pytest.mark.parametrize(
    ("wrong", "kind", "said"),
    [({"token": "wrong"}, SignInRefused, "HTTP 401"), ({"group_id": "1"}, FatalPortalError, "HTTP 403")],
)
def test_a_stranger_is_refused(
    house: House, sandbox: Running, wrong: dict[str, str], kind: type[Exception], said: str
) -> None:
    house.connect_to(sandbox, extra=sandbox.connections[PORTAL]["extra"] | wrong)  # type: ignore[arg-type]
    report = house.sync(PORTAL)
    assert isinstance(report.errors[0], kind)
    assert report.errors[0].exit_code == 3
    assert said in str(report.errors[0])
    assert "wrong" not in str(report.errors[0])
    assert house.value("select count(*) from core.dossier") == 0


def test_an_error_in_place_of_the_list_leaves_everything_as_it_was(house: House, sandbox: Running) -> None:
    assert house.sync(PORTAL).verdict() is None
    records = list(_dossiers(sandbox).values())
    body = '{"code": 500, "message": "Internal error", "description": ""}'
    fault = {"match": f"{BASE}/dossiers", "kind": "body", "body": body, "times": 0}
    assert sandbox.order(PORTAL, "faults", fault).ok
    report = house.sync(PORTAL)
    [error] = report.errors
    assert error.exit_code == 3
    assert "no member 'data'" in str(error)
    _same(house, records)
