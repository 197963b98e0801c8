"""The shape a signed answer must have before its signature is worth checking: everything once, and in its place.

Signature wrapping works by a second element that carries an Id already used, or by a signed element in a place nobody
reads. So an answer with anything double or anywhere else is refused, whatever its signature says.
"""

from __future__ import annotations

import base64
from collections import Counter
from typing import Any

from connectors.errors import FatalPortalError
from connectors.xml.parse import local
from connectors.xml.plain import SOAP11, SOAP12, WSU

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_MOST_REFERENCES = 16


class SignatureRefused(FatalPortalError):
    """An answer is not believed: unsigned, signed by another, tampered with, rearranged, stale or weakly signed."""


class Layout:
    """The parts of an envelope that matter for its signature. `require` raises SignatureRefused where one is amiss."""

    def __init__(self, root: Any, most_attributes: int) -> None:
        self.root, self._most_attributes = root, most_attributes
        self.namespace = root.tag.removeprefix("{").rpartition("}")[0]
        self.signature_path = f"./{self._soap('Header')}/{{{WSSE}}}Security/"
        self.references: list[str] = []
        """The Ids the signature refers to, in its order."""
        self.body_id = self.timestamp_id = ""

    def require(self, certificate: bytes) -> None:
        """Everything but the mathematics. certificate: the only one accepted (DER)."""
        if self.namespace not in {SOAP11, SOAP12} or local(self.root.tag) != "Envelope":
            raise SignatureRefused("the answer is not a SOAP envelope")
        security = self._once(self._once(self.root, self._soap("Header")), f"{{{WSSE}}}Security")
        body = self._once(self.root, self._soap("Body"))
        signature = self._once(security, f"{{{DS}}}Signature")
        timestamp = self._once(security, f"{{{WSU}}}Timestamp")
        ids = self._ids()
        self._require_certificate(security, signature, certificate)
        info = _only(signature, f"{{{DS}}}SignedInfo")
        _require_algorithm(_only(info, f"{{{DS}}}CanonicalizationMethod"), EXCLUSIVE)
        _require_algorithm(_only(info, f"{{{DS}}}SignatureMethod"), RSA_SHA256)
        self.references = [_reference(each, ids) for each in info.findall(f"{{{DS}}}Reference")]
        if len(self.references) > _MOST_REFERENCES:
            raise SignatureRefused(f"the signature has {len(self.references)} references")
        self.body_id, self.timestamp_id = self._covered(body, ids), self._covered(timestamp, ids)

    def _covered(self, element: Any, ids: dict[str, Any]) -> str:
        """The Id of an element that the signature must cover."""
        name = str(element.get(f"{{{WSU}}}Id", ""))
        if name not in self.references or ids[name] is not element:
            raise SignatureRefused(f"the signature does not cover the {local(element.tag)}")
        return name

    def _soap(self, name: str) -> str:
        return f"{{{self.namespace}}}{name}"

    def _once(self, parent: Any, tag: str) -> Any:
        """The child with this tag, of which the whole document must have no other."""
        found = list(self.root.iter(tag))
        if not found:
            raise SignatureRefused(f"the answer has no {local(tag)}", do="check that the portal signs its answers")
        if len(found) > 1 or found[0].getparent() is not parent:
            raise SignatureRefused(f"a second {local(tag)}, or one in another place (a rearranged answer)")
        return found[0]

    def _ids(self) -> dict[str, Any]:
        """Elements by Id, of every attribute a reader might take for one. Raises where two share one."""
        if any(len(element.attrib) > self._most_attributes for element in self.root.iter()):
            raise SignatureRefused(f"an element with more than {self._most_attributes} attributes")
        found = [
            (value, element)
            for element in self.root.iter()
            for name, value in element.items()
            if local(name).lower() == "id"
        ]
        if any(count > 1 for count in Counter(value for value, _ in found).values()):
            raise SignatureRefused("two elements share an Id (a rearranged answer)")
        return {value: element for value, element in found if element.get("Id", element.get(f"{{{WSU}}}Id")) == value}

    def _require_certificate(self, security: Any, signature: Any, certificate: bytes) -> None:
        carried = [*security.iter(f"{{{WSSE}}}BinarySecurityToken"), *signature.iter(f"{{{DS}}}X509Certificate")]
        if any(_decoded(each) != certificate for each in carried):
            raise SignatureRefused(
                "the answer is signed with another certificate than the configured one",
                do="if the portal announced a new certificate, put it in the connection; else take this for an attack",
            )


def _reference(reference: Any, ids: dict[str, Any]) -> str:
    """The Id a reference means, once it is clear that it means one element, whole, and nothing computed."""
    uri = reference.get("URI", "")
    if not uri.startswith("#") or uri[1:] not in ids:
        raise SignatureRefused("a reference of the signature leads to no element of the answer")
    transforms = _only(reference, f"{{{DS}}}Transforms")
    _require_algorithm(_only(transforms, f"{{{DS}}}Transform"), EXCLUSIVE)
    _require_algorithm(_only(reference, f"{{{DS}}}DigestMethod"), SHA256)
    return str(uri[1:])


def _only(parent: Any, tag: str) -> Any:
    found = parent.findall(tag)
    if len(found) != 1:
        raise SignatureRefused(f"the signature has {len(found)} {local(tag)} where one belongs")
    return found[0]


def _require_algorithm(element: Any, wanted: str) -> None:
    if element.get("Algorithm") != wanted:
        raise SignatureRefused(
            f"{local(element.tag)} is not {wanted.rpartition('#')[2] or 'exclusive C14N'}",
            do="the portal must sign with RSA-SHA256, SHA-256 digests and exclusive C14N, and nothing else",
        )


def _decoded(element: Any) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except ValueError:
        return b""
