"""X-Road: who calls whom, and whose error an error is."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from connectors import xroad
from connectors.errors import FatalPortalError, RetriablePortalError
from connectors.xroad import Exchange, ExchangeFailed, ExchangeRefused, Sent

EXCHANGE = Exchange("VN/GOV/H15/một cửa", "VN/GOV/000.00.00.G22/cong-dvc/trang-thai", user="VN001", issue="1/2026")
ID = "7b0c3a5e-0000-4000-8000-000000000001"


@dataclass
class Answer:
    status: int = 200
    headers: CaseInsensitiveDict[str] = field(default_factory=CaseInsensitiveDict)
    body: bytes = b"{}"

    def plain(self) -> bytes:
        return self.body


def answered(status: int = 200, body: bytes = b"{}", **headers: str) -> Answer:
    given = {"X-Road-Id": ID, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Answer(status, CaseInsensitiveDict(given), body)


def sha512(*parts: bytes) -> bytes:
    return hashlib.sha512(b"".join(parts)).digest()


def test_a_rest_call_says_who_calls_whom() -> None:
    assert xroad.rest_headers(EXCHANGE, ID) == {
        "X-Road-Client": "VN/GOV/H15/m%E1%BB%99t%20c%E1%BB%ADa",
        "X-Road-Id": ID,
        "X-Road-UserId": "VN001",
        "X-Road-Issue": "1/2026",
    }
    assert set(xroad.rest_headers(Exchange("VN/GOV/H15", "VN/GOV/G22/a"), ID)) == {"X-Road-Client", "X-Road-Id"}


def test_the_path_of_a_rest_service() -> None:
    assert (
        xroad.rest_path("VN/GOV/G22/cong dvc/trang-thai", "/v1/ho-so?trang=1")
        == "/r1/VN/GOV/G22/cong%20dvc/trang-thai/v1/ho-so?trang=1"
    )
    assert xroad.rest_path("VN/GOV/G22/a/b", "") == "/r1/VN/GOV/G22/a/b"


@pytest.mark.parametrize(
    ("client", "service"),
    [("VN/GOV", "VN/GOV/G22/a"), ("VN/GOV/H15", "VN/GOV/G22"), ("VN//H15/a", "VN/GOV/G22/a"), ("", "")],
)
def test_an_identifier_that_is_none_is_refused(client: str, service: str) -> None:
    with pytest.raises(FatalPortalError, match="exchange"):
        Exchange(client, service)


def test_a_soap_call_says_the_same_in_elements() -> None:
    from lxml import etree

    made = xroad.soap_headers(Exchange("VN/GOV/H15/mot-cua", "VN/GOV/G22/cong-dvc"), ID, "listAgencies")
    ours = {etree.QName(each).localname: each for each in made}
    assert {etree.QName(each).namespace for each in made} == {"http://x-road.eu/xsd/xroad.xsd"}
    assert list(ours) == ["client", "service", "id", "protocolVersion"]
    assert [(etree.QName(each).localname, each.text) for each in ours["service"]] == [
        ("xRoadInstance", "VN"),
        ("memberClass", "GOV"),
        ("memberCode", "G22"),
        ("subsystemCode", "cong-dvc"),
        ("serviceCode", "listAgencies"),
    ]
    assert ours["client"].get("{http://x-road.eu/xsd/identifiers}objectType") == "SUBSYSTEM"
    assert (ours["id"].text, ours["protocolVersion"].text) == (ID, "4.0")
    full = {etree.QName(each).localname: each for each in xroad.soap_headers(EXCHANGE, ID, "khac")}
    assert (full["userId"].text, full["issue"].text, full["service"][-1].text) == ("VN001", "1/2026", "trang-thai")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Server.ClientProxy.NetworkError", ExchangeFailed),
        ("Server.ServerProxy.ServiceFailed.HttpError", ExchangeFailed),
        ("Server.ServerProxy.DatabaseError", ExchangeFailed),
        ("Server.ClientProxy.OutdatedGlobalConf", ExchangeFailed),
        ("Server.ServerProxy.AccessDenied", ExchangeRefused),
        ("Server.ServerProxy.UnknownService", ExchangeRefused),
        ("Server.ServerProxy.ServiceFailed.InvalidSoap", ExchangeRefused),
        ("Client.BadRequest", ExchangeRefused),
        ("", ExchangeRefused),
    ],
)
def test_an_error_of_the_exchange_says_whether_it_can_pass(code: str, kind: type[Exception]) -> None:
    body = b'{"type": "x", "message": "Service SERVICE:VN/079123456789\\n not found", "detail": "Nguyen Van A"}'
    with pytest.raises(kind, match="X-Road") as caught:
        xroad.check(Sent(ID), answered(500, body, X_Road_Error=code))
    assert issubclass(kind, (FatalPortalError, RetriablePortalError))
    assert "079" not in str(caught.value)
    assert "Nguyen" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"message": {"a": 1}}', b"[" * 100_000])
def test_an_error_of_the_exchange_needs_no_readable_body(body: bytes) -> None:
    with pytest.raises(ExchangeFailed):
        xroad.check(Sent(ID), answered(500, body, X_Road_Error="Server.ClientProxy.NetworkError"))


@pytest.mark.parametrize("status", [200, 404, 500])
def test_without_that_header_an_answer_is_the_providers_own(status: int) -> None:
    xroad.check(Sent(ID), answered(status))


def test_the_answer_to_another_call_is_refused() -> None:
    for headers in (CaseInsensitiveDict[str](), CaseInsensitiveDict({"X-Road-Id": "another"})):
        with pytest.raises(ExchangeRefused, match="X-Road-Id"):
            xroad.check(Sent(ID), Answer(headers=headers))


SENT = [
    ("User-Agent", "x"),
    ("Accept", "application/json"),
    ("X-Road-Client", "VN/GOV/H15/a"),
    ("Connection", "keep-alive"),
]


@pytest.mark.parametrize(("body", "lower"), [(b"", True), (b"", False), (b'{"a":1}', True), (b'{"a":1}', False)])
def test_the_hash_of_the_call_is_compared_where_the_call_is_known(body: bytes, lower: bool) -> None:
    names = ("accept", "x-road-client") if lower else ("Accept", "X-Road-Client")
    lines = [
        "POST",
        "/r1/VN/GOV/G22/a/b?x=1",
        f"{names[0]}:application/json",
        f"{names[1]}:VN/GOV/H15/a",
        "x-road-request-id:77",
    ]
    digest = sha512("".join(f"{line}\r\n" for line in lines).encode())
    theirs = base64.b64encode(sha512(digest, sha512(body)) if body else digest).decode()
    sent = Sent(ID, body, "POST", "/r1/VN/GOV/G22/a/b?x=1", tuple(SENT))
    xroad.check(sent, answered(X_Road_Request_Id="77", X_Road_Request_Hash=theirs))
    for other in (
        Sent(ID, body + b" ", sent.method, sent.target, sent.headers),
        Sent(ID, body, "POST", "/r1/x", sent.headers),
    ):
        with pytest.raises(ExchangeRefused, match="X-Road-Request-Hash"):
            xroad.check(other, answered(X_Road_Request_Id="77", X_Road_Request_Hash=theirs))
    xroad.check(Sent(ID, body), answered(X_Road_Request_Hash=theirs))


def header(body: bytes, **more: Any) -> dict[str, Any]:
    digest = base64.b64encode(sha512(body)).decode()
    usual = {"id": ID, "protocolVersion": "4.0", "requestHash": {"@algorithmId": xroad.SHA512, "#text": digest}}
    return {**usual, **more}


def test_a_soap_answer_must_fit_its_call() -> None:
    sent = Sent(ID, b"<e:Envelope/>")
    xroad.check_soap(sent, header(sent.body))
    xroad.check_soap(sent, {"id": ID, "protocolVersion": "4.1"})


WRONG_HEADERS: dict[str, dict[str, Any]] = {
    "another id": header(b"x", id="another"),
    "no id": {"protocolVersion": "4.0"},
    "two ids": header(b"x", id=[ID, ID]),
    "another protocol": header(b"x", protocolVersion="3.1"),
    "no protocol": {"id": ID},
    "the hash of another call": header(b"y"),
    "a weaker hash": header(b"x", requestHash={"@algorithmId": "http://www.w3.org/2000/09/xmldsig#sha1", "#text": "x"}),
    "an empty hash": header(b"x", requestHash=""),
    "nothing at all": {},
}


@pytest.mark.parametrize("given", WRONG_HEADERS.values(), ids=list(WRONG_HEADERS))
def test_a_soap_answer_that_does_not_fit_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ExchangeRefused):
        xroad.check_soap(Sent(ID, b"x"), given)
