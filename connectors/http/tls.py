"""TLS refusals, said so that a person knows which file or setting to mend. None of them passes by waiting."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """what: what is wrong; do: what mends it."""

    what: str
    do: str


_AUTHORITY = "give ca_bundle, the PEM file of the authority that signed it, or ask the operator for the full chain"
_OPERATOR = "tell the portal's operator; certificates are always verified, there is no way around it"
_OURS = "check client_certificate and client_key of the connection, and that the portal's operator knows them"

# OpenSSL's X509_V_ERR_ numbers.
_CERTIFICATE: Mapping[int, Refusal] = {
    9: Refusal("the portal's certificate is not valid yet", "check this machine's clock; else " + _OPERATOR),
    10: Refusal("the portal's certificate has expired", _OPERATOR),
    18: Refusal("the portal's certificate is signed by itself, which we do not know", _AUTHORITY),
    19: Refusal("the portal's certificate comes from an unknown authority (CA)", _AUTHORITY),
    20: Refusal("the portal's certificate comes from an unknown authority (CA)", _AUTHORITY),
    21: Refusal("the portal's certificate comes from an unknown authority (CA)", _AUTHORITY),
    23: Refusal("the portal's certificate was revoked", _OPERATOR),
    62: Refusal(
        "the portal's certificate is for another host", "correct the host of the connection; else " + _OPERATOR
    ),
    64: Refusal(
        "the portal's certificate is for another host", "name the host as the certificate does, not by address"
    ),
}

# OpenSSL's reasons; what is not here (a broken record, an end of file) may pass.
_HANDSHAKE: Mapping[str, Refusal] = {
    "WRONG_VERSION_NUMBER": Refusal("the other side does not speak TLS", "check scheme and port of the connection"),
    "HTTP_REQUEST": Refusal("the other side does not speak TLS", "check scheme and port of the connection"),
    "UNSUPPORTED_PROTOCOL": Refusal("the portal offers only TLS versions older than 1.2", _OPERATOR),
    "TLSV1_ALERT_PROTOCOL_VERSION": Refusal("no TLS version in common", _OPERATOR),
    "SSLV3_ALERT_HANDSHAKE_FAILURE": Refusal("the portal refuses the TLS handshake", _OURS),
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": Refusal("the portal demands a client certificate", _OURS),
    "TLSV1_ALERT_UNKNOWN_CA": Refusal("the portal does not know the authority of our client certificate", _OURS),
    "SSLV3_ALERT_BAD_CERTIFICATE": Refusal("the portal refuses our client certificate", _OURS),
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": Refusal("our client certificate has expired", _OURS),
    "SSLV3_ALERT_CERTIFICATE_REVOKED": Refusal("our client certificate was revoked", _OURS),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": Refusal("the portal refuses our client certificate", _OURS),
    "TLSV1_ALERT_ACCESS_DENIED": Refusal("the portal refuses our client certificate", _OURS),
}


def refusal(causes: Iterable[BaseException]) -> Refusal | None:
    """What TLS refuses, found among an error's causes; None when it is something else, or may pass."""
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            unknown = Refusal(f"the portal's certificate does not hold (code {cause.verify_code})", _OPERATOR)
            return _CERTIFICATE.get(cause.verify_code, unknown)
        if isinstance(cause, ssl.SSLError) and cause.reason in _HANDSHAKE:
            return _HANDSHAKE[cause.reason]
    return None
