"""Keys (khoá truy cập) of consumers: shown once, kept as a hash; they expire, are rotated with an overlap, and revoked at once.

`gw_3f9a1c2e_…`: the prefix between the underscores names the key and may be seen; the rest is 256 random bits, so that a plain
hash of it gives nothing away.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets as dice
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from connectors.errors import ExplainedError
from gateway.errors import ConfigError
from gateway.store.access import consumer, consumer_key

FORM = re.compile(r"gw_([0-9a-f]{8})_([0-9a-f]{64})")
LIST = "see: gateway keys list"


class KeyRefused(ExplainedError):
    """A key opens nothing: it is not one of ours, or it is over."""

    exit_code = 2


@dataclass(frozen=True)
class Consumer:
    """Who holds a key that was shown."""

    code: str
    name: str
    prefix: str


@dataclass(frozen=True)
class Issued:
    """A new key. key: what is shown to its holder, once, and kept nowhere."""

    key: str = field(repr=False)
    prefix: str
    consumer: str
    expires_at: datetime


def add(connection: Connection, code: str, name: str) -> None:
    """A new consumer. Raises ConfigError when there is one of that code, or the code has other characters."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
        raise ConfigError("a consumer's code has small letters, digits and hyphens", where=code, do="choose another")
    row = {"consumer_code": code, "consumer_name": name}
    added = insert_or_leave(consumer).values(row).on_conflict_do_nothing().returning(consumer.c.consumer_id)
    if connection.scalar(added) is None:
        raise ConfigError("there is such a consumer already", where=code, do=LIST)


def issue(connection: Connection, code: str, lasts: timedelta) -> Issued:
    """A new key of a consumer. Raises ConfigError when there is no such consumer."""
    held_by = connection.scalar(select(consumer.c.consumer_id).filter_by(consumer_code=code))
    if held_by is None:
        raise ConfigError("no such consumer", where=code, do="add it: gateway keys add")
    return _made(connection, held_by, code, datetime.now(UTC) + lasts)


def rotate(connection: Connection, prefix: str, lasts: timedelta, overlap: timedelta) -> Issued:
    """A new key in place of one, which stays good for the overlap, though not longer than it would have been."""
    old = _living(connection, prefix)
    ends = min(old.expires_at, datetime.now(UTC) + overlap)
    connection.execute(update(consumer_key).where(consumer_key.c.key_id == old.key_id).values(expires_at=ends))
    return _made(connection, old.consumer_id, old.consumer_code, datetime.now(UTC) + lasts)


def revoke(connection: Connection, prefix: str) -> str:
    """The key opens nothing from this commit on; returns whose it was."""
    old = _living(connection, prefix)
    over = {"revoked_at": datetime.now(UTC)}
    connection.execute(update(consumer_key).where(consumer_key.c.key_id == old.key_id).values(over))
    return str(old.consumer_code)


def holder(connection: Connection, key: str) -> Consumer:
    """Whose key this is. Raises KeyRefused, which never shows more of the key than its prefix."""
    found = FORM.fullmatch(key)
    row = connection.execute(_wanted(found[1])).one_or_none() if found else None
    if found is None or row is None or not hmac.compare_digest(row.secret_sha256, _hash(found[2])):
        raise KeyRefused("not a key of this gateway", do="check that it was copied whole, or ask for a new one")
    if over := _over(row):
        raise KeyRefused(over, where=f"key {row.prefix}", do="ask for a new one")
    return Consumer(row.consumer_code, row.consumer_name, row.prefix)


def holder_of(connection: Connection, prefix: str) -> Consumer:
    """Whose key has this prefix, for one who has shown it before. Raises KeyRefused when it opens nothing by now."""
    row = connection.execute(_wanted(prefix)).one_or_none()
    if row is None or _over(row):
        raise KeyRefused("the key is over", where=f"key {prefix}", do="ask for a new one")
    return Consumer(row.consumer_code, row.consumer_name, row.prefix)


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Every consumer with its limits and its keys: their prefixes, and whether they are good."""
    joined = consumer.outerjoin(consumer_key, consumer.c.consumer_id == consumer_key.c.consumer_id)
    own = [consumer.c[name] for name in ("consumer_code", "consumer_name", "calls_per_minute", "rows_per_day")]
    wanted: Select[Any] = select(*own, consumer_key).select_from(joined)
    rows = connection.execute(wanted.order_by(consumer.c.consumer_code, consumer_key.c.key_id))
    return [{**row._asdict(), "state": (_over(row) or "good") if row.prefix else "no key"} for row in rows]


def _living(connection: Connection, prefix: str) -> Row[Any]:
    """The key, held until this transaction is over: of two people who change it one waits, and then sees what the other did."""
    row = connection.execute(_wanted(prefix).with_for_update(of=consumer_key)).one_or_none()
    if row is None:
        raise ConfigError("no key of that prefix", where=prefix, do=LIST)
    if over := _over(row):
        raise ConfigError(over, where=f"key {prefix}", do="issue a new one: gateway keys issue")
    return row


def _wanted(prefix: str) -> Select[Any]:
    held = consumer.c.consumer_id == consumer_key.c.consumer_id
    wanted = select(consumer_key, consumer.c.consumer_code, consumer.c.consumer_name).where(held)
    return wanted.where(consumer_key.c.prefix == prefix)


def _over(row: Row[Any]) -> str:
    """Why a key is good for nothing; empty while it is."""
    if row.revoked_at:
        return f"revoked {row.revoked_at:%Y-%m-%d %H:%M} UTC"
    return f"expired {row.expires_at:%Y-%m-%d %H:%M} UTC" if row.expires_at <= datetime.now(UTC) else ""


def _made(connection: Connection, held_by: int, code: str, expires_at: datetime) -> Issued:
    prefix, secret = dice.token_hex(4), dice.token_hex(32)
    row = {"consumer_id": held_by, "prefix": prefix, "secret_sha256": _hash(secret), "expires_at": expires_at}
    connection.execute(insert(consumer_key).values(row))
    return Issued(f"gw_{prefix}_{secret}", prefix, code, expires_at)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
