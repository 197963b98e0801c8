"""The national portal's contract, called over real HTTP."""

import re

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
# Which national states each state of the province's own record may be.
STATES = {0: {1}, 2: {2, 4}, 3: {5}, 4: {10}, 5: {6}, 8: {3, 7, 8}, 9: {9}}
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


def inbound(sandbox: Running, session: str, start: str = "2026-07-01", end: str = "2026-11-20") -> list[dict[str, str]]:
    """The dossiers filed on the portal in a period."""
    listed: list[dict[str, str]] = sandbox.service(session, "DanhSachHoSo", ngayNhan1=start, ngayNhan2=end).json()[
        "result"
    ]
    return listed


def test_dossiers_filed_on_the_portal_are_those_the_province_has_a_national_code_of(
    sandbox: Running, token: str
) -> None:
    pages = [sandbox.province_get("/pa/dossier/search", token, page=page, size=1000).json() for page in range(2)]
    expected = {record["nationCode"]: record for page in pages for record in page["content"] if record["nationCode"]}
    listed = {record["MaHoSo"]: record for record in inbound(sandbox, sandbox.national_session())}
    assert set(listed) == set(expected)
    assert len(listed) > 300
    for code, record in listed.items():
        other = expected[code]
        assert record["HoTenNguoiNop"] == other["applicant"]["data"]["fullname"]
        assert other["procedure"]["code"].startswith(record["MaTTHC"])
        assert int(record["MaTrangThai"]) in STATES[other["dossierStatus"]["id"]]
        assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", record["NgayNop"])
        assert (record["NgayTiepNhan"] == "") is (other["acceptedDate"] is None)


def test_a_period_of_filing_includes_both_its_days(sandbox: Running) -> None:
    session = sandbox.national_session()
    everything = inbound(sandbox, session)
    days = inbound(sandbox, session, "2026-11-02", "2026-11-03")
    assert days == [record for record in everything if record["NgayNop"][:10] in {"02/11/2026", "03/11/2026"}]
    assert {record["NgayNop"][:10] for record in days} == {"02/11/2026", "03/11/2026"}


def test_a_dossier_is_looked_up_by_the_portals_code_or_by_the_offices(sandbox: Running, token: str) -> None:
    session = sandbox.national_session()
    one = inbound(sandbox, session)[5]
    page = sandbox.province_get("/pa/dossier/search", token, size=1000).json()["content"]
    local = next(record for record in page if record["nationCode"])
    own = next(record for record in page if record["nationCode"] is None)
    assert sandbox.service(session, "TraCuuHoSo", mahoso=one["MaHoSo"]).json()["result"] == [one]
    [found] = sandbox.service(session, "TraCuuHoSo", mahoso=local["code"]).json()["result"]
    assert found["MaHoSo"] == local["nationCode"]
    for unknown in (own["code"], "G22.99.99-261120-9999", "nonsense", ""):
        answer = sandbox.service(session, "TraCuuHoSo", mahoso=unknown).json()
        assert (int(answer["error_code"]), answer["result"]) == (0, [])


@pytest.mark.parametrize(
    "period", [("", ""), ("2026-11-20", "20/11/2026"), ("2026-11-20", "2026-11-19"), ("2026-11-31", "2026-12-01")]
)
def test_a_period_nobody_understands_is_an_error_code(sandbox: Running, period: tuple[str, str]) -> None:
    session = sandbox.national_session()
    answer = sandbox.service(session, "DanhSachHoSo", ngayNhan1=period[0], ngayNhan2=period[1]).json()
    assert (int(answer["error_code"]), answer["result"]) == (1, [])


def test_some_units_are_given_two_addresses_instead_of_one(sandbox: Running) -> None:
    session = sandbox.national_session()
    body = {"session": session, "madonvi": NATIONAL_USERNAME}
    codes = {}
    for address in ("share", "integration"):
        for service in ("LayDanhMucCapThucHien", "DanhSachHoSo"):
            call = body | {"service": service, "ngayNhan1": "2026-11-20", "ngayNhan2": "2026-11-20"}
            codes[address, service] = int(sandbox.national_post(address, call).json()["error_code"])
    assert codes == {
        ("share", "LayDanhMucCapThucHien"): 0,
        ("share", "DanhSachHoSo"): 1,
        ("integration", "LayDanhMucCapThucHien"): 1,
        ("integration", "DanhSachHoSo"): 0,
    }


@pytest.mark.parametrize("service", ["LayDanhMucCapThucHien", "LayDanhMucDoiTuong", "LayDanhMucGioiTinh"])
def test_small_code_lists_have_a_code_and_a_name_in_every_row(sandbox: Running, service: str) -> None:
    rows = sandbox.service(sandbox.national_session(), service).json()["result"]
    assert len(rows) >= 3
    assert all(len(row) == 2 and all(row.values()) for row in rows)
