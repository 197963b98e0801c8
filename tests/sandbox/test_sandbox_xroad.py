"""The exchange: REST r1 and SOAP 4.0, called over real HTTP."""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha512
from typing import Any

import pytest
import requests
from lxml import etree

from sandbox.testing import Running, running_sandbox
from tests.helpers.soap_calls import SOAP, assert_valid, content, enveloped, fault, post, schema, texts

pytestmark = pytest.mark.filterwarnings("error")

CLIENT, PROVIDER = "VN/GOV/H15/data-gateway", "VN/GOV/H15/one-stop"
DOSSIERS = f"/r1/{PROVIDER}/dossiers/v1/dossiers"
XROAD, IDENTIFIERS = "http://x-road.eu/xsd/xroad.xsd", "http://x-road.eu/xsd/identifiers"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
AGENCIES = "http://one-stop.example/xroad/agencies/1.0"
TELLING = ("X-Road-Id", "X-Road-Client", "X-Road-Service", "X-Road-Request-Id", "X-Road-Request-Hash")
HOPS = ("user-agent", "connection", "content-length", "host")


@pytest.fixture(scope="module")
def xroad() -> Iterator[Running]:
    """A sandbox with this portal alone."""
    with running_sandbox("--only", "xroad", "--dossiers", "700") as running:
        yield running


@pytest.fixture(autouse=True)
def _good(xroad: Running) -> Iterator[None]:
    yield
    xroad.order("xroad", "exchange", {"answer": "good", "times": 0})


def get(running: Running, path: str = DOSSIERS, client: str = CLIENT, **query: object) -> requests.Response:
    """A REST call of a client."""
    headers = {"X-Road-Client": client, "X-Road-Id": "call-1"}
    address = running.addresses["xroad"] + path
    return running.http.get(
        address, params={name: str(value) for name, value in query.items()}, headers=headers, timeout=30
    )


def expected_hash(answer: requests.Response, body: bytes = b"") -> str:
    """The hash of the request that an answer belongs to, worked out from what was sent."""
    sent = answer.request
    lines = [sent.method, sent.path_url]
    lines += [f"{name.lower()}:{value}" for name, value in sent.headers.items() if name.lower() not in HOPS]
    lines.append(f"x-road-request-id:{answer.headers['X-Road-Request-Id']}")
    digest = sha512("".join(f"{line}\r\n" for line in lines).encode()).digest()
    return b64encode(sha512(digest + sha512(body).digest()).digest() if body else digest).decode()


def test_an_answer_tells_of_its_request(xroad: Running) -> None:
    answer = get(xroad, limit=2, changedFrom="2026-11-01")
    assert answer.status_code == 200
    assert answer.headers["X-Road-Id"] == "call-1"
    assert answer.headers["X-Road-Client"] == CLIENT
    assert answer.headers["X-Road-Service"] == f"{PROVIDER}/dossiers"
    assert answer.headers["X-Road-Request-Hash"] == expected_hash(answer)
    assert "X-Road-Error" not in answer.headers


def test_a_body_is_part_of_the_hash(xroad: Running) -> None:
    headers = {"X-Road-Client": CLIENT, "X-Road-Id": "call-2"}
    answer = xroad.http.post(xroad.addresses["xroad"] + DOSSIERS, data=b'{"a": 1}', headers=headers, timeout=10)
    assert answer.status_code == 405
    assert answer.headers["X-Road-Request-Hash"] == expected_hash(answer, b'{"a": 1}')


def test_pages_hold_every_dossier_once_oldest_change_first(xroad: Running) -> None:
    pages = [get(xroad, offset=offset, limit=300).json() for offset in range(0, 900, 300)]
    records: list[dict[str, Any]] = [record for page in pages for record in page["data"]]
    assert len({record["code"] for record in records}) == len(records) == pages[0]["total"] == 700
    changes = [record["updatedAt"] for record in records]
    assert changes == sorted(changes)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+07:00", change) for change in changes)
    later = get(xroad, changedFrom=changes[350], limit=500).json()
    assert [record["code"] for record in later["data"]] == [
        r["code"] for r in records if r["updatedAt"] >= changes[350]
    ]


