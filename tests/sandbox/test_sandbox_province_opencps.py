"""The OpenCPS one-stop system's contract, and that it shows the same dossiers as the province's iGate."""

import re
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
import requests

from sandbox.testing import Running, running_sandbox

pytestmark = pytest.mark.filterwarnings("error")
NAME = "province-opencps"
BASE = "/o/rest/v2"
TIME = re.compile(r"|\d\d/\d\d/\d{4} \d\d:\d\d:\d\d")
DATES = (
    "createDate", "modifiedDate", "submitDate", "receiveDate", "dueDate", "extendDate", "releaseDate", "finishDate",
    "cancellingDate", "correctingDate", "lastActionDate",
)  # fmt: skip
# What each iGate state may be called here.
WORDS = {
    0: {"new", "receiving"},
    2: {"processing", "receiving"},
    3: {"waiting"},
    4: {"done"},
    5: {"waiting"},
    8: {"denied", "unresolved", "cancelled"},
    9: {"releasing", "posting"},
}


def headers(running: Running) -> dict[str, str]:
    """Site and token, as the ready line names them."""
    extra = running.connections[NAME]["extra"]
    return {"groupId": extra["group_id"], "Token": extra["token"]}


def get(running: Running, path: str, /, **query: object) -> requests.Response:
    """One call with the right headers."""
    parameters = {name: str(value) for name, value in query.items()}
    address = running.addresses[NAME] + BASE + path
    return running.http.get(address, params=parameters, headers=headers(running), timeout=30)


def data(running: Running, path: str, /, **query: object) -> list[dict[str, Any]]:
    """The records of one call."""
    answer: list[dict[str, Any]] = get(running, path, **query).json()["data"]
    return answer


@pytest.fixture(scope="module")
def dossiers(sandbox: Running) -> list[dict[str, Any]]:
    """All dossiers."""
    return data(sandbox, "/dossiers")


@pytest.fixture(scope="module")
def igate(sandbox: Running, token: str) -> dict[str, dict[str, Any]]:
    """The same dossiers as iGate shows them, by code."""
    pages = [sandbox.province_get("/pa/dossier/search", token, page=page, size=1000).json() for page in range(2)]
    return {record["code"]: record for page in pages for record in page["content"]}


def local(text: str | None) -> str:
    """An instant of iGate, in local time as OpenCPS writes it."""
    if text is None:
        return ""
    instant = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    return instant.astimezone(datetime.strptime("+0700", "%z").tzinfo).strftime("%d/%m/%Y %H:%M:%S")


def test_token_or_basic_opens_the_door_of_the_site(sandbox: Running) -> None:
    address, good = f"{sandbox.addresses[NAME]}{BASE}/dossiers?start=0&end=1", headers(sandbox)
    connection = sandbox.connections[NAME]
    user, site = (connection["login"], connection["password"]), {"groupId": good["groupId"]}
    assert sandbox.http.get(address, headers=site, auth=user, timeout=10).json()["total"] == 2000
    assert sandbox.http.get(address, headers=site, timeout=10).status_code == 401
    assert sandbox.http.get(address, headers=site, auth=(user[0], "wrong"), timeout=10).status_code == 401
    other = sandbox.http.get(address, headers=good | {"groupId": "1"}, timeout=10)
    assert (other.status_code, set(other.json())) == (403, {"code", "message", "description"})


def test_start_and_end_cut_the_list_and_the_end_is_exclusive(sandbox: Running, dossiers: list[Any]) -> None:
    assert len(dossiers) == 2000
    assert data(sandbox, "/dossiers", start=-1, end=-1) == dossiers
    first, second = data(sandbox, "/dossiers", start=0, end=15), data(sandbox, "/dossiers", start=15, end=30)
    assert (len(first), len(second)) == (15, 15)
    assert first + second == dossiers[:30]
    last = get(sandbox, "/dossiers", start=1990, end=2500).json()
    assert (last["total"], last["data"]) == (2000, dossiers[1990:])
    assert get(sandbox, "/dossiers", start=3000, end=3010).json() == {"total": 2000, "data": []}


@pytest.mark.parametrize(
    "query",
    [{"start": "5", "end": "2"}, {"start": "-7", "end": "9"}, {"end": "many"}, {"fromReceiveDate": "2026-11-02"}],
)
def test_a_bad_parameter_is_the_products_own_error(sandbox: Running, query: dict[str, str]) -> None:
    answer = get(sandbox, "/dossiers", **query)
    assert (answer.status_code, answer.json()["code"]) == (400, 400)


def test_dates_are_text_and_booleans_too(dossiers: list[dict[str, Any]]) -> None:
    for record in dossiers:
        assert all(TIME.fullmatch(record[name]) for name in DATES)
        assert record["online"] in {"true", "false"}
    assert any(record["receiveDate"] == "" for record in dossiers)
    for name in ("counter", "durationUnit", "originality"):
        assert {type(record[name]) for record in dossiers} == {int, str}
    changed = [datetime.strptime(record["modifiedDate"] + "+0700", "%d/%m/%Y %H:%M:%S%z") for record in dossiers]
    assert changed == sorted(changed, reverse=True)


def test_the_words_know_more_than_the_status_alone(dossiers: list[dict[str, Any]]) -> None:
    words = Counter((record["dossierStatus"], record["dossierSubStatus"]) for record in dossiers)
    assert {word for word, _ in words} >= {"new", "processing", "waiting", "releasing", "denied", "done", "unresolved"}
    assert {sub for word, sub in words if word == "waiting"} == {"waiting_1", "waiting_2"}


