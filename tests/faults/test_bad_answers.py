"""A portal that answers wrongly: one line says what and where, the exit code is 3, and nothing half-read is taken in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers import dump
from tests.helpers.house import House, ledger, order_fault, replace_in, said

TOKEN = "/auth/realms/digo/protocol/openid-connect/token"
SEARCH = "/pa/dossier/search"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--dossiers", "250", "--procedures", "12") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running) -> Running:
    """The file's sandbox, behaving well."""
    for portal in (running.national, running.province):
        requests.delete(f"{portal}/_sandbox/faults", timeout=30)
    return running


@pytest.fixture
def house(new_house: NewHouse, sandbox: Running) -> House:
    house = new_house()
    house.connect_to(sandbox)
    # Pages of a hundred, so that there are several; and no long waits between attempts.
    replace_in(house.own_mappings() / "province" / "dossiers.yaml", "page_size: 1000", "page_size: 100")
    replace_in(house.mappings / "province" / "portal.yaml", "limits: {", "limits: {attempts: 1, ")
    replace_in(house.mappings / "national" / "portal.yaml", "limits: {", "limits: {attempts: 1, ")
    return house


def test_a_login_page_with_status_200(house: House, sandbox: Running) -> None:
    order_fault(sandbox.province, match=SEARCH, kind="html_login", times=0)
    ended = house.gateway("sync", "province")
    assert ended.returncode == 3
    [message] = said(ended)
    assert message.startswith(
        f"gateway: province/dossiers: page 0: GET {SEARCH}: refused right after signing in: an HTML or XML page of "
    )
    assert message.endswith(
        "came in place of JSON, probably the login page → check the credentials in connection portal_province"
    )
    _nothing_of_the_stream(house, message)


def test_a_login_page_once_is_only_an_ended_session(house: House, sandbox: Running) -> None:
    order_fault(sandbox.province, match=SEARCH, kind="html_login", after=1)
    house.night("province")
    assert house.value("select count(*) from core.dossier") == 250


def test_a_truncated_page(house: House, sandbox: Running) -> None:
    order_fault(sandbox.province, match=SEARCH, kind="truncated", times=0, after=1)
    ended = house.gateway("sync", "province")
    assert ended.returncode == 3
    [message] = said(ended)
    assert message.startswith(
        f"gateway: province/dossiers: page 1: GET {SEARCH}: the answer was cut or does not have its promised length"
    )
    assert message.endswith(" → try again later; if it stays, ask the portal's operator")
    _nothing_of_the_stream(house, message)


def test_an_empty_answer_with_status_200(house: House, sandbox: Running) -> None:
    order_fault(sandbox.province, match=SEARCH, kind="empty", times=0)
    ended = house.gateway("sync", "province")
    assert ended.returncode == 3
    [message] = said(ended)
    assert message == f"gateway: province/dossiers: page 0: GET {SEARCH}: HTTP 200 with an empty body → try again later"
    _nothing_of_the_stream(house, message)


def test_a_fault_of_the_portals_own(house: House, sandbox: Running) -> None:
    order_fault(sandbox.province, match=SEARCH, kind="status", status=500, times=0)
    ended = house.gateway("sync", "province")
    assert ended.returncode == 3
    [message] = said(ended)
    assert message == (
        f"gateway: province/dossiers: page 0: GET {SEARCH}: HTTP 500 → try again later; the portal reports a fault of its own"
    )


def test_a_portal_that_asks_for_six_hours(house: House, sandbox: Running) -> None:
    order_fault(sandbox.province, match=SEARCH, kind="status", status=503, retry_after=21600, times=0)
    ended = house.gateway("sync", "province")
    assert ended.returncode == 3
    [message] = said(ended)
    assert message.startswith(
        f"gateway: province/dossiers: page 0: GET {SEARCH}: HTTP 503: the portal asks us to wait 21600 s → "
    )


def test_a_failed_stream_is_made_up_for_by_the_next_run(house: House, sandbox: Running) -> None:
    order_fault(sandbox.province, match=SEARCH, kind="truncated", after=2)
    failed = house.sync("province")
    assert [error.exit_code for error in failed.errors] == [3]
    assert house.rows("select state from ops.run") == [("failed",)]
    house.night("province")
    assert house.value("select count(*) from core.dossier") == 250


