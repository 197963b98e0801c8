"""Keys of the landing store: one data key per portal and day, wrapped by GATEWAY_SECRET_KEY and kept in the database.

Deleting a day's key makes that day's bytes unreadable for ever, which is how retention works; a secret key is rotated by
putting a new one in front of the list, and old data keys stay readable while their secret key is listed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, Row, select
from sqlalchemy.dialects.postgresql import insert

from gateway.errors import StoreError
from gateway.store.ops import day_key
from gateway.wrapped import KEY, NONCE, Wrapped, require, unwrap, wrap


@dataclass(frozen=True)
class DataKey:
    """A day's key of a portal: encrypts bytes, and names them by a keyed hash so that a name betrays no content."""

    key_id: int
    secret: bytes = field(repr=False)

    def seal(self, plain: bytes, address: str) -> bytes:
        """AES-256-GCM with a fresh nonce; the address is authenticated too, so objects cannot be swapped."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._derived(b"seal")).encrypt(nonce, plain, address.encode())

    def open(self, sealed: bytes, address: str) -> bytes:
        """The plain bytes; StoreError when they were changed, cut or swapped."""
        try:
            return AESGCM(self._derived(b"seal")).decrypt(sealed[:NONCE], sealed[NONCE:], address.encode())
        except (InvalidTag, ValueError):  # ValueError: not even a whole nonce
            raise StoreError(
                f"{len(sealed)} bytes do not match their key and address",
                where=address,
                do="the object was damaged or replaced: restore it, or fetch the stream again",
            ) from None

    def address(self, pieces: Iterable[bytes]) -> str:
        """The name of a content that comes in pieces: HMAC-SHA256 under this key."""
        named = hmac.new(self._derived(b"address"), digestmod="sha256")
        for piece in pieces:
            named.update(piece)
        return named.hexdigest()

    def _derived(self, purpose: bytes) -> bytes:
        return hmac.digest(self.secret, purpose, hashlib.sha256)


class Vault:
    """Finds and makes data keys."""

    def __init__(self, engine: Engine, secret_keys: tuple[bytes, ...]) -> None:
        require(secret_keys)
        self._engine, self._secrets = engine, secret_keys
        self._opened: dict[int, DataKey] = {}

    def key_for(self, portal: str, day: date) -> DataKey:
        """The key of a portal's day, made when there is none yet."""
        wrapped = wrap(self._secrets, os.urandom(KEY), context(portal, day))
        row = {"portal": portal, "day": day, "wrapped": wrapped.content, "wrapped_by": wrapped.by}
        with self._engine.begin() as connection:
            connection.execute(insert(day_key).values(row).on_conflict_do_nothing())
            found = connection.execute(select(day_key).filter_by(portal=portal, day=day)).one()
        return self._unwrap(found)

    def key(self, key_id: int) -> DataKey:
        """A key by id; StoreError when retention has deleted it."""
        if key_id not in self._opened:
            with self._engine.connect() as connection:
                found = connection.execute(select(day_key).filter_by(key_id=key_id)).one_or_none()
            if found is None:
                raise StoreError(
                    f"data key {key_id} was deleted by retention",
                    do="these bytes cannot be read again; fetch the stream",
                )
            self._opened[key_id] = self._unwrap(found)
        return self._opened[key_id]

    def _unwrap(self, row: Row[Any]) -> DataKey:
        return DataKey(row.key_id, opened(self._secrets, row))


def opened(secrets: tuple[bytes, ...], row: Row[Any]) -> bytes:
    """The key of a row of landing.day_key. Raises StoreError when it was changed, ConfigError when its secret key is not listed."""
    named = f"data key {row.key_id}"
    mend = StoreError(
        f"{named} was changed, or belongs to another portal or day",
        where="landing.day_key",
        do="restore the row, or fetch the streams of that day again",
    )
    return unwrap(secrets, Wrapped(row.wrapped, row.wrapped_by), context(row.portal, row.day), named=named, mend=mend)


def context(portal: str, day: date) -> str:
    """What a data key is for."""
    return f"{portal}/{day.isoformat()}"
