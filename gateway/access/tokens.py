"""Tokens of ten minutes (RFC 7519) for programs that speak OAuth2: each rests on a key, and is over with it.

They are signed with keys derived from GATEWAY_SECRET_KEY: the newest signs, every listed one verifies.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from gateway.wrapped import fingerprint, require

LASTS = timedelta(minutes=10)
AUDIENCE = "gateway-api"
ALGORITHM = "HS256"
CLAIMS = ("aud", "exp", "iat", "sub", "key")


def sign(secrets: Sequence[bytes], code: str, prefix: str) -> str:
    """A token of a consumer, by the key of this prefix."""
    require(secrets)
    now = datetime.now(UTC)
    said = {"aud": AUDIENCE, "iat": now, "exp": now + LASTS, "sub": code, "key": prefix}
    return jwt.encode(said, _derived(secrets[0]), ALGORITHM, {"kid": fingerprint(secrets[0])})


def prefix_of(secrets: Sequence[bytes], token: str) -> str | None:
    """The prefix of the key that a token rests on; None for what is no token of ours, or over."""
    try:
        known = {fingerprint(secret): secret for secret in secrets}
        secret = known.get(jwt.get_unverified_header(token).get("kid", ""))
        if secret is None:
            return None
        said: dict[str, Any] = jwt.decode(
            token, _derived(secret), [ALGORITHM], audience=AUDIENCE, options={"require": list(CLAIMS)}
        )
    except (jwt.PyJWTError, RecursionError):  # the latter: JSON too deep to be read
        return None
    return str(said["key"])


def _derived(secret: bytes) -> bytes:
    return hmac.digest(secret, b"token", hashlib.sha256)
