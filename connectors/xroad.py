"""X-Road (NDXP): who calls whom, said in headers, and whether an error is the exchange's or the provider's own.

Sources: X-Road message protocol 4.0 for SOAP, message protocol for REST (PR-MESS, PR-REST). An identifier is written
instance/class/member[/subsystem[/service[/version]]], such as VN/GOV/000.00.00.G22/portal/statuses.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import msgspec

from connectors.errors import FatalPortalError, PortalError, RetriablePortalError

XRD = "http://x-road.eu/xsd/xroad.xsd"
IDENTIFIERS = "http://x-road.eu/xsd/identifiers"
VERSION = "4.0"
SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"

_PARTS = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode", "serviceCode", "serviceVersion")
_ID = "x-road-request-id"
_ONE_HOP = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-road-request-hash",
        _ID,
    }
)
"""Headers a security server does not pass on (PR-REST 4.3, filtered headers), or writes itself."""
_DIGITS = re.compile(r"\d{4,}")
_CANNOT_PASS_LATER = frozenset(
    {
        "AccessDenied",
        "UnknownMember",
        "UnknownService",
        "ServiceDisabled",
        "ServiceType",
        "InvalidRequest",
        "InvalidSoap",
        "InvalidProtocolVersion",
        "MissingHeaderField",
        "SslAuthenticationFailed",
    }
)
"""Last words of error types that another try cannot cure: somebody has to change a right, a name or a certificate."""


@dataclass(frozen=True)
class Exchange:
    """Who calls whom. client: our subsystem (hệ thống con); service: the provider's, with or without a service code.

    user and issue: on whose behalf and in which matter, where the provider demands it.
    """

    client: str
    service: str
    user: str = ""
    issue: str = ""

    def __post_init__(self) -> None:
        for name, text, least in (("client", self.client, 3), ("service", self.service, 4)):
            parts = text.split("/")
            if not least <= len(parts) <= len(_PARTS) or not all(parts):
                raise FatalPortalError(
                    f"exchange.{name} is {text!r}", do="write it as instance/class/member/subsystem[/service]"
                )


@dataclass(frozen=True)
class Sent:
    """What was sent, as far as the answer must fit it. body: its bytes. method, target (path and query as sent) and headers
    (in the order sent): of a REST call, where they are known; without them its hash cannot be made again.
    """

    request_id: str
    body: bytes = b""
    method: str = ""
    target: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class Answered(Protocol):
    """What `check` looks at of an answer (connectors.body.Answer has it)."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The HTTP headers, by any spelling of their names."""

    def plain(self) -> bytes:
        """The body."""


class ExchangeFailed(RetriablePortalError):
    """The exchange, not the provider, failed in a way that may pass."""


class ExchangeRefused(FatalPortalError):
    """The exchange, not the provider, refused: trying again cannot help."""


class AnswerOfAnother(ExchangeRefused):
    """An answer that belongs to another call: of what became of ours it says nothing."""


def rest_headers(exchange: Exchange, request_id: str) -> dict[str, str]:
    """The headers of a REST call. request_id: ours, unique per call; it comes back in the answer."""
    optional = {"X-Road-UserId": exchange.user, "X-Road-Issue": exchange.issue}
    given = {name: value for name, value in optional.items() if value}
    return {"X-Road-Client": _encoded(exchange.client), "X-Road-Id": request_id, **given}


def rest_path(service: str, path: str) -> str:
    """Where a REST service is called: /r1/ and its identifier, then the provider's own path and query, untouched."""
    return f"/r1/{_encoded(service)}/{path.lstrip('/')}".rstrip("/")


def soap_headers(exchange: Exchange, request_id: str, service_code: str = "") -> list[Any]:
    """The elements of a SOAP call's Header. service_code: the operation, where the service's identifier ends before it."""
    from lxml import etree

    names = {"xrd": XRD, "id": IDENTIFIERS}
    service = exchange.service.split("/")
    if service_code and len(service) < len(_PARTS) - 1:
        service = [*service, service_code]
    client = exchange.client.split("/")
    elements = [
        _identifier("client", "SUBSYSTEM" if len(client) > 3 else "MEMBER", client, names),
        _identifier("service", "SERVICE", service, names),
    ]
    texts = {"id": request_id, "userId": exchange.user, "issue": exchange.issue, "protocolVersion": VERSION}
    for name, text in texts.items():
        if text:
            element = etree.Element(f"{{{XRD}}}{name}", nsmap=names)
            element.text = text
            elements.append(element)
    return elements


