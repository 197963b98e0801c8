"""The key of a consumer's pseudonyms (mã giả danh): random, its own, and wrapped, so that another secret key changes no pseudonym."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.postgresql import insert

from gateway.errors import ConfigError, StoreError
from gateway.store.access import consumer, pseudonym_key
from gateway.store.ops import day_key
from gateway.vault import context as day_context
from gateway.vault import opened as opened_day
from gateway.wrapped import KEY, Wrapped, fingerprint, unwrap, wrap


def ensure(connection: Connection, secrets: tuple[bytes, ...], consumer_id: int) -> None:
    """Make the consumer's key when there is none yet."""
    wrapped = wrap(secrets, os.urandom(KEY), _context(consumer_id))
    row = {"consumer_id": consumer_id, "wrapped": wrapped.content, "wrapped_by": wrapped.by}
    connection.execute(insert(pseudonym_key).values(row).on_conflict_do_nothing())


def key_of(connection: Connection, secrets: tuple[bytes, ...], code: str) -> bytes:
    """The key of the consumer of this code. Raises StoreError when there is none, or it was changed."""
    held = select(pseudonym_key).join(consumer).where(consumer.c.consumer_code == code)
    row = connection.execute(held).one_or_none()
    if row is None:
        do = "give the right anew: gateway access revoke, then gateway access grant"
        raise StoreError(f"consumer {code} has no key of pseudonyms", where="ops.pseudonym_key", do=do)
    return _opened(secrets, row)


def rewrap(connection: Connection, secrets: tuple[bytes, ...]) -> dict[str, int]:
    """Wrap every key that an older secret key wraps under the newest, in the caller's transaction; how many of each kind.

    Raises ConfigError when a key is wrapped by a secret key that is not listed: nothing is changed then.
    """
    if not secrets:
        raise ConfigError("GATEWAY_SECRET_KEY is not set", do="set it: the newest first, then those before it")
    return {"data keys": _rewrap_days(connection, secrets), "pseudonym keys": _rewrap_pseudonyms(connection, secrets)}


def _rewrap_days(connection: Connection, secrets: tuple[bytes, ...]) -> int:
    old = select(day_key).where(day_key.c.wrapped_by != fingerprint(secrets[0])).with_for_update()
    rows = connection.execute(old).all()
    for row in rows:
        now = wrap(secrets, opened_day(secrets, row), day_context(row.portal, row.day))
        told = update(day_key).where(day_key.c.key_id == row.key_id)
        connection.execute(told.values(wrapped=now.content, wrapped_by=now.by))
    return len(rows)


def _rewrap_pseudonyms(connection: Connection, secrets: tuple[bytes, ...]) -> int:
    old = select(pseudonym_key).where(pseudonym_key.c.wrapped_by != fingerprint(secrets[0])).with_for_update()
    rows = connection.execute(old).all()
    for row in rows:
        now = wrap(secrets, _opened(secrets, row), _context(row.consumer_id))
        told = update(pseudonym_key).where(pseudonym_key.c.consumer_id == row.consumer_id)
        connection.execute(told.values(wrapped=now.content, wrapped_by=now.by))
    return len(rows)


def _opened(secrets: tuple[bytes, ...], row: Row[Any]) -> bytes:
    named = f"the pseudonym key of consumer {row.consumer_id}"
    mend = StoreError(
        f"{named} was changed, or belongs to another consumer",
        where="ops.pseudonym_key",
        do="restore the row from a backup: without it its pseudonyms cannot be made again",
    )
    wrapped = Wrapped(row.wrapped, row.wrapped_by)
    return unwrap(secrets, wrapped, _context(row.consumer_id), named=named, mend=mend)


def _context(consumer_id: int) -> str:
    return f"pseudonyms/{consumer_id}"
