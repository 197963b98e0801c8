"""The province portal's contract, called over real HTTP."""

import re
from itertools import pairwise
from typing import Any

import pytest

from sandbox.credentials import PROVINCE_CLIENT, PROVINCE_PASSWORD, PROVINCE_SECRET, PROVINCE_USERNAME
from sandbox.testing import KEYCLOAK, Running

pytestmark = pytest.mark.filterwarnings("error")

FIELDS = {
    "id", "code", "nationCode", "dossierStatus", "dossierTaskStatus", "applicant", "procedure", "agency",
    "appliedDate", "acceptedDate", "appointmentDate", "dueDate", "completedDate", "updatedDate", "processingTime",
    "processingTimeUnit", "currentTask", "task", "applyMethod", "eForm", "isDVCLT",
}  # fmt: skip
SEARCH = "/pa/dossier/search"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[07]00")


def all_pages(sandbox: Running, token: str, path: str = SEARCH, **query: object) -> list[dict[str, Any]]:
    """Every record of a list, page by page."""
    records: list[dict[str, Any]] = []
    for number in range(1000):
        page = sandbox.province_get(path, token, page=number, **query).json()
        records += page["content"]
        if page["last"]:
            break
    return records


def test_the_keycloak_door_knows_both_grants(sandbox: Running) -> None:
    user = {"grant_type": "password", "client_id": PROVINCE_CLIENT, "username": PROVINCE_USERNAME}
    answers = [
        sandbox.http.post(sandbox.province + KEYCLOAK, data=user | {"password": PROVINCE_PASSWORD}, timeout=10),
        sandbox.http.post(
            sandbox.province + KEYCLOAK,
            data={"grant_type": "client_credentials"},
            auth=(PROVINCE_CLIENT, PROVINCE_SECRET),
            timeout=10,
        ),
    ]
    for answer in answers:
        assert answer.json()["expires_in"] == 300
        assert sandbox.province_get("/ba/agency", answer.json()["access_token"]).status_code == 200


def test_the_second_door_gives_its_token_in_camel_case(sandbox: Running) -> None:
    login = {"username": PROVINCE_USERNAME, "password": PROVINCE_PASSWORD}
    answer = sandbox.http.post(f"{sandbox.province}/pa/v2/getToken", json=login, timeout=10).json()
    assert "access_token" not in answer
    assert sandbox.province_get("/ba/agency", answer["accessToken"]).status_code == 200


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"grant_type": "password", "client_id": PROVINCE_CLIENT, "username": "sandbox", "password": "wrong"}, 401),
        ({"grant_type": "password", "client_id": "other", "username": "sandbox", "password": "sandbox"}, 401),
        ({"grant_type": "client_credentials", "client_id": PROVINCE_CLIENT, "client_secret": "wrong"}, 401),
        ({"grant_type": "implicit"}, 400),
    ],
)
def test_wrong_credentials_are_refused_in_json(sandbox: Running, form: dict[str, str], status: int) -> None:
    answer = sandbox.http.post(sandbox.province + KEYCLOAK, data=form, timeout=10)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_call_without_a_good_token_is_401(sandbox: Running) -> None:
    mine = sandbox.province_token()
    assert sandbox.province_get(SEARCH, mine).status_code == 200
    sandbox.http.post(f"{sandbox.province}/_sandbox/expire", timeout=10)
    for token in (mine, "unknown", ""):
        answer = sandbox.province_get(SEARCH, token)
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_token"


def test_pages_hold_every_dossier_once_in_order(sandbox: Running) -> None:
    token = sandbox.province_token()
    page = sandbox.province_get(SEARCH, token, size=300).json()
    assert (page["totalElements"], page["totalPages"], page["number"], page["first"]) == (2000, 7, 0, True)
    assert (page["size"], page["numberOfElements"], page["last"]) == (300, 300, False)
    records = all_pages(sandbox, token, size=300)
    assert len(records) == len({record["id"] for record in records}) == len({record["code"] for record in records})
    assert len(records) == 2000
    local = [record["updatedDate"] for record in records if record["updatedDate"].endswith("+0700")]
    assert local == sorted(local, reverse=True)
    oldest_first = all_pages(sandbox, token, size=999, sort="updatedDate,asc")
    assert {record["code"] for record in oldest_first} == {record["code"] for record in records}
    assert oldest_first[0]["code"] == records[-1]["code"]


def test_equal_times_are_ordered_by_code_both_ways(sandbox: Running) -> None:
    token = sandbox.province_token()
    for sort in ("updatedDate,desc", "updatedDate,asc"):
        records = all_pages(sandbox, token, size=1000, sort=sort)
        neighbours = [(one, two) for one, two in pairwise(records) if one["updatedDate"] == two["updatedDate"]]
        tied = [(one["code"], two["code"]) for one, two in neighbours]
        assert tied
        assert all(one < two for one, two in tied)


