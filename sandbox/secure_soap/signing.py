"""Signs a message after WS-Security: exclusive C14N, RSA-SHA256 over Body and Timestamp, certificate in the message."""

from base64 import b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from sandbox.secure_soap.identity import Identity
from sandbox.secure_soap.names import (
    BASE64_BINARY,
    CLOCK_SKEW_SECONDS,
    DS,
    EXCLUSIVE,
    RSA_SHA256,
    SHA256,
    WSSE,
    WSU,
    X509_V3,
    ds,
    wsse,
    wsu,
)
from sandbox.soap.message import SOAP, Element, read_xml

INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def canonical(node: Element, prefixes: list[str] | None = None) -> bytes:
    """The exclusive canonical form of an element; `prefixes` are its InclusiveNamespaces."""
    return bytes(
        etree.tostring(node, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes)
    )


def sign(message: bytes, identity: Identity, created: datetime) -> Element:
    """The root of a message whose Body and Timestamp (created then, good for five minutes) an identity has signed."""
    root = read_xml(message)
    body = root.find(f"{{{SOAP}}}Body")
    body.set(wsu("Id"), f"Body-{uuid4()}")
    header = root.find(f"{{{SOAP}}}Header")
    if header is None:
        header = etree.Element(f"{{{SOAP}}}Header")
        root.insert(0, header)
    security = etree.SubElement(header, wsse("Security"), nsmap={"wsse": WSSE, "wsu": WSU})
    security.set(f"{{{SOAP}}}mustUnderstand", "1")
    token = _token(security, identity)
    timestamp = _timestamp(security, created)
    _signature(security, identity, token.get(wsu("Id")), [body, timestamp])
    return root


def _token(security: Element, identity: Identity) -> Element:
    token = etree.SubElement(security, wsse("BinarySecurityToken"), EncodingType=BASE64_BINARY, ValueType=X509_V3)
    token.set(wsu("Id"), f"X509-{uuid4()}")
    token.text = b64encode(identity.certificate_der).decode()
    return token


def _timestamp(security: Element, created: datetime) -> Element:
    timestamp = etree.SubElement(security, wsu("Timestamp"))
    timestamp.set(wsu("Id"), f"TS-{uuid4()}")
    etree.SubElement(timestamp, wsu("Created")).text = created.strftime(INSTANT)
    etree.SubElement(timestamp, wsu("Expires")).text = (created + timedelta(seconds=CLOCK_SKEW_SECONDS)).strftime(
        INSTANT
    )
    return timestamp


def _signature(security: Element, identity: Identity, token_id: str, signed: list[Element]) -> None:
    signature = etree.SubElement(security, ds("Signature"), nsmap={"ds": DS})
    info = etree.SubElement(signature, ds("SignedInfo"))
    etree.SubElement(info, ds("CanonicalizationMethod"), Algorithm=EXCLUSIVE)
    etree.SubElement(info, ds("SignatureMethod"), Algorithm=RSA_SHA256)
    for node in signed:
        _reference(info, node)
    value = identity.key.sign(canonical(info), padding.PKCS1v15(), hashes.SHA256())
    etree.SubElement(signature, ds("SignatureValue")).text = b64encode(value).decode()
    holder = etree.SubElement(etree.SubElement(signature, ds("KeyInfo")), wsse("SecurityTokenReference"))
    etree.SubElement(holder, wsse("Reference"), URI=f"#{token_id}", ValueType=X509_V3)


def _reference(info: Element, node: Element) -> None:
    reference = etree.SubElement(info, ds("Reference"), URI=f"#{node.get(wsu('Id'))}")
    etree.SubElement(etree.SubElement(reference, ds("Transforms")), ds("Transform"), Algorithm=EXCLUSIVE)
    etree.SubElement(reference, ds("DigestMethod"), Algorithm=SHA256)
    etree.SubElement(reference, ds("DigestValue")).text = b64encode(sha256(canonical(node)).digest()).decode()
