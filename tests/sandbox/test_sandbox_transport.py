"""The contract of the transport ministry's one-stop system, called over real HTTP."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import requests

from sandbox.testing import Running, running_sandbox
from sandbox.transport.credentials import API_KEY, CLIENT, UNIT

pytestmark = pytest.mark.filterwarnings("error")
LIST = "/apiGTVT/danhsachhoso"
AGENCIES = ("G04.98", "G04.99")
KEYS = {"MaDonVi": UNIT, "ApiKey": API_KEY}
DAYS = {"ReceiveFromDate": "18/11/2026", "ReceiveToDate": "20/11/2026"}
EVERYTHING = {"Start": "-1", "End": "-1", "GovAgencyCode": "G04.98"}
TIME = re.compile(r"\d\d/\d\d/2026 \d\d:\d\d:\d\d")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """The transport system alone, on day 0, with 400 dossiers."""
    with running_sandbox("--only", "transport", "--dossiers", "4000") as running:
        yield running


def bearer(running: Running) -> dict[str, str]:
    """The header of a fresh token."""
    url, form = f"{running.addresses['transport']}/token", {"grant_type": "client_credentials"}
    answer = running.http.post(url, data=form, auth=(CLIENT.id, CLIENT.secret), timeout=30)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def get(running: Running, headers: dict[str, str], query: dict[str, str]) -> requests.Response:
    """A call with just these headers."""
    return running.http.get(f"{running.addresses['transport']}{LIST}", params=query, headers=headers, timeout=30)


def ask(running: Running, **query: str) -> dict[str, Any]:
    """A signed-in call for one agency's last three days, unless said otherwise; its answer."""
    answer = get(running, KEYS | bearer(running), EVERYTHING | DAYS | query)
    assert answer.status_code == 200
    return dict(answer.json())


def received_until(running: Running, last: date, days: int) -> list[dict[str, Any]]:
    """What both agencies received, asked for in windows of three days."""
    begins = [last - timedelta(days=days - 1 - 3 * place) for place in range(days // 3)]
    return [
        record
        for begin in begins
        for agency in AGENCIES
        for record in ask(
            running,
            GovAgencyCode=agency,
            ReceiveFromDate=f"{begin:%d/%m/%Y}",
            ReceiveToDate=f"{begin + timedelta(days=2):%d/%m/%Y}",
        )["data"]
    ]


def test_token_and_both_headers_are_needed(sandbox: Running) -> None:
    query, token = EVERYTHING | DAYS, bearer(sandbox)
    assert get(sandbox, KEYS, query).status_code == 401
    assert get(sandbox, token, query).status_code == 403
    assert get(sandbox, token | KEYS | {"ApiKey": "wrong"}, query).status_code == 403
    assert get(sandbox, token | KEYS | {"MaDonVi": "H99"}, query).status_code == 403
    assert get(sandbox, token | KEYS, query).status_code == 200


def test_the_ready_line_says_how_to_sign_in(sandbox: Running) -> None:
    connection = sandbox.connections["transport"]
    assert (connection["login"], connection["extra"]["api_key"]) == (UNIT, API_KEY)
    assert connection["extra"]["client_id"] == CLIENT.id


def test_dossiers_have_the_shape_of_opencps(sandbox: Running) -> None:
    records = received_until(sandbox, date(2026, 11, 20), 60)
    assert len(records) > 50
    assert len({record["dossierNo"] for record in records}) == len(records)
    assert all(isinstance(value, str) for record in records for value in record.values())
    assert {record["dossierStatus"] for record in records} == {"processing", "waiting", "releasing", "done", "denied"}
    assert {record["dossierSubStatus"] for record in records} == {"", "supplement", "paying"}
    assert all(re.fullmatch(r"GTVT\.26\d{4}\.\d{5}", record["dossierNo"]) for record in records)
    assert all(TIME.fullmatch(record["receiveDate"]) for record in records)
    assert {bool(TIME.fullmatch(record["finishDate"])) for record in records} == {True, False}
    assert all(record["finishDate"] or record["dossierStatus"] != "done" for record in records)


def test_a_window_holds_one_agencys_dossiers_of_its_days(sandbox: Running) -> None:
    days = {"18/11/2026", "19/11/2026", "20/11/2026"}
    found = [ask(sandbox, GovAgencyCode=agency) for agency in AGENCIES]
    for agency, answer in zip(AGENCIES, found, strict=True):
        assert answer["total"] == len(answer["data"]) > 0
        assert {record["govAgencyCode"] for record in answer["data"]} == {agency}
        assert {record["receiveDate"][:10] for record in answer["data"]} <= days
    assert ask(sandbox, GovAgencyCode="G04.01") == {"total": 0, "data": []}


def test_start_and_end_cut_the_list_and_the_total_stays(sandbox: Running) -> None:
    whole = ask(sandbox)
    parts = [ask(sandbox, Start=str(start), End=str(start + 2)) for start in range(0, whole["total"], 2)]
    assert [record for part in parts for record in part["data"]] == whole["data"]
    assert {part["total"] for part in parts} == {whole["total"]}


@pytest.mark.parametrize(
    "query",
    [
        {"ReceiveFromDate": "17/11/2026"},
        {"ReceiveToDate": "17/11/2026"},
        {"ReceiveFromDate": "2026-11-20"},
        {"GovAgencyCode": ""},
        {"Start": "3", "End": "1"},
        {"Start": "-1", "End": "5"},
        {"Start": "first"},
    ],
)
def test_a_bad_parameter_is_http_400(sandbox: Running, query: dict[str, str]) -> None:
    answer = get(sandbox, KEYS | bearer(sandbox), EVERYTHING | DAYS | query)
    assert (answer.status_code, answer.json()["code"]) == (400, 400)


def test_statuses_move_on_as_days_pass() -> None:
    size, last = ("--only", "transport", "--dossiers", "4000"), date(2026, 11, 20)
    with running_sandbox(*size) as running, running_sandbox(*size, "--day", "3") as later:
        before = {record["dossierNo"]: record for record in received_until(running, last, 30)}
        running.order("transport", "days", {"days": 2})
        running.order("transport", "days", {"days": 1})
        after = {record["dossierNo"]: record for record in received_until(running, last, 30)}
        moved = [number for number in before if after[number] != before[number]]
        assert after.keys() == before.keys()
        assert moved
        assert all(after[number]["dossierStatus"] != before[number]["dossierStatus"] for number in moved)
        assert list(after.values()) == received_until(later, last, 30)


def test_calls_are_counted_and_faults_hit_them(sandbox: Running) -> None:
    sandbox.order("transport", "faults", {"match": LIST, "kind": "status", "status": 429, "retry_after": 1})
    assert get(sandbox, KEYS, EVERYTHING).status_code == 429
    ledger = sandbox.http.get(f"{sandbox.addresses['transport']}/_sandbox/ledger", timeout=30).json()
    assert ledger["spoiled"][LIST] == 1
    assert ledger["calls"][LIST] >= 1
