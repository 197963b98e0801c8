"""The maritime single window, called over real HTTP: documents inside strings."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import pytest
from lxml import etree

from sandbox.testing import Running, running_sandbox
from tests.helpers.soap_calls import assert_valid, content, enveloped, fault, post, schema, texts

pytestmark = pytest.mark.filterwarnings("error")
PATH = "/nswm/services/SendMessage"
NAMESPACE = "http://facade.dk.gt.dtt.vn"
ARGUMENTS = ("--only", "maritime", "--dossiers", "0")


@pytest.fixture(scope="module")
def maritime() -> Iterator[Running]:
    """A sandbox with this portal alone."""
    with running_sandbox(*ARGUMENTS) as running:
        yield running


def document(kind: str, asked: str, identity: str = "1548001", function: str = "11", declared: str = "UTF-8") -> str:
    """A request's document."""
    return (
        f'<?xml version="1.0" encoding="{declared}"?><Envelope><Header>'
        "<Reference><version>1.0</version><messageId>m-1</messageId></Reference>"
        f"<From><name>Tỉnh Đắk Lắk</name><identity>{identity}</identity></From>"
        "<To><name>NSWM</name><identity>1</identity></To>"
        f"<Subject><documentType>{kind}</documentType><type>{kind}</type><function>{function}</function></Subject>"
        f"</Header><Body><Content>{asked}</Content></Body></Envelope>"
    )


def returned(running: Running, inner: str) -> str:
    """The string that comes back for a string."""
    message = (
        f'<sendAndGetMessage xmlns="{NAMESPACE}"><requestMessage>{escape(inner)}</requestMessage></sendAndGetMessage>'
    )
    answer = post(running, "maritime", PATH, enveloped(message))
    assert answer.status_code == 200
    assert_valid(schema("maritime/SendMessage.wsdl"), content(answer))
    return str(content(answer).findtext(f"{{{NAMESPACE}}}sendAndGetMessageReturn"))


def opened(text: str) -> Any:
    """The document inside a string; what it declares of its encoding no longer holds."""
    return etree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text))


def ask(running: Running, kind: str, asked: str = "", **more: str) -> Any:
    """The document that answers a question."""
    return opened(returned(running, document(kind, asked, **more)))


def everything(running: Running, kind: str) -> list[dict[str, str]]:
    """All dossiers of a kind, page by page, by lower-case element names."""
    found: list[dict[str, str]] = []
    for page in range(1, 30):
        answer = ask(running, kind, f"<page>{page}</page>")
        shown = [child for child in answer.find("Body/Content")[1] if child.tag.lower() == "dossier"]
        found += [{name.lower(): text for name, text in texts(dossier).items()} for dossier in shown]
        if not shown:
            break
    return found


def test_a_dossier_list_has_its_result_first(maritime: Running) -> None:
    answer = ask(maritime, "10", "<fromDate>20/11/2026</fromDate><toDate>20/11/2026</toDate>")
    assert texts(answer.find("Header/Subject"))["function"] == "26"
    assert texts(answer.find("Body/Content/Status/Object")) == {"isSuccess": "1", "errorMessage": ""}
    listed = answer.find("Body/Content/DossierList")
    assert int(listed.findtext("total")) == len(listed.findall("Dossier")) > 0
    assert all(dossier.findtext("updatedDate").startswith("20/11/2026 ") for dossier in listed.findall("Dossier"))


def test_element_names_and_declared_encoding_depend_on_the_document_type(maritime: Running) -> None:
    camel, lower = (returned(maritime, document(kind, "<page>1</page>")) for kind in ("10", "58"))
    assert camel.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert lower.startswith('<?xml version="1.0" encoding="utf-16"?>')
    tags = [{element.tag for element in opened(text).iter()} for text in (camel, lower)]
    assert {"countryCode", "dossierCode", "Dossier", "isSuccess"} <= tags[0]
    assert {"countrycode", "dossiercode", "dossier", "issuccess"} <= tags[1]
    assert {tag.lower() for tag in tags[0]} == {tag.lower() for tag in tags[1]}


def test_the_same_status_number_means_two_things(maritime: Running) -> None:
    names = [
        {dossier["statuscode"]: dossier["statusname"] for dossier in everything(maritime, kind)}
        for kind in ("10", "58")
    ]
    assert names[0]["12"] != names[1]["12"]
    assert names[0]["13"] != names[1]["13"]


def test_pages_hold_every_dossier_once(maritime: Running) -> None:
    total = int(ask(maritime, "10").findtext("Body/Content/DossierList/total"))
    codes = [dossier["dossiercode"] for dossier in everything(maritime, "10")]
    assert len(codes) == len(set(codes)) == total > 50


def test_nobody_here_can_be_real(maritime: Running) -> None:
    for requester in ask(maritime, "10").iter("Requester"):
        assert re.fullmatch(r"099\d{9}", requester.findtext("requesterIdentity"))


@pytest.mark.parametrize(
    ("inner", "complaint"),
    [
        (document("77", ""), "Loại chứng từ"),
        (document("10", "", function="02"), "Chức năng"),
        (document("10", "", identity="2"), "chưa được đăng ký"),
        (document("10", "<fromDate>2026-11-20</fromDate>"), "định dạng ngày"),
        (document("10", "<page>0</page>"), "page"),
        ("<Envelope><Header>", "không hợp lệ"),
        ("<Envelope/>", "thiếu phần header"),
        ("", "không hợp lệ"),
    ],
)
def test_an_error_is_a_result_in_the_document_not_a_fault(maritime: Running, inner: str, complaint: str) -> None:
    answer = opened(returned(maritime, inner))
    assert texts(answer.find("Header/Subject"))["function"] == "99"
    result = texts(answer.find("Body/Content/Status/Object"))
    assert result["isSuccess"] == "0"
    assert complaint in result["errorMessage"]


def test_a_request_may_declare_any_encoding(maritime: Running) -> None:
    assert ask(maritime, "10", declared="windows-1258").findtext("Body/Content/Status/Object/isSuccess") == "1"


def test_another_operation_is_a_fault(maritime: Running) -> None:
    answer = post(maritime, "maritime", PATH, enveloped(f'<getMessage xmlns="{NAMESPACE}"/>'))
    assert (answer.status_code, fault(answer)[0]) == (500, "soap:Server")


def test_days_move_dossiers_on_and_always_to_the_same_world(maritime: Running) -> None:
    with running_sandbox(*ARGUMENTS) as passing, running_sandbox(*ARGUMENTS, "--day", "2") as started:
        before = {dossier["dossiercode"]: dossier for dossier in everything(passing, "10")}
        passing.order("maritime", "days", {"days": 2})
        after = {dossier["dossiercode"]: dossier for dossier in everything(passing, "10")}
        assert after == {dossier["dossiercode"]: dossier for dossier in everything(started, "10")}
    assert before == {dossier["dossiercode"]: dossier for dossier in everything(maritime, "10")}
    assert set(before) < set(after)
    moved = [code for code in before if before[code]["statuscode"] != after[code]["statuscode"]]
    assert 0 < len(moved) < len(before) / 2


def test_calls_are_counted_by_operation(maritime: Running) -> None:
    ask(maritime, "10")
    ledger = maritime.http.get(maritime.addresses["maritime"] + "/_sandbox/ledger", timeout=10).json()
    assert ledger["calls"]["sendAndGetMessage"] > 0
