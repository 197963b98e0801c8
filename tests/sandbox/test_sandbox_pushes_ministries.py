"""What a province hands to ministries, and what others tell a province."""

from collections.abc import Iterator
from html import escape
from typing import Any

import pytest
import requests
from lxml import etree

from sandbox.justice.credentials import CLIENT, LGSP_HEADER, lgsp_token
from sandbox.testing import Running, running_sandbox
from tests.helpers.pushes import held
from tests.helpers.soap_calls import content, enveloped, post

pytestmark = pytest.mark.filterwarnings("error")
CIVIL, RECORDS = "/apiHoTichTuPhap", "/apiLyLichTuPhap"
MARITIME, NAMESPACE = "/nswm/services/SendMessage", "http://facade.dk.gt.dtt.vn"
TOLD = "/pa/api-integration/--status"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """The portals that take something beside the national ones."""
    with running_sandbox(
        "--only", "justice", "--only", "maritime", "--only", "province", "--dossiers", "600"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def bearer(sandbox: Running) -> dict[str, str]:
    """The headers of a call to the justice services."""
    keys, form = {LGSP_HEADER: lgsp_token()}, {"grant_type": "client_credentials"}
    url = f"{sandbox.addresses['justice']}/token"
    answer = sandbox.http.post(url, data=form, headers=keys, auth=(CLIENT.id, CLIENT.secret), timeout=10)
    return keys | {"Authorization": f"Bearer {answer.json()['access_token']}"}


def justice(sandbox: Running, headers: dict[str, str], path: str, **said: object) -> dict[str, Any]:
    """A call of the justice services."""
    return dict(
        sandbox.http.post(f"{sandbox.addresses['justice']}{path}", json=said, headers=headers, timeout=10).json()
    )


def registration(code: str) -> dict[str, str]:
    """The body of dangKyHoTich."""
    data = '<?xml version="1.0" encoding="utf-16"?><hoTich><hoTen>Người Bịa Đặt</hoTen></hoTich>'
    return {"maDonVi": "66", "module": "LTKS", "maHoSo": code, "ngayTiepNhan": "20/11/2026", "data": data}


def test_a_registration_is_taken_and_received(sandbox: Running, bearer: dict[str, str]) -> None:
    said = registration("H15.01-261120-0001")
    assert justice(sandbox, bearer, f"{CIVIL}/dangKyHoTich", **said)["status"] == 1
    kept = held(sandbox, said["maHoSo"], "justice")
    assert kept is not None
    assert kept["holds"] == said
    state = justice(sandbox, bearer, f"{CIVIL}/traTrangThaiHoSo", maHoSo=said["maHoSo"])["data"]
    assert (state["trangThai"], state["ngayCapNhat"]) == (1, "20/11/2026")


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"module": "LTXX"}, 302), ({"data": "<a>"}, 500), ({"maHoSo": ""}, 500), ({"ngayTiepNhan": "2026-11-20"}, 500)],
)
def test_a_registration_with_a_mistake_is_one_of_the_codes(
    sandbox: Running, bearer: dict[str, str], changes: dict[str, str], status: int
) -> None:
    said = registration("H15.01-261120-0002") | changes
    assert justice(sandbox, bearer, f"{CIVIL}/dangKyHoTich", **said)["status"] == status
    assert held(sandbox, "H15.01-261120-0002", "justice") is None


def test_a_request_for_a_record_is_taken_and_its_status_can_be_asked(sandbox: Running, bearer: dict[str, str]) -> None:
    asked, code = f"{RECORDS}/LLTP-API-traTrangThaiHs", "H15.02-261120-0001"
    assert justice(sandbox, bearer, asked, maHoSo=code)["status"] == 201
    assert justice(sandbox, bearer, f"{RECORDS}/nhanHoSoDangKy", maHoSo=code, anything="kept")["status"] == 1
    assert justice(sandbox, bearer, asked, maHoSo=code)["data"]["DEC_STATUS_ID"] == 3
    queued = justice(sandbox, bearer, f"{RECORDS}/traDsTrangThaiHs")["data"]
    own = justice(sandbox, bearer, asked, maHoSo=queued[0]["maHoSo"])["data"]
    assert own["DEC_STATUS_ID"] in {3, 4, 5}


