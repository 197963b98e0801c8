"""Signed answers, and the five ways in which POST /_sandbox/signature makes them untrustworthy."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import msgspec
from lxml import etree

from sandbox.secure_soap.identity import Identity, make_identity
from sandbox.secure_soap.names import wsu
from sandbox.secure_soap.signing import sign
from sandbox.soap.message import SOAP, Element

STALE_BY = timedelta(hours=1)
FORGED = "GIA-MAO-000000-0001"


class SignatureOrder(msgspec.Struct, forbid_unknown_fields=True):
    """How answers are signed from now on.

    `wrapped`: the signed Body is moved into a header and a forged one stands in its place; `tampered`: the Body is
    changed after the signature; `stale`: signed with a Timestamp of an hour ago.
    """

    answer: Literal["good", "unsigned", "other_certificate", "stale", "wrapped", "tampered"]


class Signer:
    """Signs answers as ordered."""

    def __init__(self, server: Identity) -> None:
        self.order = SignatureOrder("good")
        self._server = server

    def signed(self, message: bytes) -> bytes:
        """The message as it goes out."""
        how = self.order.answer
        if how == "unsigned":
            return message
        created = datetime.now(UTC) - (STALE_BY if how == "stale" else timedelta())
        root = sign(message, self._stranger if how == "other_certificate" else self._server, created)
        if how == "wrapped":
            _wrap(root)
        if how == "tampered":
            _forge(root.find(f"{{{SOAP}}}Body"))
        return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))

    @cached_property
    def _stranger(self) -> Identity:
        """An identity nobody was told of; made when it is first needed."""
        return make_identity("Nobody")


def _wrap(root: Any) -> None:
    body, header = root.find(f"{{{SOAP}}}Body"), root.find(f"{{{SOAP}}}Header")
    forged = etree.fromstring(etree.tostring(body, with_tail=False))
    del forged.attrib[wsu("Id")]
    _forge(forged)
    root.replace(body, forged)
    etree.SubElement(header, "{http://wrapper.example/}Wrapper").append(body)


def _forge(body: Element) -> None:
    """Puts a dossier code of its own in the place of the first one, or its mark where there is none."""
    first = next(body.iter("{*}maHoSo"), None)
    if first is None:
        body[0].set("forged", FORGED)
    else:
        first.text = FORGED
