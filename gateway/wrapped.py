"""Keys that the database holds only wrapped: encrypted by one of the secret keys of GATEWAY_SECRET_KEY, for one purpose each."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import ConfigError, StoreError

NONCE = 12
KEY = 32
"""Bytes of a key that is wrapped."""


class Wrapped(NamedTuple):
    """A key as the database holds it. by: the fingerprint of the secret key that opens it."""

    content: bytes
    by: str


def require(secrets: Sequence[bytes]) -> None:
    """Raises ConfigError where there is no secret key."""
    if not secrets:
        raise ConfigError(
            "GATEWAY_SECRET_KEY is not set",
            do="make a key with: python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'",
        )


def wrap(secrets: Sequence[bytes], key: bytes, context: str) -> Wrapped:
    """Wrap a key under the newest secret key. context: what it is for, authenticated, so that two cannot be swapped."""
    require(secrets)
    nonce = os.urandom(NONCE)
    return Wrapped(nonce + AESGCM(secrets[0]).encrypt(nonce, key, context.encode()), fingerprint(secrets[0]))


def unwrap(secrets: Sequence[bytes], wrapped: Wrapped, context: str, *, named: str, mend: StoreError) -> bytes:
    """The key. named: as messages call it; mend: raised when it was changed or swapped. ConfigError: its secret key is not listed."""
    require(secrets)
    master = next((secret for secret in secrets if fingerprint(secret) == wrapped.by), None)
    if master is None:
        raise ConfigError(
            f"no key of GATEWAY_SECRET_KEY opens {named}",
            do=f"put the key with fingerprint {wrapped.by} back into the list",
        )
    try:
        return AESGCM(master).decrypt(wrapped.content[:NONCE], wrapped.content[NONCE:], context.encode())
    except (InvalidTag, ValueError):
        raise mend from None


def fingerprint(secret: bytes) -> str:
    """Tells which secret key wrapped a key, or sealed an entry of the audit log; nothing of the key itself."""
    return hashlib.sha256(b"gateway key" + secret).hexdigest()[:16]
