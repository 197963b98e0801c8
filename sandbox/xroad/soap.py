"""A SOAP message on the exchange, protocol 4.0: the header fields it must carry, and those its answer carries."""

from html import escape
from uuid import uuid4

from lxml import etree

from sandbox.soap.message import Call, Element
from sandbox.xroad.failure import ExchangeFailure, check_parties
from sandbox.xroad.hashes import soap_hash
from sandbox.xroad.names import IDENTIFIERS, PROTOCOL_VERSION, XROAD
from sandbox.xroad.orders import Misdeed

MANDATORY = ("client", "service", "id", "protocolVersion")
OPTIONAL = ("userId", "issue")
SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"
MEMBER = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode")


def check_header(call: Call) -> None:
    """Raises ExchangeFailure when a mandatory field is missing or double, or says what cannot be served."""
    for name in MANDATORY:
        found = _fields(call, name)
        if len(found) != 1:
            kind = "DuplicateHeaderField" if found else "MissingHeaderField"
            raise ExchangeFailure(f"Client.{kind}", f"Header field '{name}'")
    if _text(call, "protocolVersion") != PROTOCOL_VERSION:
        raise ExchangeFailure("Client.InvalidProtocolVersion", f"Protocol version must be {PROTOCOL_VERSION}")
    [service] = _fields(call, "service")
    code = service.findtext(f"{{{IDENTIFIERS}}}serviceCode") or ""
    if code != call.name:
        raise ExchangeFailure("Client.InconsistentHeaders", "Service code and the Body's element differ")
    check_parties(_member(_fields(call, "client")[0]), _member(service), code)


def answer_header(call: Call, body: bytes, misdeed: Misdeed) -> str:
    """The request's fields once more, with the hash of the request after them."""
    fields = "".join(_copied(field) for name in (*MANDATORY, *OPTIONAL) for field in _fields(call, name))
    if misdeed == "wrong_id":
        fields = fields.replace(escape(_text(call, "id"), quote=False), str(uuid4()))
    if misdeed == "other_version":
        fields = fields.replace(f">{PROTOCOL_VERSION}<", ">3.1<")
    digest = soap_hash(b"another request" if misdeed == "wrong_hash" else body)
    return f'{fields}<xroad:requestHash xmlns:xroad="{XROAD}" algorithmId="{SHA512}">{digest}</xroad:requestHash>'


def _fields(call: Call, name: str) -> list[Element]:
    return [] if call.header is None else call.header.findall(f"{{{XROAD}}}{name}")


def _text(call: Call, name: str) -> str:
    return (_fields(call, name)[0].text or "").strip()


def _member(identifier: Element) -> str:
    parts = (identifier.findtext(f"{{{IDENTIFIERS}}}{name}") for name in MEMBER)
    return "/".join(part.strip() for part in parts if part)


def _copied(field: Element) -> str:
    return str(etree.tostring(field, encoding="unicode", with_tail=False))
