"""Every way the wire and the pages can be spoiled, at a JSON portal: what the report says, and what is in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.errors import ExplainedError
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import House, replace_in

pytestmark = pytest.mark.long

SEARCH = "/pa/dossier/search"
COUNT = 250

# What stops the stream, and what the report then says. None of it may leave a row, or keep other streams from coming in.
FATAL: list[tuple[str, dict[str, Any], str]] = [
    ("hang", {}, "no complete answer within 2 s"),
    ("drip_headers", {"seconds": 0.3}, "no complete answer within 2 s"),
    ("drip_body", {"seconds": 0.3}, "no complete answer within 2 s"),
    ("drip_gzip", {"seconds": 0.3}, "compressed body"),
    ("reset", {}, "the connection failed (ConnectionResetError)"),
    ("cut_headers", {}, "length unknown"),
    ("cut_chunk", {}, "the answer was cut"),
    ("wrong_length", {"length": "short"}, "not a complete JSON object"),
    ("wrong_length", {"length": "long"}, "length"),
    ("wrong_length", {"length": "two"}, "two Content-Lengths"),
    ("no_length", {}, "length"),
    ("no_length", {"cut": True}, "length"),
    ("unasked_gzip", {}, "compressed body"),
    ("gzip_truncated", {}, "compressed body"),
    ("gzip_bomb", {"bytes": 20_000_000}, "compressed body"),
    ("huge", {"bytes": 9_000_000}, "more than"),
    ("huge", {"bytes": 9_000_000, "declared": True}, "more than"),
    ("status", {"status": 502}, "HTTP 502"),
    ("status", {"status": 429, "retry_after": 86400}, "the portal asks us to wait 86400 s"),
    ("status", {"status": 503, "retry_after_text": "soon"}, "the portal asks us to wait 1 s"),
    ("redirect", {"location": "http://127.0.0.1:9/elsewhere"}, "redirects are never followed"),
    ("redirect", {"location": "file:///etc/passwd", "status": 307}, "redirects are never followed"),
    ("nested", {"depth": 100_000}, "not a complete JSON object"),
    ("nan", {}, "not a complete JSON object"),
    ("duplicate_page", {}, "the very bytes of the page before"),
    ("doctype", {}, "an HTML or XML page"),
    ("external_entity", {}, "an HTML or XML page"),
    ("xml_bomb", {}, "an HTML or XML page"),
    ("body", {"body": '{"title": "Lỗi hệ thống", "status": 500}'}, "the answer has no member 'content'"),
]

# What is mended by asking again, or does no harm.
HARMLESS: list[tuple[str, dict[str, Any]]] = [
    ("hang_up", {"times": 1}),
    ("reset", {"times": 1}),
    ("truncated", {"times": 1}),
    ("cut_headers", {"times": 1}),
    ("empty", {"times": 1}),
    ("status", {"times": 1, "status": 503}),
    ("status", {"times": 1, "status": 429, "retry_after": 0}),
    ("bom", {"times": 0}),
    ("wrong_type", {"times": 0}),
    ("slow", {"times": 1, "seconds": 0.1}),
]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--dossiers", str(COUNT), "--procedures", "12", "--only", "province") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running) -> Running:
    """The file's sandbox, behaving well."""
    running.http.delete(f"{running.province}/_sandbox/faults", timeout=30)
    return running


def open_house(new_house: NewHouse, sandbox: Running, attempts: int) -> House:
    """Pages of fifty, so that there are several; a short deadline, a small cap, and as many attempts as the case needs."""
    house = new_house()
    house.connect_to(sandbox)
    folder = house.own_mappings() / "province"
    replace_in(folder / "dossiers.yaml", "page_size: 1000", "page_size: 50")
    limits = f"limits: {{attempts: {attempts}, max_bytes: 4MB, "
    replace_in(folder / "portal.yaml", "limits: {", limits)
    replace_in(folder / "portal.yaml", "total: 2m", "total: 2s")
    return house


def asked(sandbox: Running) -> Counter[str]:
    """How often each address was called so far."""
    return Counter(sandbox.http.get(f"{sandbox.province}/_sandbox/ledger", timeout=30).json()["calls"])


