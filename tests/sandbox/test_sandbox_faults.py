"""Misbehaviour on request."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.testing import Running

pytestmark = pytest.mark.filterwarnings("error")
SEARCH = "/pa/dossier/search"


@pytest.fixture(autouse=True)
def _cleared(sandbox: Running) -> Iterator[None]:
    yield
    for portal in (sandbox.national, sandbox.province):
        sandbox.http.delete(f"{portal}/_sandbox/faults", timeout=10)


def order(sandbox: Running, portal: str, **fault: Any) -> requests.Response:
    """Orders a fault at a portal."""
    return sandbox.http.post(f"{portal}/_sandbox/faults", json=fault, timeout=10)


def test_a_login_page_comes_instead_of_data_as_often_as_asked(sandbox: Running, session: str) -> None:
    order(sandbox, sandbox.national, match="LayDanhSachTTHC", kind="html_login", times=2, after=1)
    kinds = [sandbox.service(session, "LayDanhSachTTHC").headers["Content-Type"].split(";")[0] for _ in range(5)]
    assert kinds == ["application/json", "text/html", "text/html", "application/json", "application/json"]


def test_a_cut_answer_promises_more_than_it_gives(sandbox: Running, token: str) -> None:
    whole = sandbox.province_get(SEARCH, token, size=50)
    order(sandbox, sandbox.province, match="/pa/dossier", kind="truncated")
    with pytest.raises(requests.exceptions.RequestException):
        sandbox.province_get(SEARCH, token, size=50)
    assert sandbox.province_get(SEARCH, token, size=50).content == whole.content


def test_a_status_may_say_when_to_come_back(sandbox: Running, token: str) -> None:
    order(sandbox, sandbox.province, match=SEARCH, kind="status", status=429, retry_after=2)
    answer = sandbox.province_get(SEARCH, token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")


def test_an_empty_answer_is_200_and_nothing(sandbox: Running, session: str) -> None:
    order(sandbox, sandbox.national, match="LayThuTuc", kind="empty")
    answer = sandbox.service(session, "LayThuTuc", maTTHC="1.001193")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_slow_answer_comes_after_its_seconds(sandbox: Running) -> None:
    order(sandbox, sandbox.national, match="login", kind="slow", seconds=0.3)
    answer = sandbox.national_post("login", {})
    assert answer.elapsed.total_seconds() >= 0.3
    assert sandbox.national_post("login", {}).elapsed.total_seconds() < 0.3


def test_records_are_rewritten_and_the_others_left_alone(sandbox: Running, token: str) -> None:
    before = sandbox.province_get(SEARCH, token, size=5).json()["content"]
    order(
        sandbox,
        sandbox.province,
        match=SEARCH,
        kind="rewrite",
        records={
            "0": {"dossierStatus.id": 99, "surprise.inside": [1]},
            "2": {"acceptedDate": "2026-02-30T08:00:00.000+0700"},
            "77": {"code": "beyond the page"},
        },
        remove={"3": ["code", "procedure.sector"]},
    )
    after = sandbox.province_get(SEARCH, token, size=5).json()["content"]
    assert after[0]["dossierStatus"] == before[0]["dossierStatus"] | {"id": 99}
    assert after[0]["surprise"] == {"inside": [1]}
    assert after[1] == before[1]
    assert after[4] == before[4]
    assert after[2] == before[2] | {"acceptedDate": "2026-02-30T08:00:00.000+0700"}
    assert "code" not in after[3]
    assert "sector" not in after[3]["procedure"]


def test_a_national_result_can_be_rewritten_deep_inside(sandbox: Running, session: str) -> None:
    changes = {"0": {"CACHTHUCTHUCHIEN.0.THOIGIAN.0.THOIGIANGIAIQUYET": "vài"}}
    order(sandbox, sandbox.national, match="LayThuTuc", kind="rewrite", records=changes)
    [detail] = sandbox.service(session, "LayThuTuc", maTTHC="1.001193").json()["result"]
    assert detail["CACHTHUCTHUCHIEN"][0]["THOIGIAN"][0]["THOIGIANGIAIQUYET"] == "vài"


def test_a_fault_without_end_lasts_until_cleared(sandbox: Running, session: str) -> None:
    order(sandbox, sandbox.national, match="LayDanhMucCoQuan", kind="status", times=0)
    assert {sandbox.service(session, "LayDanhMucCoQuan").status_code for _ in range(4)} == {503}
    assert sandbox.http.delete(f"{sandbox.national}/_sandbox/faults", timeout=10).json() == {"cleared": 1}
    assert sandbox.service(session, "LayDanhMucCoQuan").status_code == 200


def test_orders_in_force_are_listed_with_their_parameters(sandbox: Running) -> None:
    order(sandbox, sandbox.province, match="/pa", kind="drip_body", seconds=0.5, times=3)
    [listed] = sandbox.http.get(f"{sandbox.province}/_sandbox/faults", timeout=10).json()["faults"]
    assert listed == {
        "kind": "drip_body",
        "match": "/pa",
        "times": 3,
        "after": 0,
        "done": False,
        "seen": 0,
        "hits": 0,
        "seconds": 0.5,
    }


def test_a_fault_shows_on_the_page_and_in_the_ledger(sandbox: Running, session: str) -> None:
    order(sandbox, sandbox.national, match="LayQDCB", kind="empty", times=3)
    sandbox.service(session, "LayQDCB", idQDCB="1")
    page = sandbox.http.get(sandbox.national, timeout=10).text
    assert "<td>LayQDCB</td><td>empty</td><td>1 / 3</td>" in page
    order(sandbox, sandbox.national, match="LayQDCB", kind="status", retry_after_text="<soon>")
    assert (
        "&quot;retry_after_text&quot;:&quot;&lt;soon&gt;&quot;" in sandbox.http.get(sandbox.national, timeout=10).text
    )
    assert sandbox.http.get(f"{sandbox.national}/_sandbox/ledger", timeout=10).json()["spoiled"]["LayQDCB"] == 1


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"match": "LayThuTuc", "kind": "explode"},
        {"match": "", "kind": "empty"},
        {"match": "x", "kind": "status", "status": 200},
        {"match": "x", "kind": "empty", "times": -1},
        {"match": "x", "kind": "empty", "tmies": 1},
        {"match": "x", "kind": "rewrite", "records": {"first": {"code": 1}}},
        {"match": "x", "kind": "empty", "status": 503},
        {"match": "x", "kind": "redirect"},
        {"match": "x", "kind": "wrong_length", "length": "none"},
    ],
)
def test_a_bad_order_is_422_with_a_reason(sandbox: Running, fault: dict[str, Any]) -> None:
    answer = order(sandbox, sandbox.national, **fault)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("cannot take this order: ")