def test_one_lost_detail_stops_the_whole_stream_and_names_it(house: House, sandbox: Running) -> None:
    order_fault(sandbox.national, match="LayThuTuc", kind="truncated", times=1, after=4)
    ended = house.gateway("sync", "national")
    assert ended.returncode == 3
    follows, cause = said(ended)
    assert cause.startswith("gateway: national/procedures: maTTHC=")
    assert "the answer was cut" in cause
    assert (
        follows
        == "gateway: national/decisions: stream procedures failed in this run, and this one is asked by its values"
    )
    assert house.value("select count(*) from core.procedure") == 0
    assert house.value("select count(*) from core.procedure_listing") == 12


@pytest.mark.parametrize(("portal", "door"), [("national", "login"), ("province", TOKEN)])
def test_a_wrong_password(portal: str, door: str, house: House, sandbox: Running) -> None:
    house.connect_to(sandbox, password="wrong")
    before = ledger(getattr(sandbox, portal))["calls"]
    ended = house.gateway("sync", portal)
    after = ledger(getattr(sandbox, portal))["calls"]
    assert ended.returncode == 3
    [message] = said(ended)
    assert "signing in failed: " in message
    assert message.endswith(f" → check login and password of connection portal_{portal}")
    assert "wrong" not in ended.stderr
    assert after[door] - before.get(door, 0) in {1, 2}
    assert {name: count for name, count in after.items() if name != door} == {
        name: count for name, count in before.items() if name != door
    }
    assert not any(_core(house).values())


def test_a_portal_that_is_away(house: House) -> None:
    with running_sandbox("--dossiers", "1", "--procedures", "1") as gone:
        house.connect_to(gone)
    ended = house.gateway("sync", "province", "national")
    assert ended.returncode == 3
    messages = said(ended)
    assert [message.split(" ")[1] for message in messages] == ["national/agencies:", "province/agencies:"]
    assert all("the connection failed (" in message for message in messages)
    assert all(message.endswith(" → try again later; if it stays, ask the portal's operator") for message in messages)
    assert not any(_core(house).values())
    assert house.column("select state from ops.run order by 1") == ["failed", "failed"]


def test_a_portal_that_is_away_does_not_hold_up_the_other(house: House, sandbox: Running) -> None:
    with running_sandbox("--dossiers", "1", "--procedures", "1", "--only", "national") as gone:
        pass
    own = dict(house.connections)
    house.connect_to(gone)
    house.connections = {**own, "AIRFLOW_CONN_PORTAL_NATIONAL": house.connections["AIRFLOW_CONN_PORTAL_NATIONAL"]}
    ended = house.gateway("sync", "national", "province")
    assert ended.returncode == 3
    assert len(said(ended)) == 1
    assert house.value("select count(*) from core.dossier") == 250


def test_a_landing_store_that_cannot_be_written(house: House) -> None:
    (house.place / "file").write_text("not a folder")
    ended = house.gateway("sync", "province", GATEWAY_LANDING=str(house.place / "file" / "landing"))
    assert ended.returncode == 4
    [message] = said(ended)
    assert message.startswith("gateway: province/agencies: ")
    assert (
        ": the landing store cannot be written (NotADirectoryError) → check space and rights of GATEWAY_LANDING"
        in message
    )
    assert not any(_core(house).values())


def _core(house: House) -> dump.Dump:
    with house.engine() as engine:
        return dump.everything(engine)


def _nothing_of_the_stream(house: House, message: str) -> None:
    """Other streams were taken in; of this one no row, and its batch says why."""
    assert house.value("select count(*) from core.dossier") == 0
    assert house.value("select count(*) from core.agency") > 0
    [(state, error, read)] = house.rows("select state, error, read_count from ops.batch where stream = 'dossiers'")
    assert (state, read) == ("failed", 0)
    assert error in message
    assert house.column("select state from ops.run") == ["failed"]
    assert house.value("select count(*) from ops.cursor") == 0