def test_one_dossier_by_its_code(xroad: Running) -> None:
    [record] = get(xroad, offset=5, limit=1).json()["data"]
    assert get(xroad, f"{DOSSIERS}/{record['code']}").json() == record


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        (f"{DOSSIERS}/H15.16-261120-9999", {}, 404),
        (f"/r1/{PROVIDER}/dossiers/v2/nothing", {}, 404),
        (f"/r1/{PROVIDER}/dossiers", {}, 404),
        (DOSSIERS, {"limit": 501}, 400),
        (DOSSIERS, {"offset": "x"}, 400),
        (DOSSIERS, {"changedFrom": "yesterday"}, 400),
    ],
)
def test_the_providers_own_error_has_no_error_header(
    xroad: Running, path: str, query: dict[str, object], status: int
) -> None:
    answer = get(xroad, path, **query)
    assert answer.status_code == status
    assert all(name in answer.headers for name in TELLING)
    assert "X-Road-Error" not in answer.headers


@pytest.mark.parametrize(
    ("path", "client", "status", "kind"),
    [
        (DOSSIERS, "", 400, "Client.BadRequest"),
        ("/r1/VN/GOV/H15", CLIENT, 400, "Client.BadRequest"),
        (DOSSIERS, "VN/GOV/H99/stranger", 500, "Server.ClientProxy.UnknownMember"),
        ("/r1/VN/GOV/H15/one-stop/nothing", CLIENT, 500, "Server.ServerProxy.UnknownService"),
        ("/r1/VN/GOV/H15/one-stop/residents/all", CLIENT, 500, "Server.ServerProxy.AccessDenied"),
    ],
)
def test_a_failure_of_the_exchange_has_it(xroad: Running, path: str, client: str, status: int, kind: str) -> None:
    answer = get(xroad, path, client)
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (status, kind)
    assert set(answer.json()) == {"type", "message", "detail"}
    assert answer.json()["type"] == kind
    assert "X-Road-Request-Hash" not in answer.headers


@pytest.mark.parametrize(
    ("ordered", "kind"),
    [
        ("network_error", "Server.ServerProxy.NetworkError"),
        ("client_network_error", "Server.ClientProxy.NetworkError"),
        ("access_denied", "Server.ServerProxy.AccessDenied"),
        ("provider_error", None),
    ],
)
def test_failures_come_on_command_in_both_protocols(xroad: Running, ordered: str, kind: str | None) -> None:
    xroad.order("xroad", "exchange", {"answer": ordered, "times": 2})
    answer, refused, after = get(xroad), call(xroad), get(xroad)
    assert (answer.status_code, answer.headers.get("X-Road-Error")) == (500, kind)
    assert (refused.status_code, fault(refused)[0]) == (500, kind or "soap:Server")
    assert after.status_code == 200


@pytest.mark.parametrize("order", [{"answer": "explode"}, {"answer": "good", "times": -1}, {}])
def test_a_bad_order_is_refused(xroad: Running, order: dict[str, object]) -> None:
    assert xroad.order("xroad", "exchange", order).status_code == 422


def test_answers_may_belong_to_another_request(xroad: Running) -> None:
    xroad.order("xroad", "exchange", {"answer": "wrong_hash"})
    answer = get(xroad)
    assert answer.headers["X-Road-Request-Hash"] != expected_hash(answer)
    xroad.order("xroad", "exchange", {"answer": "wrong_id"})
    assert get(xroad).headers["X-Road-Id"] != "call-1"


def identifier(name: str, path: str, kind: str) -> str:
    """A client or service as a header field."""
    tags = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode", "serviceCode")
    parts = "".join(f"<id:{tag}>{part}</id:{tag}>" for tag, part in zip(tags, path.split("/"), strict=False))
    return f'<xrd:{name} id:objectType="{kind}">{parts}</xrd:{name}>'


def fields(client: str = CLIENT, service: str = "listAgencies", version: str = "4.0") -> dict[str, str]:
    """The header fields of a SOAP call by name."""
    return {
        "client": identifier("client", client, "SUBSYSTEM"),
        "service": identifier("service", f"{PROVIDER}/{service}", "SERVICE"),
        "id": "<xrd:id>call-3</xrd:id>",
        "userId": "<xrd:userId>VN1</xrd:userId>",
        "protocolVersion": f"<xrd:protocolVersion>{version}</xrd:protocolVersion>",
    }