def test_it_is_the_same_world_as_igate(dossiers: list[dict[str, Any]], igate: dict[str, dict[str, Any]]) -> None:
    assert {record["dossierNo"] for record in dossiers} == set(igate)
    for record in dossiers:
        other = igate[record["dossierNo"]]
        assert record["dossierStatus"] in WORDS[other["dossierStatus"]["id"]]
        assert record["applicantName"] == other["applicant"]["data"]["fullname"]
        assert record["serviceCode"] == other["procedure"]["code"]
        assert record["govAgencyCode"] == other["agency"]["code"]
        assert (record["referenceUid"] == other["nationCode"]) is (other["nationCode"] is not None)
        for mine, theirs in (
            ("submitDate", "appliedDate"), ("receiveDate", "acceptedDate"), ("dueDate", "appointmentDate"),
            ("releaseDate", "completedDate"), ("modifiedDate", "updatedDate"),
        ):  # fmt: skip
            assert record[mine] == local(other[theirs])


def test_filters_narrow_the_list(sandbox: Running, dossiers: list[dict[str, Any]]) -> None:
    first = dossiers[0]
    for name, field in (
        ("status", "dossierStatus"), ("agency", "govAgencyCode"), ("service", "serviceCode"),
    ):  # fmt: skip
        wanted = [record for record in dossiers if record[field] == first[field]]
        assert data(sandbox, "/dossiers", **{name: first[field]}) == wanted
    paying = data(sandbox, "/dossiers", status="waiting", substatus="waiting_2")
    assert paying == [record for record in dossiers if record["dossierSubStatus"] == "waiting_2"]
    day = data(sandbox, "/dossiers", fromReceiveDate="02/11/2026", toReceiveDate="02/11/2026")
    assert day == [record for record in dossiers if record["receiveDate"].startswith("02/11/2026")]
    assert day
    assert data(sandbox, "/dossiers", status="no-such-word") == []


def test_one_dossier_has_its_dates_as_milliseconds(sandbox: Running, dossiers: list[dict[str, Any]]) -> None:
    record = dossiers[3]
    detail = get(sandbox, f"/dossiers/{record['dossierId']}").json()
    assert set(detail) == set(record)
    assert {name for name in record if detail[name] != record[name]} <= set(DATES)
    seconds = datetime.strptime(record["submitDate"] + "+0700", "%d/%m/%Y %H:%M:%S%z").timestamp()
    assert detail["submitDate"] // 1000 == int(seconds)
    assert get(sandbox, "/dossiers/1").status_code == 404


def test_procedures_are_paged_the_same_way(sandbox: Running, token: str) -> None:
    everything = get(sandbox, "/serviceinfos").json()
    assert everything["data"][10:20] == data(sandbox, "/serviceinfos", start=10, end=20)
    codes = [record["serviceCode"] for record in everything["data"]]
    igate = sandbox.province_get("/bd/procedure", token, size=1000).json()["content"]
    assert codes == [record["code"] for record in igate]
    assert everything["total"] == len(codes)
    for mine, other in zip(everything["data"], igate, strict=True):
        assert mine["serviceCodeDVCQG"] == other.get("nationCode", "")
    assert {type(record["public_"]) for record in everything["data"]} == {int, str}


def test_the_feed_tells_every_step_once_and_a_night_adds_at_its_end() -> None:
    with running_sandbox("--only", NAME, "--dossiers", "600") as running:
        before = data(running, "/dossiersyncs")
        dossiers = {record["dossierId"]: record for record in data(running, "/dossiers")}
        assert get(running, "/dossiersyncs", start=5, end=9).json() == {"total": len(before), "data": before[5:9]}
        assert [entry["dossierSyncId"] for entry in before] == list(range(1, len(before) + 1))
        last = {entry["dossierId"]: entry for entry in before}
        assert set(last) == set(dossiers)
        for number, entry in last.items():
            assert entry["actionCode"] == dossiers[number]["lastActionCode"]
            assert entry["createDate"] == dossiers[number]["modifiedDate"]
        done = data(running, "/dossiersyncs", action="2000")
        assert done == [entry for entry in before if entry["actionCode"] == "2000"]
        assert running.order(NAME, "days", {"days": 1}).json() == {"day": 1}
        after = data(running, "/dossiersyncs")
        moved = {
            record["dossierId"] for record in data(running, "/dossiers") if dossiers.get(record["dossierId"]) != record
        }
    assert after[: len(before)] == before
    assert {entry["dossierId"] for entry in after[len(before) :]} == moved
    assert moved


def test_the_feed_of_a_later_start_is_the_feed_of_days_passed() -> None:
    sizes = ("--only", NAME, "--dossiers", "300")
    with running_sandbox(*sizes, "--day", "2") as started, running_sandbox(*sizes) as passed:
        data(passed, "/dossiersyncs")
        passed.order(NAME, "days", {"days": 2})
        for path in ("/dossiersyncs", "/dossiers", "/serviceinfos"):
            assert get(passed, path).content == get(started, path).content


def test_a_cut_answer_can_be_ordered(sandbox: Running) -> None:
    fault = {"match": f"{BASE}/dossiersyncs", "kind": "status", "status": 500}
    assert sandbox.order(NAME, "faults", fault).ok
    assert [get(sandbox, "/dossiersyncs", start=0, end=1).status_code for _ in range(2)] == [500, 200]
