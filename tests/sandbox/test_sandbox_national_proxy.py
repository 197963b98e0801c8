"""The provincial proxy's contract: the national envelope inside a string, some lists as bare arrays."""

import json
from typing import Any

import pytest
import requests

from sandbox.testing import Running

pytestmark = pytest.mark.filterwarnings("error")
NAME = "national-proxy"
BASE = "/KetNoiMotCuaQuocGia"


def client(sandbox: Running) -> tuple[str, str]:
    """The id and the secret of the client that the ready line names."""
    extra = sandbox.connections[NAME]["extra"]
    return extra["client_id"], extra["client_secret"]


def token(sandbox: Running) -> str:
    """A fresh token."""
    form = {"grant_type": "client_credentials"}
    answer = sandbox.http.post(f"{sandbox.addresses[NAME]}/token", data=form, auth=client(sandbox), timeout=10)
    return str(answer.json()["access_token"])


def get(sandbox: Running, operation: str, headers: dict[str, str], **query: str) -> requests.Response:
    """One operation."""
    address = f"{sandbox.addresses[NAME]}{BASE}/{operation}"
    return sandbox.http.get(address, params=query, headers=headers, timeout=10)


@pytest.fixture(scope="module")
def key(sandbox: Running) -> dict[str, str]:
    """The header of who does not sign in."""
    return {"ApiKey": sandbox.connections[NAME]["extra"]["api_key"]}


def inner(answer: requests.Response) -> dict[str, Any]:
    """The national envelope, read out of its string."""
    assert answer.status_code == 200
    assert isinstance(answer.json()["message"], str)
    read: dict[str, Any] = json.loads(answer.json()["message"])
    return read


def test_a_token_or_the_key_opens_the_door(sandbox: Running, key: dict[str, str]) -> None:
    bearer = {"Authorization": f"Bearer {token(sandbox)}"}
    by_token, by_key = (get(sandbox, "LayDanhMucLinhVuc", headers) for headers in (bearer, key))
    assert by_token.status_code == 200
    assert by_token.content == by_key.content


def test_the_token_address_gives_tokens_of_wso2_to_its_client_only(sandbox: Running) -> None:
    address, form = f"{sandbox.addresses[NAME]}/token", {"grant_type": "client_credentials"}
    good = sandbox.http.post(address, data=form, auth=client(sandbox), timeout=10).json()
    assert (good["token_type"], good["expires_in"]) == ("Bearer", 300)
    wrong = sandbox.http.post(address, data=form, auth=(client(sandbox)[0], "wrong"), timeout=10)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert sandbox.http.post(address, data=form, timeout=10).status_code == 401
    other = sandbox.http.post(address, data={"grant_type": "password"}, auth=client(sandbox), timeout=10)
    assert (other.status_code, other.json()["error"]) == (400, "unsupported_grant_type")


def test_without_a_good_token_or_key_it_is_401(sandbox: Running) -> None:
    mine = {"Authorization": f"Bearer {token(sandbox)}"}
    assert get(sandbox, "LayDanhSachTTHC", mine).status_code == 200
    assert sandbox.order(NAME, "expire", {}).json()["expired"] >= 1
    for headers, code in ((mine, "900901"), ({"ApiKey": "wrong"}, "900901"), ({}, "900902")):
        answer = get(sandbox, "LayDanhSachTTHC", headers)
        assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_message_holds_what_the_national_portal_says(sandbox: Running, key: dict[str, str]) -> None:
    session = sandbox.national_session()
    for operation, query in (
        ("LayDanhSachTTHC", {}),
        ("LayThuTuc", {"maTTHC": "1.001193"}),
        ("LayDanhMucLinhVuc", {}),
    ):
        passed_on = inner(get(sandbox, operation, key, **query))
        assert set(passed_on) == {"error_code", "message", "result"}
        assert passed_on["result"] == sandbox.service(session, operation, **query).json()["result"]
        assert passed_on["result"]


def test_a_decision_is_read_by_its_id(sandbox: Running, key: dict[str, str]) -> None:
    [detail] = inner(get(sandbox, "LayThuTuc", key, maTTHC="1.001193"))["result"]
    [decision] = inner(get(sandbox, "LayQDCB", key, idQDCB=str(detail["IDQUYETDINHCONGBO"])))["result"]
    assert decision["SOQUYETDINH"] == detail["QUYETDINH"]


@pytest.mark.parametrize("operation", ["LayThuTuc", "LayQDCB"])
def test_what_is_unknown_is_an_error_inside_the_string(sandbox: Running, key: dict[str, str], operation: str) -> None:
    answer = inner(get(sandbox, operation, key, maTTHC="9.999999", idQDCB="1"))
    assert int(answer["error_code"]) == 1
    assert answer["result"] == []


def test_a_unit_has_its_own_list(sandbox: Running, key: dict[str, str]) -> None:
    everything = inner(get(sandbox, "LayDanhSachTTHC", key))["result"]
    mine = inner(get(sandbox, "LayDanhSachTTHCDonVi", key, maDonVi="H15"))["result"]
    codes = {row["MATTHC"] for row in mine}
    assert codes
    assert codes <= {row["MATTHC"] for row in everything}
    assert inner(get(sandbox, "LayDanhSachTTHCDonVi", key, maDonVi="H99"))["result"] == []


@pytest.mark.parametrize(
    ("operation", "fields", "count"),
    [
        ("LayDanhMucLoaiThuTuc", {"MALOAI", "TENLOAI"}, 3),
        ("LayDanhMucCapThucHien", {"CAPTHUCHIEN", "TENCAP"}, 5),
        ("LayDanhMucDoiTuong", {"MADOITUONG", "TENDOITUONG"}, 3),
    ],
)
def test_some_lists_are_bare_arrays(
    sandbox: Running, key: dict[str, str], operation: str, fields: set[str], count: int
) -> None:
    rows = get(sandbox, operation, key).json()
    assert isinstance(rows, list)
    assert len(rows) == count
    assert all(set(row) == fields for row in rows)


def test_faults_and_ledger_know_the_operations(sandbox: Running, key: dict[str, str]) -> None:
    assert sandbox.order(NAME, "faults", {"match": "LayQDCB", "kind": "status", "status": 503}).ok
    assert get(sandbox, "LayQDCB", key, idQDCB="1").status_code == 503
    assert get(sandbox, "LayQDCB", key, idQDCB="1").status_code == 200
    ledger = sandbox.http.get(f"{sandbox.addresses[NAME]}/_sandbox/ledger", timeout=10).json()
    assert ledger["spoiled"] == {"LayQDCB": 1}
    assert ledger["calls"]["LayQDCB"] >= 2
