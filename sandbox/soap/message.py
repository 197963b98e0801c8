"""SOAP 1.1 messages: a call as it was read, an answer and a fault as they are written."""

from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

from lxml import etree

from sandbox.reply import Reply

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MEDIA = "text/xml; charset=utf-8"
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
DEEPEST_LOOK = 2048

# lxml ships no types.
Element: TypeAlias = Any


class SoapFault(Exception):
    """A call that is answered with a fault: its code (faultcode), text (faultstring), detail (XML) and HTTP status."""

    # Declarations for the prefix of the code, XML that begins with a blank.
    namespaces = ""

    def __init__(self, code: str, text: str, detail: str = "", status: int = 500) -> None:
        super().__init__(text)
        self.code = code
        self.detail = detail
        self.status = status

    def reply(self) -> Reply:
        """The fault as an answer."""
        detail = f"<detail>{self.detail}</detail>" if self.detail else ""
        body = (
            f"<soap:Fault{self.namespaces}><faultcode>{escape(self.code)}</faultcode>"
            f"<faultstring>{escape(str(self))}</faultstring>{detail}</soap:Fault>"
        )
        return Reply(envelope(body), self.status, MEDIA)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was read: the envelope, its header (None when it has none), its Body and the Body's only child."""

    envelope: Element
    header: Element | None
    body: Element
    operation: Element

    @property
    def name(self) -> str:
        """The operation's name, without its namespace."""
        return str(etree.QName(self.operation).localname)

    @property
    def namespace(self) -> str:
        """The operation's namespace."""
        return etree.QName(self.operation).namespace or ""

    def argument(self, name: str) -> str:
        """The text of an argument, whatever its namespace; "" when it is absent."""
        found = self.operation.find(f"{{*}}{name}")
        return (found.text or "").strip() if found is not None else ""


def read_call(body: bytes, content_type: str) -> Call:
    """The call in a request; SoapFault (HTTP 415 for another media type) when it is none that this server reads."""
    if content_type.partition(";")[0].strip().lower() != "text/xml":
        raise SoapFault("soap:Client", "Content-Type must be text/xml", status=415)
    root = read_xml(body)
    parts = {child.tag: child for child in root}
    content = parts.get(f"{{{SOAP}}}Body")
    if root.tag != f"{{{SOAP}}}Envelope" or content is None or len(content) != 1:
        raise SoapFault("soap:Client", "Not a SOAP 1.1 envelope whose Body has one child")
    return Call(root, parts.get(f"{{{SOAP}}}Header"), content, content[0])


def read_xml(data: bytes) -> Element:
    """The root of a document without DOCTYPE and entities; SoapFault when it cannot be read."""
    if b"<!DOCTYPE" in data[:DEEPEST_LOOK]:
        raise SoapFault("soap:Client", "DOCTYPE is not allowed")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as problem:
        raise SoapFault("soap:Client", f"Not well-formed XML: line {problem.lineno}") from None


def envelope(content: str, header: str = "") -> bytes:
    """A whole message around the XML of a Body and, where given, of a Header."""
    head = f"<soap:Header>{header}</soap:Header>" if header else ""
    text = f'{DECLARATION}<soap:Envelope xmlns:soap="{SOAP}">{head}<soap:Body>{content}</soap:Body></soap:Envelope>'
    return text.encode()


def answer(content: str, header: str = "") -> Reply:
    """A good answer."""
    return Reply(envelope(content, header), media=MEDIA)


def element(name: str, value: object, attributes: str = "") -> str:
    """`<name>value</name>` with the value escaped; `attributes` is XML that begins with a blank."""
    return f"<{name}{attributes}>{escape(str(value), quote=False)}</{name}>"
