"""WS-Security: a call that says who sends it and is signed, and an answer believed only where it is signed.

UsernameToken with PasswordDigest, Timestamp, and a signature over Body and Timestamp (RSA-SHA256, exclusive C14N, our
certificate in the message). Sources: OASIS WSS 1.0 (SOAP message security, username token and X.509 profiles).

"The signature is valid" never means "what I read is signed": an attacker may move the signed Body elsewhere and put
another in its place. So `verify` gives back a new envelope that holds the signed bytes and nothing else: read only that.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.soap.wsse_header import FRESHNESS, Signer, UsernameToken, certificate_from, der, secured, signer_from
from connectors.soap.wsse_layout import RSA_SHA256, SHA256, Layout, SignatureRefused
from connectors.xml.parse import DEFAULT_GUARDS, Guards, tree
from connectors.xml.plain import WSU

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

__all__ = ["SignatureRefused", "Signer", "UsernameToken", "certificate_from", "secured", "signer_from", "verify"]

SKEW = timedelta(minutes=2)
"""How far two well-kept clocks may be apart."""


def verify(
    answer: bytes,
    certificate: Certificate,
    *,
    freshness: timedelta = FRESHNESS,
    skew: timedelta = SKEW,
    now: datetime | None = None,
    guards: Guards = DEFAULT_GUARDS,
) -> bytes:
    """An envelope with the Body that `certificate` signed and nothing else. Raises SignatureRefused.

    freshness: how old the signed Timestamp may be; skew: how far the signer's clock may be from ours. The whole answer is
    held in memory several times over while its signature is checked.
    """
    at = (now or datetime.now(UTC)).astimezone(UTC)
    _require_valid(certificate, at)
    layout = Layout(tree(answer, guards), guards.attributes)
    layout.require(der(certificate))
    signed = _signed_parts(layout, certificate, at)
    _require_fresh(signed[layout.timestamp_id], at, freshness, skew)
    # Canonical bytes stand alone: what their prefixes mean is declared inside.
    return f'<e:Envelope xmlns:e="{layout.namespace}">'.encode() + signed[layout.body_id] + b"</e:Envelope>"


def _signed_parts(layout: Layout, certificate: Certificate, at: datetime) -> dict[str, bytes]:
    """The signed bytes by Id, as the library saw them; it, not we, decides that they are signed."""
    from lxml import etree
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    # At DEBUG it writes what it signs and verifies to the log.
    logging.getLogger("signxml").setLevel(logging.WARNING)
    expected = SignatureConfiguration(
        location=layout.signature_path,
        expect_references=True if len(layout.references) != 1 else 1,
        signature_methods=frozenset({SignatureMethod(RSA_SHA256)}),
        digest_algorithms=frozenset({DigestAlgorithm(SHA256)}),
        verification_time=at,
    )
    try:
        found = XMLVerifier().verify(layout.root, x509_cert=certificate, id_attribute="Id", expect_config=expected)
    except (SignXMLException, etree.Error, ValueError) as error:
        raise SignatureRefused(
            f"the signature does not hold ({type(error).__name__})",
            do="if the portal has a new certificate, put it in the connection; else take this for an attack",
        ) from None
    results = found if isinstance(found, list) else [found]
    return {name: each.signed_data for name, each in zip(layout.references, results, strict=True)}


def _require_valid(certificate: Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise SignatureRefused(
            f"the configured certificate is valid from {certificate.not_valid_before_utc:%Y-%m-%d}"
            f" to {certificate.not_valid_after_utc:%Y-%m-%d} only",
            do="ask the portal for its new certificate and name it in the connection's extra",
        )


def _require_fresh(timestamp: bytes, at: datetime, freshness: timedelta, skew: timedelta) -> None:
    root = tree(timestamp)
    created, expires = (_read_instant(root.findtext(f"{{{WSU}}}{name}")) for name in ("Created", "Expires"))
    if created is None:
        raise SignatureRefused("the signed Timestamp does not say when it was made")
    if created - skew > at:
        raise SignatureRefused("the answer was signed in the future", do="compare both clocks")
    if at - created > freshness + skew or (expires is not None and at > expires + skew):
        raise SignatureRefused(
            f"the answer was signed {(at - created).total_seconds():.0f} s ago",
            do="compare both clocks; it may be a replay",
        )


def _read_instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise SignatureRefused("the signed Timestamp is no instant") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
