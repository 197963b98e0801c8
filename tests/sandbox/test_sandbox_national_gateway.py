"""The vendor gateway's contract: code, message, data, and a real HTTP status."""

import pytest
import requests

from sandbox.testing import Running, running_sandbox

pytestmark = pytest.mark.filterwarnings("error")
NAME = "national-gateway"
BASE = "/gateway/dvcqg"


def ask_token(sandbox: Running, **changes: str) -> requests.Response:
    """GetToken with the client of the ready line, some of it changed."""
    extra = sandbox.connections[NAME]["extra"]
    order = {name: extra[name] for name in ("client_id", "client_secret")} | {"grant_type": "client_credentials"}
    return sandbox.http.post(f"{sandbox.addresses[NAME]}{BASE}/GetToken", json=order | changes, timeout=10)


def good_headers(sandbox: Running) -> dict[str, str]:
    """A fresh token and the unit's code."""
    token = ask_token(sandbox).json()["data"]["access_token"]
    return {"Authorization": f"Bearer {token}", "MaDonVi": sandbox.connections[NAME]["login"]}


@pytest.fixture(scope="module")
def headers(sandbox: Running) -> dict[str, str]:
    """Headers of a client that signed in."""
    return good_headers(sandbox)


def get(sandbox: Running, operation: str, headers: dict[str, str], **query: str) -> requests.Response:
    """One operation; every answer has the same three members, and its code is its status."""
    address = f"{sandbox.addresses[NAME]}{BASE}/{operation}"
    answer = sandbox.http.get(address, params=query, headers=headers, timeout=10)
    assert set(answer.json()) == {"code", "message", "data"}
    assert answer.json()["code"] == answer.status_code
    return answer


def test_the_token_lies_in_data(sandbox: Running) -> None:
    answer = ask_token(sandbox)
    assert answer.status_code == 200
    assert answer.json()["data"]["expires_in"] == 300


@pytest.mark.parametrize(
    ("changes", "status"), [({"client_secret": "wrong"}, 401), ({"client_id": "x"}, 401), ({"grant_type": "x"}, 400)]
)
def test_a_wrong_client_gets_no_token(sandbox: Running, changes: dict[str, str], status: int) -> None:
    answer = ask_token(sandbox, **changes)
    assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (status, status, None)


def test_401_without_a_token_and_403_for_another_unit(sandbox: Running, headers: dict[str, str]) -> None:
    assert get(sandbox, "LayDanhSachTTHC", {"MaDonVi": headers["MaDonVi"]}).status_code == 401
    assert get(sandbox, "LayDanhSachTTHC", headers | {"MaDonVi": "G99"}).status_code == 403
    assert get(sandbox, "LayDanhSachTTHC", headers).status_code == 200


def test_a_token_ends_on_command() -> None:
    with running_sandbox("--only", NAME) as running:
        mine = good_headers(running)
        assert get(running, "LayDanhMucLinhVuc", mine).status_code == 200
        assert running.order(NAME, "expire", {}).json() == {"expired": 1}
        assert get(running, "LayDanhMucLinhVuc", mine).status_code == 401


def test_lists_and_details_are_those_of_the_national_portal(sandbox: Running, headers: dict[str, str]) -> None:
    session = sandbox.national_session()
    listed = get(sandbox, "LayDanhSachTTHC", headers).json()["data"]
    assert listed == sandbox.service(session, "LayDanhSachTTHC").json()["result"]
    assert len(listed) == 109
    detail = get(sandbox, "LayThuTuc", headers, maTTHC="1.001193").json()["data"]
    assert [detail] == sandbox.service(session, "LayThuTuc", maTTHC="1.001193").json()["result"]
    decision = get(sandbox, "LayQDCB", headers, idQDCB=str(detail["IDQUYETDINHCONGBO"])).json()["data"]
    assert decision["SOQUYETDINH"] == detail["QUYETDINH"]


def test_400_without_the_parameter_and_404_for_an_unknown_code(sandbox: Running, headers: dict[str, str]) -> None:
    missing, unknown = get(sandbox, "LayThuTuc", headers), get(sandbox, "LayThuTuc", headers, maTTHC="9.999999")
    assert (missing.status_code, missing.json()["data"]) == (400, None)
    assert (unknown.status_code, unknown.json()["data"]) == (404, None)


def test_a_portal_that_does_not_answer_is_a_502(sandbox: Running, headers: dict[str, str]) -> None:
    assert sandbox.order(NAME, "faults", {"match": "LayThuTuc", "kind": "status", "status": 502}).ok
    address = f"{sandbox.addresses[NAME]}{BASE}/LayThuTuc?maTTHC=1.001193"
    assert [sandbox.http.get(address, headers=headers, timeout=10).status_code for _ in range(2)] == [502, 200]