def request_hash(sent: Sent, exchange_id: str, *, lower: bool = True) -> str:
    """The hash of a REST request as PR-REST 4.3 defines it: of its head, and of its body where it has one.

    The head is what security servers pass on: method, target, the headers that are not for one hop only, and last the id
    they gave the request (`exchange_id`, X-Road-Request-Id). lower: whether they wrote header names in lower case.
    """
    headers = [(name.lower() if lower else name, value) for name, value in sent.headers if name.lower() not in _ONE_HOP]
    lines = [sent.method, sent.target, *(f"{name}:{value}" for name, value in headers), f"{_ID}:{exchange_id}"]
    digest = hashlib.sha512("".join(f"{line}\r\n" for line in lines).encode()).digest()
    if sent.body:
        digest = hashlib.sha512(digest + hashlib.sha512(sent.body).digest()).digest()
    return base64.b64encode(digest).decode()


def check(request: Sent, answer: Answered) -> None:
    """Return when the exchange carried the call; the answer is then the provider's own, be it good or an error.

    Raises ExchangeFailed (retriable) or ExchangeRefused where X-Road-Error says that the exchange failed, and
    ExchangeRefused where the answer belongs to another call: its X-Road-Id is not ours or, where the call is known as it
    was sent, its X-Road-Request-Hash. (Our security server has checked that hash too: PR-REST demands it.)
    """
    failed = answer.headers.get("X-Road-Error")
    if failed is not None:
        raise _failure(failed, answer)
    _same("X-Road-Id", answer.headers.get("X-Road-Id"), {request.request_id})
    found = answer.headers.get("X-Road-Request-Hash")
    if found is not None and request.method:
        exchange_id = answer.headers.get("X-Road-Request-Id", "")
        _same("X-Road-Request-Hash", found, {request_hash(request, exchange_id, lower=each) for each in (True, False)})


def check_soap(request: Sent, header: Mapping[str, Any]) -> None:
    """Return when a SOAP answer's Header (as plain values) fits the call. Raises ExchangeRefused where it does not.

    A Header without any of X-Road's elements did not pass through it.
    """
    _same("id", header.get("id"), {request.request_id})
    version = header.get("protocolVersion", "")
    if str(version).partition(".")[0] != VERSION.partition(".")[0]:
        raise ExchangeRefused("the answer's protocolVersion is not 4", do="check the address: this is not X-Road 4")
    found = header.get("requestHash")
    if found is None:
        return
    algorithm, text = (
        (found.get("@algorithmId", ""), found.get("#text", "")) if isinstance(found, dict) else ("", found)
    )
    if algorithm not in {"", SHA512}:
        raise ExchangeRefused("the answer's requestHash is made with another algorithm than SHA-512")
    _same("requestHash", text, {base64.b64encode(hashlib.sha512(request.body).digest()).decode()})


def kind(code: str) -> type[PortalError]:
    """Whether an error type of the exchange (`Server.ServerProxy.NetworkError`) can pass with time."""
    words = code.split(".")
    if words[0] != "Server" or _CANNOT_PASS_LATER.intersection(words):
        return ExchangeRefused
    return ExchangeFailed


def _failure(code: str, answer: Answered) -> PortalError:
    text = _DIGITS.sub("…", _message(answer))[:120]
    return kind(code)(
        f"HTTP {answer.status}: the exchange (X-Road) failed with {code[:80]}{': ' if text else ''}{text}",
        do="see the security server's log; the provider itself was perhaps never asked",
    )


def _message(answer: Answered) -> str:
    try:
        found = msgspec.json.decode(answer.plain()[:65536])
    except (msgspec.DecodeError, RecursionError):
        return ""
    return " ".join(str(found.get("message") or "").split()) if isinstance(found, dict) else ""


def _same(name: str, found: Any, ours: set[str]) -> None:
    if not isinstance(found, str) or found.strip() not in ours:
        raise AnswerOfAnother(
            f"the answer's {name} is not that of our call", do="treat it as the answer to somebody else's call"
        )


def _encoded(identifier: str) -> str:
    return "/".join(quote(part, safe="") for part in identifier.split("/"))


def _identifier(name: str, kind_of: str, parts: list[str], names: dict[str, str]) -> Any:
    from lxml import etree

    element = etree.Element(f"{{{XRD}}}{name}", nsmap=names)
    element.set(f"{{{IDENTIFIERS}}}objectType", kind_of)
    for tag, text in zip(_PARTS, parts, strict=False):
        etree.SubElement(element, f"{{{IDENTIFIERS}}}{tag}").text = text
    return element
