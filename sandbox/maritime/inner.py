"""The document inside the string: read from a request, written for an answer."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from sandbox.maritime.documents import SHIP_ARRIVAL, DocumentType
from sandbox.soap.message import Element, SoapFault, element, read_xml
from sandbox.world.clock import ZONE

DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
WINDOW = {"name": "Cổng một cửa hàng hải (mô phỏng)", "identity": "1", "countryCode": "VN", "ministryCode": "BXD"}


class Refused(ValueError):
    """A request that is answered with isSuccess 0; the message is its errorMessage."""


@dataclass(frozen=True, slots=True)
class Inner:
    """What a request says: values by lower-case element name, of its From, its Subject and its Content."""

    message_id: str
    sender: dict[str, str]
    subject: dict[str, str]
    content: dict[str, str]


def read_inner(text: str) -> Inner:
    """The request's document, its element names in any case; Refused when it is no such document."""
    # It arrived as characters, so whatever encoding it declares no longer holds.
    try:
        root = read_xml(DECLARATION.sub("", text).encode())
    except SoapFault as problem:
        raise Refused(f"Thông điệp không hợp lệ: {problem}") from None
    header = _child(root, "header")
    reference = _texts(_child(header, "reference"))
    return Inner(
        message_id=reference.get("messageid", ""),
        sender=_texts(_child(header, "from")),
        subject=_texts(_child(header, "subject")),
        content=_texts(_child(_child(root, "body"), "content")),
    )


def write_inner(kind: DocumentType | None, asked: Inner, function: str, instant: int, content: str) -> str:
    """An answer's document, sent at an instant (ms), around the XML of its Content.

    Without a kind it is spelled as the first one is.
    """
    kind = kind or SHIP_ARRIVAL
    reference = f"<version>1.0</version>{element('messageId', uuid5(NAMESPACE_URL, asked.message_id))}"
    subject = {
        "documentType": asked.subject.get("documenttype", ""),
        "type": asked.subject.get("type", ""),
        "function": function,
        "reference": asked.message_id,
        "preReference": "",
        "documentYear": datetime.fromtimestamp(instant / 1000, ZONE).year,
        "sendDate": kind.moment(instant),
    }
    header = (
        f"<Reference>{reference}</Reference><From>{_party(kind, WINDOW)}</From>"
        f"<To>{_party(kind, _as_party(asked.sender))}</To>"
        f"<Subject>{''.join(element(name, value) for name, value in subject.items())}</Subject>"
    )
    body = f"<Header>{header}</Header><Body><Content>{content}</Content></Body>"
    return f'<?xml version="1.0" encoding="{kind.encoding}"?><Envelope>{body}</Envelope>'


def _as_party(sender: dict[str, str]) -> dict[str, str]:
    return {name: sender.get(name.lower(), "") for name in ("name", "identity", "countryCode", "organizationCode")}


def _party(kind: DocumentType, party: dict[str, str]) -> str:
    return "".join(element(kind.tag(name), value) for name, value in party.items())


def _child(parent: Element, name: str) -> Any:
    for child in parent:
        if etree.QName(child).localname.lower() == name:
            return child
    raise Refused(f"Thông điệp thiếu phần {name}")


def _texts(parent: Element) -> dict[str, str]:
    """The texts of all elements below one, by lower-case name."""
    return {
        etree.QName(inner).localname.lower(): (inner.text or "").strip()
        for inner in parent.iterdescendants()
        if not len(inner)
    }
