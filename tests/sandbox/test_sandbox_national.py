"""The national portal's contract, called over real HTTP."""

import pytest
import requests

from sandbox.credentials import NATIONAL_PASSWORD, NATIONAL_PROVIDER, NATIONAL_USERNAME
from sandbox.sessions import Sessions
from sandbox.testing import FORWARD, Running

pytestmark = pytest.mark.filterwarnings("error")

TOP_FIELDS = {
    "ID", "MATTHC", "TENTTHC", "MACOQUANCONGBO", "LOAITTHC", "MOTADOITUONGTHUCHIEN", "DIACHITIEPNHAN", "QUYETDINH",
    "YEUCAU", "TUKHOA", "IDQUYETDINHCONGBO", "TRANGTHAI", "MOTACOQUANTHUCHIEN", "MOTACOQUANTHAMQUYEN", "MOTA",
    "TRINHTUTHUCHIEN", "CAPTHUCHIEN", "LINHVUCTHUCHIEN", "CACHTHUCTHUCHIEN", "DOITUONGTHUCHIEN", "THANHPHANHOSO",
    "KETQUATHUCHIEN", "CANCUPHAPLY", "TTHCLIENQUAN", "TTHCLIENTHONG", "COQUANTHUCHIEN", "COQUANCOTHAMQUYEN",
    "COQUANDUOCUYQUYEN", "COQUANPHOIHOP",
}  # fmt: skip
CREDENTIALS = {"username": NATIONAL_USERNAME, "password": NATIONAL_PASSWORD}


def codes(sandbox: Running, session: str) -> list[str]:
    """Every code of the list."""
    return [item["MATTHC"] for item in sandbox.service(session, "LayDanhSachTTHC").json()["result"]]


@pytest.mark.parametrize("adapter", ["/XrdAdapter/RestService/forward", "/VXPAdapter/RestService/forward"])
@pytest.mark.parametrize("in_query", [True, False])
def test_login_takes_dstcode_in_the_query_or_as_a_header(sandbox: Running, adapter: str, in_query: bool) -> None:
    url, dstcode = f"{sandbox.national}{adapter}/mapi/login", {"dstcode": NATIONAL_PROVIDER}
    query, headers = (dstcode, {}) if in_query else ({}, dstcode)
    answer = sandbox.http.post(url, params=query, headers=headers, json=CREDENTIALS, timeout=10)
    assert answer.status_code == 200
    assert int(answer.json()["error_code"]) == 0
    assert answer.json()["session"]


@pytest.mark.parametrize("dstcode", ["", "VN:GOV:000.00.00.G99:other"])
def test_a_call_without_the_right_dstcode_is_refused(sandbox: Running, dstcode: str) -> None:
    url = f"{sandbox.national}{FORWARD}/login"
    answer = sandbox.http.post(url, params={"dstcode": dstcode}, json=CREDENTIALS, timeout=10)
    assert answer.status_code == 400
    assert int(answer.json()["error_code"]) != 0


def test_a_wrong_password_is_an_error_code_under_http_200(sandbox: Running) -> None:
    answer = sandbox.national_post("login", CREDENTIALS | {"password": "wrong"})
    assert answer.status_code == 200
    assert int(answer.json()["error_code"]) != 0
    assert answer.json()["message"] == "Tên đăng nhập hoặc mật khẩu không đúng"
    assert "session" not in answer.json()


def test_an_expired_or_unknown_session_is_minus_one(sandbox: Running) -> None:
    mine = sandbox.national_session()
    assert int(sandbox.service(mine, "LayDanhSachTTHC").json()["error_code"]) == 0
    assert sandbox.service("unknown", "LayDanhSachTTHC").json()["result"] == []
    assert sandbox.http.post(f"{sandbox.national}/_sandbox/expire", timeout=10).json()["expired"] >= 1
    over = sandbox.service(mine, "LayDanhSachTTHC").json()
    assert int(over["error_code"]) == -1
    assert over["message"] == "Phiên làm việc không hợp lệ hoặc đã hết hạn"