def test_a_slice_has_no_totals_and_the_size_is_capped(sandbox: Running) -> None:
    page = sandbox.province_get(SEARCH, sandbox.province_token(), spec="slice", size=5000).json()
    assert "totalElements" not in page
    assert "totalPages" not in page
    assert (page["size"], len(page["content"]), page["last"]) == (1000, 1000, False)


def test_a_record_has_the_shape_of_the_contract(sandbox: Running) -> None:
    records = all_pages(sandbox, sandbox.province_token(), size=1000)
    for record in records:
        assert set(record) == FIELDS
        assert re.fullmatch(r"[0-9a-f]{24}", record["id"])
        assert re.fullmatch(r"[0-9A-Z.]+-\d{6}-\d{4}", record["code"])
        assert record["code"].startswith(record["agency"]["code"] + "-")
        assert record["dossierStatus"]["id"] in {0, 2, 3, 4, 5, 8, 9}
        dates = [value for name, value in record.items() if name.endswith("Date")]
        assert all(value is None or INSTANT.fullmatch(value) for value in dates)
    assert {type(record["currentTask"]) for record in records} == {list, dict}
    assert {type(record["agency"]["name"]) for record in records} == {list, str}
    assert {record["updatedDate"][-5:] for record in records} == {"+0700", "+0000"}
    assert any(record["agency"]["code"].startswith("000.") for record in records)
    assert any(record["agency"]["code"].startswith("H15.") for record in records)


def test_nobody_in_a_record_can_be_real(sandbox: Running) -> None:
    for record in all_pages(sandbox, sandbox.province_token(), size=1000):
        person = record["applicant"]["data"]
        assert re.fullmatch(r"099\d{9}", person["identityNumber"])
        assert re.fullmatch(r"0900000\d{3}", person["phoneNumber"])


def test_filters_narrow_the_list(sandbox: Running) -> None:
    token = sandbox.province_token()
    records = all_pages(sandbox, token, size=1000)
    waiting = all_pages(sandbox, token, size=1000, dossier_status="3,5")
    assert {record["dossierStatus"]["id"] for record in waiting} == {3, 5}
    assert len(waiting) == sum(record["dossierStatus"]["id"] in {3, 5} for record in records)
    [one] = all_pages(sandbox, token, code=records[7]["code"])
    assert one == records[7]
    assert all_pages(sandbox, token, code="H15.16-261120-9999") == []
    day = all_pages(sandbox, token, size=1000, accepted_from="2026-11-02", accepted_to="2026-11-02")
    local = [record for record in day if (record["acceptedDate"] or "").endswith("+0700")]
    assert local
    assert {record["acceptedDate"][:10] for record in local} == {"2026-11-02"}


def test_there_is_no_filter_by_time_of_change(sandbox: Running) -> None:
    token = sandbox.province_token()
    assert sandbox.province_get(SEARCH, token, updated_from="2026-11-20").json()["totalElements"] == 2000


@pytest.mark.parametrize(
    "query", [{"page": "-1"}, {"size": "0"}, {"size": "many"}, {"spec": "all"}, {"sort": "code"},
              {"dossier-status": "x"}, {"accepted-from": "yesterday"}],
)  # fmt: skip
def test_a_bad_parameter_is_the_products_own_error(sandbox: Running, query: dict[str, str]) -> None:
    answer = sandbox.province_get(SEARCH, sandbox.province_token(), **query)
    assert answer.status_code == 400
    assert set(answer.json()) == {"title", "errors", "status"}


def test_the_same_page_twice_is_the_same_bytes(sandbox: Running) -> None:
    token = sandbox.province_token()
    first, second = (sandbox.province_get(SEARCH, token, page=1, size=500).content for _ in range(2))
    assert first == second


def test_the_lists_of_procedures_and_agencies(sandbox: Running) -> None:
    token = sandbox.province_token()
    procedures = all_pages(sandbox, token, "/bd/procedure", size=40)
    agencies = all_pages(sandbox, token, "/ba/agency", size=40)
    codes = {record["code"] for record in procedures}
    assert len(procedures) == len(codes) == 109
    assert {re.sub(r"^\d\.\d{6}", "", code) for code in codes} == {"", ".H15", ".000.00.00.H15"}
    assert any("nationCode" in record for record in procedures)
    assert any("nationCode" not in record for record in procedures)
    ids = {agency["id"] for agency in agencies}
    assert len(ids) == len(agencies)
    assert all(agency["parent"] is None or agency["parent"]["id"] in ids for agency in agencies)
    assert {agency["status"] for agency in agencies} == {0, 1}
    assert any(agency["code"] == "" for agency in agencies)
