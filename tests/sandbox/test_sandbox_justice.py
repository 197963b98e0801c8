"""The justice services' contract, called over real HTTP."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests

from sandbox.justice.credentials import CLIENT, LGSP_HEADER, LGSP_KEYS, lgsp_token
from sandbox.testing import Running, running_sandbox

pytestmark = pytest.mark.filterwarnings("error")
CIVIL, RECORDS = "/apiHoTichTuPhap", "/apiLyLichTuPhap"
MODULES = ("LTKS", "LTKT", "LTKH")
EVER = "01/01/2026"
KEYS = {LGSP_HEADER: lgsp_token()}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """The justice services alone, on day 0. Tests that acknowledge or let days pass start their own."""
    with running_sandbox("--only", "justice") as running:
        yield running


def sign_in(running: Running, headers: dict[str, str] = KEYS, secret: str = CLIENT.secret) -> requests.Response:
    """POST /token."""
    return running.http.post(
        f"{running.addresses['justice']}/token",
        data={"grant_type": "client_credentials"},
        headers=headers,
        auth=(CLIENT.id, secret),
        timeout=30,
    )


def post(running: Running, path: str, headers: dict[str, str], body: object) -> requests.Response:
    """A call with just these headers."""
    return running.http.post(f"{running.addresses['justice']}{path}", json=body, headers=headers, timeout=30)


def ask(running: Running, path: str, **parameters: str) -> dict[str, Any]:
    """A signed-in call; its answer."""
    bearer = {"Authorization": f"Bearer {sign_in(running).json()['access_token']}"}
    answer = post(running, path, KEYS | bearer, parameters)
    assert answer.status_code == 200
    return dict(answer.json())


def changed(running: Running, module: str, since: str = EVER) -> list[dict[str, str]]:
    """The records inside the string of dsHoSoDangKy."""
    text = ask(running, f"{CIVIL}/dsHoSoDangKy", module=module, ngayCapNhat=since)["data"]
    root = ET.fromstring(re.sub(r"^<\?xml.*?\?>", "", text))
    return [{field.tag: field.text or "" for field in record} for record in root]


def waiting(running: Running) -> list[dict[str, Any]]:
    """One answer of the queue."""
    return list(ask(running, f"{RECORDS}/traDsTrangThaiHs")["data"])


def acknowledge(running: Running, *ids: str) -> dict[str, Any]:
    """Marks ids as fetched."""
    return ask(running, f"{RECORDS}/danhDauHsThanhCong", ids=";".join(ids))


def drained(running: Running) -> list[dict[str, Any]]:
    """Everything that waits, fetched and acknowledged until nothing is left."""
    everything: list[dict[str, Any]] = []
    while found := waiting(running):
        everything += found
        assert acknowledge(running, *(each["id"] for each in found))["status"] == 1
    return everything


def queue(running: Running) -> dict[str, Any]:
    """The queue as the sandbox sees it."""
    return dict(running.http.get(f"{running.addresses['justice']}/_sandbox/queue", timeout=30).json())


def test_a_token_needs_the_client_and_the_platforms_own_header(sandbox: Running) -> None:
    assert sign_in(sandbox).json()["token_type"] == "Bearer"
    assert sign_in(sandbox, secret="wrong").status_code == 401
    assert sign_in(sandbox, headers={}).status_code == 401
    assert sign_in(sandbox, headers={LGSP_HEADER: "not base64"}).status_code == 401


def test_the_ready_line_says_how_to_sign_in(sandbox: Running) -> None:
    extra = sandbox.connections["justice"]["extra"]
    assert (extra["client_id"], extra["client_secret"]) == (CLIENT.id, CLIENT.secret)
    assert LGSP_KEYS.items() <= extra.items()


def test_every_call_is_checked_for_both(sandbox: Running) -> None:
    path, bearer = f"{CIVIL}/dsHoSoDangKy", {"Authorization": f"Bearer {sign_in(sandbox).json()['access_token']}"}
    stale = {"Authorization": "Bearer over"}
    assert post(sandbox, path, KEYS, {}).status_code == 401
    assert post(sandbox, path, bearer, {}).json()["status"] == 100
    expired = post(sandbox, path, KEYS | stale, {})
    assert (expired.status_code, expired.json()["status"]) == (200, 100)
    assert "AUTHEN_ERROR" in expired.json()["message"]
    assert "data" not in expired.json()


def test_another_partner_is_an_error_of_its_own(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LGSP_KEYS, "PartnerCode", "000.00.00.H99")
    bearer = {"Authorization": "Bearer any"}
    assert post(sandbox, f"{CIVIL}/dsHoSoDangKy", bearer | {LGSP_HEADER: lgsp_token()}, {}).json()["status"] == 106


def test_changed_dossiers_come_as_a_document_inside_a_string(sandbox: Running) -> None:
    records = [record for module in MODULES for record in changed(sandbox, module)]
    codes = {record["MaHoSo"] for record in records}
    assert len(codes) == len(records) == 200
    assert all(re.fullmatch(r"G15-HT-\d{6}-\d{4}", code) for code in codes)
    assert {record["TrangThai"] for record in records} == {"1", "2", "3", "4", "6"}
    assert any(record["GhiChu"].endswith("giấy tờ tùy thân <bản chính>") for record in records)
    assert any(record["NgayTiepNhan"] == record["NgayHenTra"] == "" for record in records)


@pytest.mark.parametrize(("module", "declared"), [("LTKS", "UTF-8"), ("LTKT", "utf-16"), ("LTKH", "UTF-8")])
def test_the_document_declares_its_own_encoding(sandbox: Running, module: str, declared: str) -> None:
    text = ask(sandbox, f"{CIVIL}/dsHoSoDangKy", module=module, ngayCapNhat=EVER)["data"]
    assert text.startswith(f'<?xml version="1.0" encoding="{declared}"?>')


def test_only_what_changed_since_the_day_is_listed(sandbox: Running) -> None:
    since = "18/11/2026"
    late = [record for record in changed(sandbox, "LTKS") if record["NgayCapNhat"][:10] in
            {"18/11/2026", "19/11/2026", "20/11/2026"}]  # fmt: skip
    assert 0 < len(late) < len(changed(sandbox, "LTKS"))
    assert changed(sandbox, "LTKS", since) == late
    assert changed(sandbox, "LTKS", "21/11/2026") == []


def test_the_state_of_one_dossier_agrees_with_the_list(sandbox: Running) -> None:
    for record in changed(sandbox, "LTKH")[:10]:
        state = ask(sandbox, f"{CIVIL}/traTrangThaiHoSo", maHoSo=record["MaHoSo"])["data"]
        assert str(state["trangThai"]) == record["TrangThai"]
        assert state["ngayCapNhat"] == record["NgayCapNhat"]


def test_a_result_is_there_only_when_the_registration_is_complete(sandbox: Running) -> None:
    by_state = {record["TrangThai"]: record["MaHoSo"] for record in changed(sandbox, "LTKS")}
    complete = ask(sandbox, f"{CIVIL}/ketQuaDangKyHS", maHoSo=by_state["4"])
    assert complete["status"] == 1
    assert re.fullmatch(r"\d\d/\d\d/2026", complete["data"]["ngayDangKy"])
    assert ask(sandbox, f"{CIVIL}/ketQuaDangKyHS", maHoSo=by_state["3"])["status"] == 200


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("traTrangThaiHoSo", {"maHoSo": "G15-HT-261120-9999"}, 201),
        ("ketQuaDangKyHS", {"maHoSo": "H15.16-261120-0001"}, 201),
        ("traTrangThaiHoSo", {}, 500),
        ("dsHoSoDangKy", {"module": "KHAC", "ngayCapNhat": EVER}, 302),
        ("dsHoSoDangKy", {"module": "LTKS", "ngayCapNhat": "2026-11-20"}, 500),
        ("dsHoSoDangKy", {"module": "LTKS", "ngayCapNhat": "31/11/2026"}, 500),
    ],
)
def test_errors_stand_in_the_body_under_http_200(sandbox: Running, path: str, body: dict[str, str], code: int) -> None:
    answer = ask(sandbox, f"{CIVIL}/{path}", **body)
    assert answer["status"] == code
    assert "data" not in answer


def test_calls_are_counted_and_faults_hit_them(sandbox: Running) -> None:
    path = f"{CIVIL}/ketQuaDangKyHS"
    before = sandbox.http.get(f"{sandbox.addresses['justice']}/_sandbox/ledger", timeout=30).json()["calls"]
    sandbox.order("justice", "faults", {"match": path, "kind": "status", "status": 503})
    assert post(sandbox, path, KEYS, {}).status_code == 503
    after = sandbox.http.get(f"{sandbox.addresses['justice']}/_sandbox/ledger", timeout=30).json()["calls"]
    assert after[path] == before.get(path, 0) + 1


def test_the_queue_repeats_itself_until_it_is_acknowledged() -> None:
    with running_sandbox("--only", "justice") as running:
        first = waiting(running)
        assert len(first) == queue(running)["per_call"] == 100
        assert waiting(running) == first
        some = [each["id"] for each in first[:30]]
        assert acknowledge(running, *some)["status"] == 1
        assert acknowledge(running, *some)["status"] == 1
        assert waiting(running)[:70] == first[30:]
        assert [row["id"] for row in queue(running)["acknowledged"]] == some
        assert {row["shown"] for row in queue(running)["acknowledged"]} == {2}


def test_one_unknown_id_refuses_the_whole_acknowledgement() -> None:
    with running_sandbox("--only", "justice") as running:
        first = waiting(running)
        assert acknowledge(running, first[0]["id"], "nobody")["status"] == 201
        assert ask(running, f"{RECORDS}/danhDauHsThanhCong")["status"] == 500
        assert queue(running)["acknowledged"] == []
        assert waiting(running) == first


def test_a_drained_queue_told_every_change_once_and_fills_again_with_days() -> None:
    with running_sandbox("--only", "justice") as running, running_sandbox("--only", "justice", "--day", "4") as later:
        before = drained(running)
        assert waiting(running) == queue(running)["waiting"] == []
        assert {each["DEC_STATUS_ID"] for each in before} == {3, 4, 5}
        assert all(re.fullmatch(r"G15-LLTP-\d{6}-\d{4}", each["maHoSo"]) for each in before)
        keys = {(each["maHoSo"], each["DEC_STATUS_ID"], each["ngayCapNhat"]) for each in before}
        assert len(keys) == len({each["id"] for each in before}) == len(before)
        for _ in range(4):  # day 4 adds a procedure about judicial records
            running.order("justice", "days", {"days": 1})
        fresh = drained(running)
        assert fresh
        assert before + fresh == drained(later)
        assert changed(running, "LTKS") == changed(later, "LTKS")
