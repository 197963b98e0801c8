"""The national catalogue through a vendor's gateway: code, message, data; one object where one was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.errors import FatalPortalError, SignInRefused
from gateway.errors import NeedsPerson
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers import catalogue
from tests.helpers.house import House, ledger

PORTAL = "national-gateway"
BASE = "/gateway/dvcqg"


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
    connection = sandbox.connections[PORTAL]
    order = {**connection["extra"], "grant_type": "client_credentials"}
    signed_in = sandbox.http.post(f"{sandbox.addresses[PORTAL]}{BASE}/GetToken", json=order, timeout=10).json()
    headers = {"Authorization": f"Bearer {signed_in['data']['access_token']}", "MaDonVi": connection["login"]}

    def ask(service: str, **parameters: str) -> list[Any]:
        address = f"{sandbox.addresses[PORTAL]}{BASE}/{service}"
        data = sandbox.http.get(address, params=parameters, headers=headers, timeout=10).json()["data"]
        return data if isinstance(data, list) else [data]

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
    amended = {code for code in before.keys() & after.keys() if before[code] != after[code]}
    new = len(after.keys() - before.keys())
    assert amended
    assert catalogue.batch(house, "procedures") == (
        len(after), new, len(amended), len(after) - new - len(amended), 0
    )  # fmt: skip
    versions = house.column(
        "select procedure_code from core.procedure_version join core.procedure using (procedure_id) where version_number = 2"
    )
    assert set(versions) == amended


def test_a_token_that_ends_in_the_middle_is_renewed_once(new_house: NewHouse) -> None:
    house = new_house()
    with running_sandbox("--only", PORTAL, "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        report = catalogue.sync_and(house, PORTAL, 10, lambda: sandbox.order(PORTAL, "expire", {}))
        calls = ledger(sandbox.addresses[PORTAL])["calls"]
    assert report.verdict() is None
    assert calls["GetToken"] == 2
    assert house.value("select count(*) from core.procedure") == 40


def test_404_concerns_that_code_alone(house: House, sandbox: Running) -> None:
    assert sandbox.order(PORTAL, "faults", {"match": "LayThuTuc", "kind": "status", "status": 404, "after": 7}).ok
    report = house.sync(PORTAL)
    assert isinstance(report.verdict(), NeedsPerson)
    assert (report.errors, report.counts.quarantined) == ((), 1)
    assert house.value("select count(*) from core.procedure") == 39
    [(code, path, reason)] = house.rows("select record_key, path, reason from ops.quarantine")
    assert path == "@request.maTTHC"
    assert "404" in reason
    assert house.value("select count(*) from core.procedure where procedure_code = :code", code=code) == 0
    assert house.sync(PORTAL).verdict() is None
    assert house.column("select state from ops.quarantine") == ["resolved"]
    assert house.value("select count(*) from core.procedure where procedure_code = :code", code=code) == 1


def test_a_detail_the_portal_lost_is_nothing_and_no_failure(house: House, sandbox: Running) -> None:
    body = '{"code": 200, "message": "Thành công", "data": null}'
    assert sandbox.order(PORTAL, "faults", {"match": "LayThuTuc", "kind": "body", "body": body, "after": 7}).ok
    report = house.sync(PORTAL)
    assert (report.verdict(), report.counts.quarantined) == (None, 0)
    assert house.value("select count(*) from core.procedure") == 39
    assert house.value("select count(*) from core.procedure_listing") == 40


def test_502_is_asked_again(house: House, sandbox: Running) -> None:
    before = ledger(sandbox.addresses[PORTAL])
    assert sandbox.order(PORTAL, "faults", {"match": "LayDanhSachTTHC", "kind": "status", "status": 502}).ok
    assert house.sync(PORTAL).verdict() is None
    after = ledger(sandbox.addresses[PORTAL])
    assert after["calls"]["LayDanhSachTTHC"] - before["calls"].get("LayDanhSachTTHC", 0) == 2
    assert house.value("select count(*) from core.procedure") == 40


@pytest.mark.parametrize(
    ("status", "body"), [(400, ""), (200, '{"code": 500, "message": "Lỗi hệ thống", "data": null}')]
)
def test_other_refusals_fail_their_stream_alone(house: House, sandbox: Running, status: int, body: str) -> None:
    fault = {"match": "LayDanhMucLinhVuc", "kind": "body", "status": status, "body": body, "times": 0}
    assert sandbox.order(PORTAL, "faults", fault).ok
    report = house.sync(PORTAL)
    [error] = report.errors
    assert isinstance(error, FatalPortalError)
    assert f"{PORTAL}/fields" in str(error)
    assert house.value("select count(*) from core.procedure") == 40


def test_another_unit_is_refused_with_its_reason(house: House, sandbox: Running) -> None:
    house.connect_to(sandbox, login="G99")
    report = house.sync(PORTAL)
    assert report.errors
    assert all(isinstance(error, FatalPortalError) for error in report.errors)
    assert "HTTP 403" in str(report.errors[0])
    assert house.value("select count(*) from core.procedure_listing") == 0


def test_a_wrong_secret_is_tried_once(new_house: NewHouse) -> None:
    house = new_house()
    with running_sandbox("--only", PORTAL, "--procedures", "2") as sandbox:
        extra = sandbox.connections[PORTAL]["extra"] | {"client_secret": "wrong"}
        house.connect_to(sandbox, extra=extra)  # type: ignore[arg-type]
        report = house.sync(PORTAL)
        calls = ledger(sandbox.addresses[PORTAL])["calls"]
    assert [type(error) for error in report.errors] == [SignInRefused]
    assert calls == {"GetToken": 1}
    assert "wrong" not in str(report.errors[0])
