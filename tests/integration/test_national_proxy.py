"""The national catalogue through a province's proxy: the national answer is a string in `message`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.errors import SignInRefused
from gateway.errors import NeedsPerson
from gateway.portals import load_portal
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers import catalogue
from tests.helpers.house import ROOT, House, ledger

PORTAL = "national-proxy"
BASE = "/KetNoiMotCuaQuocGia"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--only", PORTAL, "--dossiers", "300", "--procedures", "40") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running, house: House) -> Running:
    """The file's sandbox, behaving well, and the house connected to it."""
    running.http.delete(f"{running.addresses[PORTAL]}/_sandbox/faults", timeout=10)
    house.connect_to(running)
    return running


def _asker(sandbox: Running) -> catalogue.Ask:
    key = {"ApiKey": sandbox.connections[PORTAL]["extra"]["api_key"]}

    def ask(service: str, **parameters: str) -> list[Any]:
        address = f"{sandbox.addresses[PORTAL]}{BASE}/{service}"
        answer = sandbox.http.get(address, params=parameters, headers=key, timeout=10).json()
        assert isinstance(answer["message"], str)
        result: list[Any] = json.loads(answer["message"])["result"]
        return result

    return ask


def test_a_full_sync_holds_what_the_portal_tells_and_a_second_one_changes_nothing(
    house: House, sandbox: Running
) -> None:
    first = house.sync(PORTAL)
    assert first.verdict() is None
    told = catalogue.told(_asker(sandbox))
    assert len(told.procedures) == 40
    assert catalogue.held(house, PORTAL) == told
    assert house.rows("select path, kind from ops.drift") == []
    second = house.sync(PORTAL)
    assert second.verdict() is None
    assert (second.counts.new, second.counts.changed, second.counts.quarantined) == (0, 0, 0)
    assert second.counts.unchanged == first.counts.new


def test_days_pass_and_only_what_was_amended_changes(new_house: NewHouse) -> None:
    house = new_house()
    with running_sandbox("--only", PORTAL, "--dossiers", "300", "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        ask = _asker(sandbox)
        assert house.sync(PORTAL).verdict() is None
        before = catalogue.details(ask)
        assert sandbox.order(PORTAL, "days", {"days": 2}).ok
        after = catalogue.details(ask)
        assert house.sync(PORTAL).verdict() is None
        told = catalogue.told(ask)
    amended = {code for code in before.keys() & after.keys() if before[code] != after[code]}
    new = len(after.keys() - before.keys())
    assert amended
    assert catalogue.batch(house, "procedures") == (
        len(after), new, len(amended), len(after) - new - len(amended), 0
    )  # fmt: skip
    current = house.column("select procedure_code from core.procedure where issuer = :issuer", issuer=PORTAL)
    assert set(current) == before.keys() | after.keys()
    steps = [row for row in catalogue.held(house, PORTAL).steps if row[0] in after]
    assert steps == told.steps


def test_a_token_that_ends_in_the_middle_is_renewed_once(new_house: NewHouse) -> None:
    house = new_house()
    with running_sandbox("--only", PORTAL, "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        report = catalogue.sync_and(house, PORTAL, 10, lambda: sandbox.order(PORTAL, "expire", {}))
        calls = ledger(sandbox.addresses[PORTAL])["calls"]
    assert report.verdict() is None
    assert calls["token"] == 2
    assert 40 <= calls["LayThuTuc"] <= 40 + 8
    assert house.value("select count(*) from core.procedure") == 40


def test_a_refusal_inside_the_string_concerns_that_code_alone(house: House, sandbox: Running) -> None:
    inner = {"error_code": "1", "message": "Không tìm thấy thủ tục hành chính", "result": []}
    outer = {"status": 200, "message": json.dumps(inner, ensure_ascii=False)}
    fault = {"match": "LayThuTuc", "kind": "body", "body": json.dumps(outer), "after": 5}
    assert sandbox.order(PORTAL, "faults", fault).ok
    report = house.sync(PORTAL)
    assert isinstance(report.verdict(), NeedsPerson)
    assert (report.errors, report.counts.quarantined) == ((), 1)
    assert house.value("select count(*) from core.procedure") == 39
    [(code, path, state)] = house.rows("select record_key, path, state from ops.quarantine")
    assert (path, state) == ("@request.maTTHC", "open")
    assert house.value("select count(*) from core.procedure_listing where procedure_code = :code", code=code) == 1
    assert house.sync(PORTAL).verdict() is None
    assert house.column("select state from ops.quarantine") == ["resolved"]
    assert house.value("select count(*) from core.procedure") == 40


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"status": 500, "message": ""}, "status=500"),
        ({"status": 200, "message": '{"error_code": 1, "message": "Thiếu tham số", "result": []}'}, "Thiếu tham số"),
        ({"status": 200, "message": '{"error_code": 0, "resu'}, "inside member 'message'"),
        ({"status": 200, "message": {"error_code": 0, "result": []}}, "not a text that holds json"),
    ],
)
def test_an_answer_of_another_kind_fails_its_stream_alone(
    house: House, sandbox: Running, answer: dict[str, Any], complaint: str
) -> None:
    body = json.dumps(answer, ensure_ascii=False)
    assert sandbox.order(PORTAL, "faults", {"match": "LayDanhMucLinhVuc", "kind": "body", "body": body, "times": 0}).ok
    report = house.sync(PORTAL)
    [error] = report.errors
    assert error.exit_code == 3
    assert complaint in str(error)
    assert f"{PORTAL}/fields" in str(error)
    assert house.value("select count(*) from core.procedure") == 40
    assert house.value("select count(*) from core.field") == 0


def test_a_wrong_secret_is_tried_once(new_house: NewHouse) -> None:
    house = new_house()
    with running_sandbox("--only", PORTAL, "--procedures", "2") as sandbox:
        extra = sandbox.connections[PORTAL]["extra"] | {"client_secret": "wrong"}
        house.connect_to(sandbox, extra=extra)  # type: ignore[arg-type]
        report = house.sync(PORTAL)
        calls = ledger(sandbox.addresses[PORTAL])["calls"]
    assert [type(error) for error in report.errors] == [SignInRefused]
    assert calls == {"token": 1}
    assert "wrong" not in str(report.errors[0])


@pytest.mark.parametrize("portal", [PORTAL, "national-gateway"])
@pytest.mark.parametrize("stream", ["procedure_list", "procedures", "fields", "decisions"])
def test_the_same_records_are_mapped_alike_in_every_wrapping(portal: str, stream: str) -> None:
    """The files are written out, so that each can be read alone; none may be mended without the others."""
    ours, national = (
        load_portal((ROOT / "mappings",), name).stream(stream).document.content for name in (portal, "national")
    )
    wrapping = {"request", "unwrap", "records", "paging", "owns"}  # of the three only one can own a column
    assert {key: said for key, said in ours.items() if key not in wrapping} == {
        key: said for key, said in national.items() if key not in wrapping
    }