def spoil(sandbox: Running, kind: str, **more: Any) -> None:
    """From the second page of dossiers on."""
    order = {"match": SEARCH, "kind": kind, "times": 0, "after": 1, **more}
    answer = sandbox.order("province", "faults", order)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("kind", "more", "says"), FATAL, ids=lambda value: str(value)[:40])
def test_it_stops_the_stream_and_nothing_else(
    kind: str, more: dict[str, Any], says: str, new_house: NewHouse, sandbox: Running
) -> None:
    house = open_house(new_house, sandbox, attempts=1)
    spoil(sandbox, kind, **more)
    report = house.sync("province")
    [error] = report.errors
    assert isinstance(error, ExplainedError)
    assert error.exit_code == 3
    assert str(error).startswith("province/dossiers: page 1: GET /pa/dossier/search: ") or "page 1" in error.where
    assert says in str(error)
    assert error.do
    assert house.value("select count(*) from core.dossier") == 0
    assert house.value("select count(*) from core.agency") > 0
    states = dict(house.rows("select stream, state from ops.batch"))
    assert states.pop("dossiers") == "failed"
    assert house.value("select error from ops.batch where stream = 'dossiers'") in str(error)
    assert house.value("select state from ops.run") == "failed"
    _whole_again(house, sandbox)


@pytest.mark.parametrize(("kind", "more"), HARMLESS, ids=lambda value: str(value)[:40])
def test_it_does_no_harm(kind: str, more: dict[str, Any], new_house: NewHouse, sandbox: Running) -> None:
    house = open_house(new_house, sandbox, attempts=3)
    spoil(sandbox, kind, **more)
    assert house.sync("province").verdict() is None
    assert house.value("select count(*) from core.dossier") == COUNT
    assert sandbox.http.get(f"{sandbox.province}/_sandbox/ledger", timeout=30).json()["spoiled"][SEARCH] >= 1


def test_a_list_that_moves_is_read_a_second_time(new_house: NewHouse, sandbox: Running) -> None:
    house = open_house(new_house, sandbox, attempts=1)
    folder = house.mappings / "province"
    replace_in(folder / "agencies.yaml", "page_size: 500", "page_size: 20")
    undisturbed = open_house(new_house, sandbox, attempts=1)
    undisturbed.night("province")
    wanted = undisturbed.column("select agency_code from core.agency order by 1")
    moved = {"match": "/ba/agency", "kind": "shifted_page", "times": 1, "after": 1, "count": 3}
    assert sandbox.order("province", "faults", moved).status_code == 200
    assert house.sync("province").verdict() is None
    assert house.column("select agency_code from core.agency order by 1") == wanted
    assert house.value("select warning from ops.batch where stream = 'agencies'") == (
        "the list moved while it was read, and was read a second time"
    )


def test_what_slips_up_a_newest_first_list_is_not_missed(new_house: NewHouse, sandbox: Running) -> None:
    """Rows above a page went away while it was asked for: the two that slipped to the page before are read after all."""
    house = open_house(new_house, sandbox, attempts=1)
    spoil(sandbox, "shifted_page", times=1, count=2)
    assert house.sync("province", only="dossiers").verdict() is None
    assert house.value("select count(*) from core.dossier") == COUNT
    assert "was read a second time" in house.value("select warning from ops.batch")


def test_a_list_that_shrank_is_held_back_until_a_person_accepts_it(new_house: NewHouse, sandbox: Running) -> None:
    house = open_house(new_house, sandbox, attempts=1)
    house.night("province")
    before = house.column("select agency_code from core.agency order by 1")
    order = {"match": "/ba/agency", "kind": "shrunk", "times": 0, "count": 5}
    assert sandbox.order("province", "faults", order).status_code == 200
    [error] = house.sync("province").errors
    assert f"the complete list came with 5 records, after {len(before)} the last time: it is held back" in str(error)
    assert "gateway sync province --full --stream agencies --accept-shrunk" in error.do
    assert house.column("select agency_code from core.agency order by 1") == before
    states = house.rows("select state, error from ops.batch where stream = 'agencies' order by batch_id desc limit 1")
    assert [state for state, _ in states] == ["failed"]
    ended = house.gateway("sync", "province", "--full", "--stream", "agencies", "--accept-shrunk")
    assert ended.returncode == 0
    assert house.value("select read_count from ops.batch order by batch_id desc limit 1") == 5


