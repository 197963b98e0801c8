"""The business registration's contract, called over real HTTP."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.business.credentials import CLIENT
from sandbox.testing import Running, running_sandbox

pytestmark = pytest.mark.filterwarnings("error")
LIST, ONE = "/apiCSDLDKDN/danhSachHoSo", "/apiCSDLDKDN/tinhTrangHoSo"
WEEK = {"from_date": "16/11/2026", "to_date": "20/11/2026"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """The business registration alone, on day 0, with 400 dossiers."""
    with running_sandbox("--only", "business", "--dossiers", "4000") as running:
        yield running


def token(running: Running) -> str:
    """A fresh token."""
    url, form = f"{running.addresses['business']}/token", {"grant_type": "client_credentials"}
    answer = running.http.post(url, data=form, auth=(CLIENT.id, CLIENT.secret), timeout=30)
    return str(answer.json()["access_token"])


def get(running: Running, path: str, bearer: str, **query: object) -> requests.Response:
    """A call with this token."""
    headers = {"Authorization": f"Bearer {bearer}"}
    url = f"{running.addresses['business']}{path}"
    return running.http.get(
        url, params={name: str(value) for name, value in query.items()}, headers=headers, timeout=30
    )


def ask(running: Running, path: str, **query: object) -> dict[str, Any]:
    """A signed-in call; its answer."""
    answer = get(running, path, token(running), **query)
    assert answer.status_code == 200
    return dict(answer.json())


def test_without_a_good_token_the_platform_answers_401(sandbox: Running) -> None:
    answer = get(sandbox, LIST, "over", **WEEK)
    assert (answer.status_code, answer.json()["fault"]["code"]) == (401, 900901)
    assert get(sandbox, LIST, token(sandbox), **WEEK).status_code == 200


@pytest.mark.parametrize(
    ("form", "status"), [({"grant_type": "password"}, 400), ({"grant_type": "client_credentials"}, 401)]
)
def test_a_token_is_given_for_the_right_grant_and_client(sandbox: Running, form: dict[str, str], status: int) -> None:
    url = f"{sandbox.addresses['business']}/token"
    assert sandbox.http.post(url, data=form, auth=(CLIENT.id, "wrong"), timeout=30).status_code == status


def test_the_client_may_stand_in_the_form(sandbox: Running) -> None:
    extra = sandbox.connections["business"]["extra"]
    form = {"grant_type": "client_credentials", **extra}
    answer = sandbox.http.post(f"{sandbox.addresses['business']}/token", data=form, timeout=30)
    assert get(sandbox, LIST, answer.json()["access_token"], **WEEK).json()["Status"] == "1"


def test_a_window_holds_what_was_received_on_its_days(sandbox: Running) -> None:
    answer = ask(sandbox, LIST, **WEEK)
    records = answer["MainInformation"]
    assert (answer["Status"], answer["Message"], answer["DataCount"]) == ("1", "success", len(records))
    assert {record["RECEIPT_DATE"] for record in records} == {f"{day}/11/2026" for day in range(16, 21)}
    assert all(re.fullmatch(r"2611\d{7}", str(record["IN_JOURNAL_NO"])) for record in records)
    assert all(re.fullmatch(r"(9900\d{6})?", record["ENTERPRISE_GDT_CODE"]) for record in records)


def test_windows_of_one_day_make_up_the_window_of_five(sandbox: Running) -> None:
    days = [f"{day}/11/2026" for day in range(16, 21)]
    parts = [ask(sandbox, LIST, from_date=day, to_date=day)["MainInformation"] for day in days]
    assert [record for part in parts for record in part] == ask(sandbox, LIST, **WEEK)["MainInformation"]


def test_pages_cover_the_window_and_each_says_the_total(sandbox: Running) -> None:
    whole = ask(sandbox, LIST, **WEEK)
    pages = [ask(sandbox, LIST, **WEEK, offset=offset, limit=7) for offset in range(0, whole["DataCount"] + 7, 7)]
    assert {page["DataCount"] for page in pages} == {whole["DataCount"]}
    assert [record for page in pages for record in page["MainInformation"]] == whole["MainInformation"]
    assert pages[-1]["MainInformation"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"from_date": "15/11/2026", "to_date": "20/11/2026"},
        {"from_date": "20/11/2026", "to_date": "19/11/2026"},
        {"from_date": "1/11/2026", "to_date": "02/11/2026"},
        {"from_date": "2026-11-20", "to_date": "2026-11-20"},
        {"to_date": "20/11/2026"},
        WEEK | {"offset": "-1"},
        WEEK | {"limit": "all"},
    ],
)
def test_a_bad_window_is_status_0_under_http_200(sandbox: Running, query: dict[str, str]) -> None:
    answer = ask(sandbox, LIST, **query)
    assert (answer["Status"], answer["DataCount"], answer["MainInformation"]) == ("0", 0, [])
    assert answer["Message"] != "success"


def test_one_dossier_says_more_than_the_list(sandbox: Running) -> None:
    for listed in ask(sandbox, LIST, **WEEK)["MainInformation"][:10]:
        [record] = ask(sandbox, ONE, in_journal_no=listed["IN_JOURNAL_NO"])["MainInformation"]
        assert listed.items() <= record.items()
        assert re.fullmatch(r"099\d{9}", record["CONTACT_ID_NO"])
    missing = ask(sandbox, ONE, in_journal_no="26112099999")
    assert (missing["Status"], missing["MainInformation"]) == ("0", [])


def test_statuses_move_on_as_days_pass_and_new_dossiers_come() -> None:
    size = ("--only", "business", "--dossiers", "4000")
    with running_sandbox(*size) as running, running_sandbox(*size, "--day", "4") as later:
        before = ask(running, LIST, **WEEK)["MainInformation"]
        for _ in range(4):
            running.order("business", "days", {"days": 1})
        after = ask(running, LIST, **WEEK)["MainInformation"]
        assert [record["IN_JOURNAL_NO"] for record in after] == [record["IN_JOURNAL_NO"] for record in before]
        assert [record["PROCESS_STATUS"] for record in after] != [record["PROCESS_STATUS"] for record in before]
        fresh = {"from_date": "21/11/2026", "to_date": "24/11/2026"}
        assert ask(running, LIST, **fresh)["DataCount"] > 0
        for window in (WEEK, fresh):
            assert ask(running, LIST, **window) == ask(later, LIST, **window)


def test_calls_are_counted_and_faults_hit_them(sandbox: Running) -> None:
    sandbox.order("business", "faults", {"match": ONE, "kind": "empty"})
    assert get(sandbox, ONE, token(sandbox), in_journal_no="1").content == b""
    ledger = sandbox.http.get(f"{sandbox.addresses['business']}/_sandbox/ledger", timeout=30).json()
    assert ledger["spoiled"][ONE] == 1
    assert ledger["calls"][ONE] >= 1
