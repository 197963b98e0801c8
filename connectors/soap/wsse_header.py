"""The Security header of a call (WS-Security): who calls, when, and our signature over Body and Timestamp."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from connectors.errors import FatalPortalError
from connectors.soap.wsse_layout import DS, EXCLUSIVE, RSA_SHA256, SHA256, WSSE
from connectors.xml.parse import tree
from connectors.xml.plain import WSU

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_DIGEST = f"{_OASIS}-username-token-profile-1.0#PasswordDigest"
_BASE64 = f"{_OASIS}-soap-message-security-1.0#Base64Binary"
_X509 = f"{_OASIS}-x509-token-profile-1.0#X509v3"
FRESHNESS = timedelta(minutes=5)
"""How long a call is good for, and how old an answer may be."""


@dataclass(frozen=True)
class UsernameToken:
    """Who calls. The password itself is never sent, only a digest with a fresh nonce."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Signer:
    """Our certificate and its key (RSA)."""

    certificate: Certificate
    key: RSAPrivateKey = field(repr=False)


def signer_from(certificate: Path, key: Path, password: str = "") -> Signer:
    """Read certificate and key from PEM files. Raises FatalPortalError where they are missing, locked or not RSA."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        loaded = load_pem_private_key(key.read_bytes(), password.encode() or None)
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable(key, error) from None
    if not isinstance(loaded, RSAPrivateKey):
        raise FatalPortalError("the key is not RSA", where=str(key), do="name an RSA key in the connection's extra")
    return Signer(certificate_from(certificate), loaded)


def certificate_from(path: Path) -> Certificate:
    """Read one certificate from a PEM file. Raises FatalPortalError where that cannot be done."""
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def secured(
    envelope: bytes,
    *,
    token: UsernameToken | None = None,
    signer: Signer | None = None,
    lasts: timedelta = FRESHNESS,
    now: datetime | None = None,
) -> bytes:
    """The envelope with a Security header: Timestamp, `token` and the signature of `signer`, each where it is given."""
    from lxml import etree

    root = tree(envelope)
    created = (now or datetime.now(UTC)).astimezone(UTC)
    security = _security_header(root)
    # The receiver needs the certificate before the signature that refers to it.
    certificate = _binary_token(security, signer) if signer else ""
    timestamp = _child(security, f"{{{WSU}}}Timestamp")
    _child(timestamp, f"{{{WSU}}}Created", _instant(created))
    _child(timestamp, f"{{{WSU}}}Expires", _instant(created + lasts))
    if token:
        _username(security, token, created)
    if signer:
        body = next(each for each in root if each.tag.endswith("}Body"))
        security.append(_signature(root, signer, certificate, [_named(body, "Body"), _named(timestamp, "TS")]))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return written


def _security_header(root: Any) -> Any:
    from lxml import etree

    soap = root.tag.removesuffix("Envelope")
    header = root.find(f"{soap}Header")
    if header is None:
        header = etree.Element(f"{soap}Header")
        root.insert(0, header)
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
    security.set(f"{soap}mustUnderstand", "1")
    return security


def _username(security: Any, token: UsernameToken, created: datetime) -> None:
    nonce, instant = os.urandom(16), _instant(created)
    # The profile fixes SHA-1; the nonce and the transport protect the digest.
    digest = hashlib.sha1(nonce + instant.encode() + token.password.encode())  # noqa: S324
    element = _child(security, f"{{{WSSE}}}UsernameToken")
    _child(element, f"{{{WSSE}}}Username", token.username)
    _child(element, f"{{{WSSE}}}Password", base64.b64encode(digest.digest()).decode()).set("Type", _DIGEST)
    _child(element, f"{{{WSSE}}}Nonce", base64.b64encode(nonce).decode()).set("EncodingType", _BASE64)
    _child(element, f"{{{WSU}}}Created", instant)


def _binary_token(security: Any, signer: Signer) -> str:
    text = base64.b64encode(der(signer.certificate)).decode()
    element = _child(security, f"{{{WSSE}}}BinarySecurityToken", text)
    element.set("EncodingType", _BASE64)
    element.set("ValueType", _X509)
    return _named(element, "X509")


def _signature(root: Any, signer: Signer, certificate: str, signed: list[str]) -> Any:
    from lxml import etree
    from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
    from signxml.signer import XMLSigner

    # At DEBUG it writes what it signs to the log.
    logging.getLogger("signxml").setLevel(logging.WARNING)
    key_info = etree.Element(f"{{{DS}}}KeyInfo")
    reference = _child(_child(key_info, f"{{{WSSE}}}SecurityTokenReference"), f"{{{WSSE}}}Reference")
    reference.set("URI", f"#{certificate}")
    reference.set("ValueType", _X509)
    making = XMLSigner(
        method=SignatureConstructionMethod.detached,
        signature_algorithm=SignatureMethod(RSA_SHA256),
        digest_algorithm=DigestAlgorithm(SHA256),
        c14n_algorithm=CanonicalizationMethod(EXCLUSIVE),
    )
    uris = [f"#{name}" for name in signed]
    return making.sign(root, key=signer.key, reference_uri=uris, key_info=key_info, id_attribute="Id")


def _named(element: Any, kind: str) -> str:
    name = f"{kind}-{uuid4()}"
    element.set(f"{{{WSU}}}Id", name)
    return name


def _child(parent: Any, tag: str, text: str | None = None) -> Any:
    from lxml import etree

    element = etree.SubElement(parent, tag)
    element.text = text
    return element


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _unreadable(path: Path, error: Exception) -> FatalPortalError:
    reason = error.strerror if isinstance(error, OSError) else "not PEM, or the password is wrong"
    return FatalPortalError(f"cannot be read: {reason}", where=str(path), do="mend the connection's extra")


def der(certificate: Certificate) -> bytes:
    """A certificate's bytes as they stand in messages."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)