def test_a_portal_that_only_fails_is_left_alone(new_house: NewHouse, sandbox: Running) -> None:
    """The circuit: after two failures in a row the third stream is not even asked for, and the report says why."""
    house = open_house(new_house, sandbox, attempts=1)
    replace_in(house.mappings / "province" / "portal.yaml", "limits: {", "limits: {failures: 2, ")
    for path in ("/ba/agency", SEARCH, "/bd/procedure"):
        order = {"match": path, "kind": "status", "status": 502, "times": 0}
        assert sandbox.order("province", "faults", order).status_code == 200
    before = asked(sandbox)
    errors = [str(error) for error in house.sync("province").errors]
    assert ["HTTP 502" in error for error in errors] == [True, True, False]
    assert "circuit open after 2 failures in a row: the portal is asked no more in this run" in errors[2]
    assert asked(sandbox)["/bd/procedure"] == before["/bd/procedure"]
    assert house.value("select state from ops.run") == "failed"
    _whole_again(house, sandbox)


def test_the_repeats_of_a_run_are_counted_over_all_its_calls(new_house: NewHouse, sandbox: Running) -> None:
    house = open_house(new_house, sandbox, attempts=4)
    replace_in(house.mappings / "province" / "portal.yaml", "limits: {", "limits: {retries: 2, ")
    replace_in(house.mappings / "province" / "portal.yaml", "parallel: 2", "parallel: 1")
    spoil(sandbox, "empty")
    before = asked(sandbox)
    [error] = house.sync("province").errors
    assert "the 2 repeats of this run are used up" in str(error)
    assert asked(sandbox)[SEARCH] - before[SEARCH] == 1 + 3
    assert house.value("select count(*) from core.dossier") == 0


@pytest.mark.parametrize(
    ("kind", "more", "reason"),
    [
        ("nul", {"field": "code"}, "NUL"),
        ("rewrite", {"records": {"0": {"dossierStatus.id": 99}}}, "crosswalk province_status does not know"),
        ("rewrite", {"records": {"0": {"updatedDate": "2026-02-30T08:00:00.000+0700"}}}, "not a date"),
        ("rewrite", {"remove": {"0": ["code"]}}, "required"),
    ],
    ids=["nul", "unknown status", "30 February", "a required member gone"],
)
def test_a_bad_record_waits_and_the_others_pass(
    kind: str, more: dict[str, Any], reason: str, new_house: NewHouse, sandbox: Running
) -> None:
    house = open_house(new_house, sandbox, attempts=1)
    spoil(sandbox, kind, times=1, **more)
    report = house.sync("province", only="dossiers")
    verdict = report.verdict()
    assert verdict is not None
    assert verdict.exit_code == 1
    assert report.counts.quarantined >= 1
    assert report.counts.read == COUNT == report.counts.new + report.counts.quarantined
    assert house.value("select count(*) from core.dossier") == report.counts.new
    reasons = house.column("select distinct reason from ops.quarantine where state = 'open'")
    assert any(reason in each for each in reasons), reasons


@pytest.mark.parametrize("charset", ["windows-1258", "utf-16"])
def test_another_charset_than_the_declared_one_stores_no_garbled_name(
    charset: str, new_house: NewHouse, sandbox: Running
) -> None:
    house = open_house(new_house, sandbox, attempts=1)
    spoil(sandbox, "wrong_charset", charset=charset)
    verdict = house.sync("province", only="dossiers").verdict()
    assert verdict is not None
    assert verdict.exit_code in {1, 3}
    right = open_house(new_house, sandbox, attempts=1)
    sandbox.http.delete(f"{sandbox.province}/_sandbox/faults", timeout=30)
    right.night("province")
    columns = "dossier_code, procedure_name, agency_name, applicant_name, source_status_name"
    assert set(house.rows(f"select {columns} from core.dossier")) <= set(
        right.rows(f"select {columns} from core.dossier")
    )


def _whole_again(house: House, sandbox: Running) -> None:
    """Once the portal is well, the next run brings everything: nothing of the bad night stays."""
    sandbox.http.delete(f"{sandbox.province}/_sandbox/faults", timeout=30)
    assert house.sync("province").verdict() is None
    assert house.value("select count(*) from core.dossier") == COUNT
    assert house.value("select count(*) from ops.quarantine") == 0