def test_faults_of_pushes_hit_the_justice_services(sandbox: Running, bearer: dict[str, str]) -> None:
    path, code = f"{CIVIL}/dangKyHoTich", "H15.03-261120-0001"
    for fault, status in (("refuse_item;text=no", 500), ("refuse_item;text=no;error_code=302", 302), ("lose", 1)):
        answer = justice(sandbox, bearer | {"X-Sandbox-Fault": fault}, path, **registration(code))
        assert answer["status"] == status
    kept = held(sandbox, code, "justice")
    assert kept is not None
    assert kept["holds"] is None


def send(sandbox: Running, function: str, said: str = "") -> tuple[str, str, list[str]]:
    """A document of the maritime window: function, isSuccess and all dossier codes of the answer."""
    document = (
        "<Envelope><Header><Reference><version>1.0</version><messageId>m-1</messageId></Reference>"
        "<From><name>H15</name><identity>1548001</identity></From><To><name>NSWM</name><identity>1</identity></To>"
        f"<Subject><documentType>10</documentType><type>10</type><function>{function}</function></Subject></Header>"
        f"<Body><Content>{said}</Content></Body></Envelope>"
    )
    call = f'<sendAndGetMessage xmlns="{NAMESPACE}"><requestMessage>{escape(document)}</requestMessage></sendAndGetMessage>'
    answer: requests.Response = post(sandbox, "maritime", MARITIME, enveloped(call))
    text = str(content(answer).findtext(f"{{{NAMESPACE}}}sendAndGetMessageReturn"))
    root = etree.fromstring(text.partition("?>")[2])
    codes = [str(element.text) for element in root.iter("dossierCode")]
    return str(root.findtext("Header/Subject/function")), str(root.findtext(".//isSuccess")), codes


@pytest.mark.parametrize("function", ["20", "21", "22", "23", "24"])
def test_a_notice_is_kept_and_acknowledged(sandbox: Running, function: str) -> None:
    code = send(sandbox, "11")[2][int(function) - 20]
    answer = send(sandbox, function, f"<dossierCode>{code}</dossierCode><content>Đã nhận</content>")
    assert answer == ("99", "1", [])
    kept = held(sandbox, code, "maritime")
    assert kept is not None
    assert [(status["function"], status["content"]) for status in kept["statuses"]] == [(function, "Đã nhận")]


def test_a_notice_about_nothing_is_refused_and_other_functions_are_not_known(sandbox: Running) -> None:
    assert send(sandbox, "21", "<dossierCode>BXD.10-0</dossierCode>") == ("99", "0", [])
    assert send(sandbox, "25", "<dossierCode>BXD.10-0</dossierCode>") == ("99", "0", [])
    assert held(sandbox, "BXD.10-0", "maritime") is None


def tell(sandbox: Running, token: str, **said: object) -> requests.Response:
    """A state told to the province."""
    headers = {"Authorization": f"Bearer {token}"}
    return sandbox.http.post(sandbox.province + TOLD, json=said, headers=headers, timeout=10)


def test_others_tell_the_province_how_a_dossier_stands(sandbox: Running, token: str) -> None:
    [record] = sandbox.province_get("/pa/dossier/search", token, size=1).json()["content"]
    said = {"code": record["code"], "status": 5, "updatedDate": "2026-11-20T08:00:00.000+0700", "source": "G15"}
    answer = tell(sandbox, token, **said)
    assert (answer.status_code, answer.json()) == (200, {"affectedRows": 1})
    kept = held(sandbox, record["code"], "province")
    assert kept is not None
    assert kept["statuses"] == [said | {"comment": ""}]
    assert tell(sandbox, "wrong", **said).status_code == 401
    assert tell(sandbox, token, **said | {"code": "H15.01-261120-9999"}).status_code == 404
    for change in ({"status": 11}, {"updatedDate": "soon"}, {"source": ""}, {"more": 1}):
        assert tell(sandbox, token, **said | change).status_code == 400


def test_a_dossier_can_be_one_that_was_filed_on_another_portal(sandbox: Running, token: str) -> None:
    [*_, record] = sandbox.province_get("/pa/dossier/search", token, size=9).json()["content"]
    code, theirs = record["code"], "BXD.10-261120-0001"
    for wrong in ({}, {"codes": {code: theirs, "H15.01-261120-9999": theirs}}):
        assert sandbox.order("province", "filed", wrong).status_code == 422
    assert sandbox.order("province", "filed", {"codes": {code: theirs}}).json() == {"filed": 1}
    [shown] = sandbox.province_get("/pa/dossier/search", token, code=code).json()["content"]
    assert shown == record | {"nationCode": theirs}