def message(content: str, header: dict[str, str]) -> bytes:
    """A SOAP call with X-Road's prefixes declared on its envelope."""
    declared = f'xmlns:xrd="{XROAD}" xmlns:id="{IDENTIFIERS}" xmlns:s='.encode()
    return enveloped(content, "".join(header.values())).replace(b"xmlns:s=", declared, 1)


def call(running: Running, level: str = "", header: dict[str, str] | None = None) -> requests.Response:
    """listAgencies."""
    asked = f"<level>{level}</level>" if level else ""
    sent = message(f'<listAgencies xmlns="{AGENCIES}">{asked}</listAgencies>', fields() if header is None else header)
    return post(running, "xroad", "/", sent)


def test_agencies_come_by_soap_with_the_fields_of_the_request(xroad: Running) -> None:
    answer = call(xroad)
    judge = schema("xroad/agencies.wsdl")
    assert_valid(judge, content(answer))
    header = etree.fromstring(answer.content).find(f"{{{SOAP}}}Header")
    for field in header:
        assert_valid(judge, field)
    told = texts(header)
    assert (told["id"], told["userId"], told["protocolVersion"]) == ("call-3", "VN1", "4.0")
    assert told["requestHash"] == b64encode(sha512(answer.request.body).digest()).decode()
    agencies = content(answer).findall("{*}agency")
    assert len(agencies) > 40
    parents = [agency.find("{*}parentCode").get(NIL) for agency in agencies]
    assert parents.count("true") == 1
    communes = content(call(xroad, "commune")).findall("{*}agency")
    assert {agency.findtext("{*}level") for agency in communes} == {"commune"}


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ({name: xml for name, xml in fields().items() if name != "id"}, "Client.MissingHeaderField"),
        ({}, "Client.MissingHeaderField"),
        (fields() | {"again": fields()["id"]}, "Client.DuplicateHeaderField"),
        (fields(version="3.1"), "Client.InvalidProtocolVersion"),
        (fields(service="other"), "Client.InconsistentHeaders"),
        (fields(client="VN/GOV/H99/stranger"), "Server.ClientProxy.UnknownMember"),
    ],
)
def test_a_header_that_is_not_in_order_is_a_fault_of_the_exchange(
    xroad: Running, header: dict[str, str], kind: str
) -> None:
    answer = call(xroad, header=header)
    assert (answer.status_code, fault(answer)[0]) == (500, kind)


def test_an_unknown_level_is_the_providers_own_fault(xroad: Running) -> None:
    assert fault(call(xroad, "village"))[0] == "soap:Client"


def test_soap_answers_may_belong_to_another_request(xroad: Running) -> None:
    spoiled = {"wrong_hash": "requestHash", "wrong_id": "id", "other_version": "protocolVersion"}
    good = texts(etree.fromstring(call(xroad).content).find(f"{{{SOAP}}}Header"))
    for ordered, field in spoiled.items():
        xroad.order("xroad", "exchange", {"answer": ordered})
        told = texts(etree.fromstring(call(xroad).content).find(f"{{{SOAP}}}Header"))
        assert [name for name in good if told[name] != good[name]] == [field]


def test_the_status_page_and_both_protocols_share_an_address(xroad: Running) -> None:
    assert "X-Road" in xroad.http.get(xroad.addresses["xroad"], timeout=10).text
    calls = xroad.http.get(xroad.addresses["xroad"] + "/_sandbox/ledger", timeout=10).json()["calls"]
    get(xroad)
    call(xroad)
    after = xroad.http.get(xroad.addresses["xroad"] + "/_sandbox/ledger", timeout=10).json()["calls"]
    assert {name: after[name] - calls.get(name, 0) for name in ("dossiers", "listAgencies")} == {
        "dossiers": 1,
        "listAgencies": 1,
    }


def test_days_pass_for_the_exchange_too() -> None:
    with running_sandbox("--only", "xroad", "--dossiers", "700") as running:
        before = get(running).json()["total"]
        running.order("xroad", "days", {"days": 1})
        assert get(running).json()["total"] > before
        assert get(running, changedFrom="2026-11-21").json()["total"] > 0
