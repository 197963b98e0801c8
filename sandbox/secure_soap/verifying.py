"""Checks the signature of a request: by the one known certificate, and over the very Body and Timestamp it came with."""

from base64 import b64decode
from binascii import Error as Base64Error
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from sandbox.secure_soap.identity import Identity
from sandbox.secure_soap.names import EXCLUSIVE, RSA_SHA256, SHA256, ds, wsse, wsu
from sandbox.secure_soap.refusal import FAILED_CHECK, INVALID, INVALID_TOKEN, SecurityFault
from sandbox.secure_soap.signing import canonical
from sandbox.soap.message import Call, Element


def check_signature(call: Call, security: Element, known: Identity) -> None:
    """Raises SecurityFault unless `known` signed this call's Body and this security header's Timestamp."""
    _check_token(security, known)
    info = _one(security, f"{ds('Signature')}/{ds('SignedInfo')}")
    if _one(info, ds("SignatureMethod")).get("Algorithm") != RSA_SHA256:
        raise SecurityFault(INVALID, "SignatureMethod must be RSA-SHA256")
    value = _decoded(_one(security, f"{ds('Signature')}/{ds('SignatureValue')}"))
    method = _one(info, ds("CanonicalizationMethod"))
    try:
        known.key.public_key().verify(value, canonical(info, _prefixes(method)), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise SecurityFault(FAILED_CHECK, "The signature was invalid") from None
    signed = [_referred(call, reference) for reference in info.findall(ds("Reference"))]
    if not all(any(node is wanted for node in signed) for wanted in (call.body, _one(security, wsu("Timestamp")))):
        raise SecurityFault(FAILED_CHECK, "Body and Timestamp must be signed")


def _check_token(security: Element, known: Identity) -> None:
    if _decoded(_one(security, wsse("BinarySecurityToken"))) != known.certificate_der:
        raise SecurityFault(INVALID_TOKEN, "The certificate is not the registered one")


def _referred(call: Call, reference: Element) -> Element:
    """The one element a reference means; its digest is checked."""
    wanted = (reference.get("URI") or "").removeprefix("#")
    found = [node for node in call.envelope.iter() if wanted and node.get(wsu("Id"), node.get("Id")) == wanted]
    if len(found) != 1:
        raise SecurityFault(FAILED_CHECK, "A reference must mean exactly one element")
    transforms = reference.findall(f"{ds('Transforms')}/{ds('Transform')}")
    if [transform.get("Algorithm") for transform in transforms] != [EXCLUSIVE]:
        raise SecurityFault(INVALID, "The only transform allowed is exclusive C14N")
    if _one(reference, ds("DigestMethod")).get("Algorithm") != SHA256:
        raise SecurityFault(INVALID, "DigestMethod must be SHA-256")
    digest = sha256(canonical(found[0], _prefixes(transforms[0]))).digest()
    if _decoded(_one(reference, ds("DigestValue"))) != digest:
        raise SecurityFault(FAILED_CHECK, "A digest does not match")
    return found[0]


def _prefixes(method: Element) -> list[str] | None:
    """The PrefixList of exclusive C14N, which some signers write."""
    if method.get("Algorithm") != EXCLUSIVE:
        raise SecurityFault(INVALID, "Only exclusive C14N is allowed")
    inclusive = method.find(f"{{{EXCLUSIVE}}}InclusiveNamespaces")
    return None if inclusive is None else (inclusive.get("PrefixList") or "").split()


def _one(parent: Element, path: str) -> Element:
    found = parent.findall(path)
    if len(found) != 1:
        raise SecurityFault(INVALID, f"Exactly one {path.rpartition('}')[2]} is needed")
    return found[0]


def _decoded(node: Element) -> bytes:
    try:
        return b64decode("".join((node.text or "").split()), validate=True)
    except Base64Error:
        raise SecurityFault(INVALID, "Not Base64") from None