def test_a_session_ends_when_its_seconds_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("sandbox.sessions.time.monotonic", lambda: now)
    sessions = Sessions(600)
    mark = sessions.open()
    now = 1599.9
    assert sessions.is_valid(mark)
    now = 1600.0
    assert not sessions.is_valid(mark)


def test_the_envelope_has_numbers_and_strings_as_codes_and_repeats(sandbox: Running) -> None:
    session = sandbox.national_session()
    types = set()
    for code in codes(sandbox, session)[:12]:
        first, second = (sandbox.service(session, "LayThuTuc", maTTHC=code) for _ in range(2))
        assert first.content == second.content
        assert set(first.json()) == {"error_code", "message", "result"}
        assert "Thành công" in first.json()["message"]
        types.add(type(first.json()["error_code"]))
    assert types == {int, str}


def test_every_listed_procedure_can_be_read_with_its_decision(sandbox: Running) -> None:
    session = sandbox.national_session()
    listed = codes(sandbox, session)
    assert len(listed) == len(set(listed)) == 109
    fields = {row["MALINHVUC"] for row in sandbox.service(session, "LayDanhMucLinhVuc").json()["result"]}
    agencies = {row["MADONVI"] for row in sandbox.service(session, "LayDanhMucCoQuan").json()["result"]}
    assert len(fields) >= 15
    for code in listed:
        [detail] = sandbox.service(session, "LayThuTuc", maTTHC=code).json()["result"]
        assert set(detail) == TOP_FIELDS
        assert detail["MATTHC"] == code
        assert {field["MALINHVUC"] for field in detail["LINHVUCTHUCHIEN"]} <= fields
        assert detail["MACOQUANCONGBO"] in agencies
    [decision] = sandbox.service(session, "LayQDCB", idQDCB=detail["IDQUYETDINHCONGBO"]).json()["result"]
    assert set(decision) == {"SOQUYETDINH", "NGAYQUYETDINH", "TRICHYEU"}
    assert decision["SOQUYETDINH"] == detail["QUYETDINH"]


def test_fees_hang_under_time_and_their_kind_ends_in_an_apostrophe(sandbox: Running) -> None:
    [detail] = sandbox.service(sandbox.national_session(), "LayThuTuc", maTTHC="1.001193").json()["result"]
    [time] = detail["CACHTHUCTHUCHIEN"][0]["THOIGIAN"]
    assert set(time) == {"THOIGIANGIAIQUYET", "DONVITINH", "MOTA", "PHILEPHI"}
    assert {fee["MAPHILEPHI"] for fee in time["PHILEPHI"]} <= {"1'", "2'"}


@pytest.mark.parametrize(
    "call",
    [
        {"service": "LayThuTuc", "maTTHC": "9.999999"},
        {"service": "LayThuTuc"},
        {"service": "LayQDCB", "idQDCB": "1"},
        {"service": "NoSuchService"},
        {"service": "LayDanhSachTTHC", "madonvi": ""},
    ],
)
def test_what_the_portal_does_not_know_is_an_error_code(sandbox: Running, call: dict[str, str]) -> None:
    body = {"session": sandbox.national_session(), "madonvi": NATIONAL_USERNAME} | call
    answer = sandbox.national_post("g", body)
    assert answer.status_code == 200
    assert int(answer.json()["error_code"]) == 1
    assert answer.json()["result"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"not json"])
def test_a_body_that_is_no_object_is_refused(sandbox: Running, body: bytes) -> None:
    answer: requests.Response = sandbox.http.post(
        f"{sandbox.national}{FORWARD}/g", params={"dstcode": NATIONAL_PROVIDER}, data=body, timeout=10
    )
    assert answer.status_code == 400
    assert int(answer.json()["error_code"]) == -1


def test_the_ledger_counts_every_service(sandbox: Running) -> None:
    session = sandbox.national_session()
    before = sandbox.http.get(f"{sandbox.national}/_sandbox/ledger", timeout=10).json()
    sandbox.service(session, "LayDanhMucLinhVuc")
    after = sandbox.http.get(f"{sandbox.national}/_sandbox/ledger", timeout=10).json()
    assert after["calls"]["LayDanhMucLinhVuc"] == before["calls"].get("LayDanhMucLinhVuc", 0) + 1
    assert after["day"] == 0
