"""The audit chain (nhật ký kiểm toán): each entry is sealed together with the seal of the one before, so that tampering shows.

A seal is an HMAC under a key derived from GATEWAY_SECRET_KEY: who may write to the database cannot seal. An entry that was
changed, removed or moved breaks the chain where it stood; entries cut off the end show against a head that was noted elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, text

from gateway.errors import ConfigError
from gateway.store.access import audit
from gateway.wrapped import fingerprint

BEGINNING = bytes(32)
"""What the first entry follows."""


@dataclass(frozen=True)
class Act:
    """What was done, by whom, to what. detail: numbers and codes, never a person's data."""

    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class Breach:
    """Where the chain is broken, and how."""

    entry_id: int
    what: str


@dataclass(frozen=True)
class Verified:
    """entries: how many were read. head: the last one, as `entry_id:seal`, to be noted where the database's owner cannot write."""

    entries: int
    head: str
    breaches: tuple[Breach, ...]


def append(connection: Connection, secrets: Sequence[bytes], act: Act) -> None:
    """Add an entry in the transaction of what it tells of; other writers wait until that is over.

    Raises ConfigError for a process with an older GATEWAY_SECRET_KEY than that of the last entry: what it seals would be told as
    tampering for ever.
    """
    if not secrets:
        raise ConfigError("GATEWAY_SECRET_KEY is not set", do="set it: entries of the audit log are sealed with it")
    connection.execute(text("select pg_advisory_xact_lock(hashtextextended('audit chain', 0))"))
    last = connection.execute(select(audit).order_by(audit.c.entry_id.desc()).limit(1)).one_or_none()
    _require_present(secrets, last)
    entry = {
        "entry_id": last.entry_id + 1 if last else 1,
        "at": datetime.now(UTC),
        "actor": act.actor,
        "action": act.action,
        "subject": act.subject,
        "detail": msgspec.json.encode(act.detail, order="sorted").decode(),
        "sealed_by": fingerprint(secrets[0]),
        "previous": last.seal if last else BEGINNING,
    }
    connection.execute(insert(audit).values({**entry, "seal": _seal(secrets[0], entry)}))


def _require_present(secrets: Sequence[bytes], last: Row[Any] | None) -> None:
    if last is not None and last.sealed_by not in map(fingerprint, secrets):
        raise ConfigError(
            f"no key of GATEWAY_SECRET_KEY has the fingerprint {last.sealed_by}, which sealed the last entry",
            where="the audit log",
            do="restart this process with the present GATEWAY_SECRET_KEY: the newest key first, then those before it",
        )


def verify(connection: Connection, secrets: Sequence[bytes], noted: str = "") -> Verified:
    """Read the whole chain in its order. secrets: newest first. noted: a head of an earlier time, which must still be there."""
    entries, last, breaches = 0, None, list[Breach]()
    keys = {fingerprint(secret): secret for secret in secrets}
    missing = noted
    with connection.execution_options(yield_per=1000).execute(select(audit).order_by(audit.c.entry_id)) as rows:
        for row in rows:
            breaches += _breaches(row, last, keys)
            entries, last = entries + 1, row
            if _head(row) == noted:
                missing = ""
    if missing:
        at = int(missing.split(":")[0]) if missing.split(":")[0].isdigit() else 0
        breaches.append(Breach(at, f"the noted head {missing} is not in the chain: it was changed, or cut off the end"))
    return Verified(entries, _head(last) if last is not None else "", tuple(breaches))


def _breaches(row: Row[Any], last: Row[Any] | None, keys: dict[str, bytes]) -> Iterator[Breach]:
    expected = last.entry_id + 1 if last is not None else 1
    if row.entry_id != expected:
        yield Breach(expected, f"entries {expected} to {row.entry_id - 1} were removed")
    elif not hmac.compare_digest(row.previous, last.seal if last is not None else BEGINNING):
        yield Breach(row.entry_id, "it does not follow the entry before it")
    if row.sealed_by not in keys:
        yield Breach(row.entry_id, f"no key of GATEWAY_SECRET_KEY has the fingerprint {row.sealed_by} that it names")
    elif last is not None and _is_older(row.sealed_by, last.sealed_by, list(keys)):
        yield Breach(row.entry_id, "it was sealed with a key that had been replaced before")
    elif not hmac.compare_digest(row.seal, _seal(keys[row.sealed_by], row._asdict())):
        yield Breach(row.entry_id, "it was changed after it was sealed")


def _is_older(key: str, before: str, newest_first: list[str]) -> bool:
    return before in newest_first and newest_first.index(key) > newest_first.index(before)


def _head(row: Row[Any]) -> str:
    return f"{row.entry_id}:{row.seal.hex()[:32]}"


def _seal(secret: bytes, entry: dict[str, Any]) -> bytes:
    at = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    said = [entry[name] for name in ("actor", "action", "subject", "detail", "sealed_by")]
    whole = msgspec.json.encode([entry["entry_id"], at, *said, entry["previous"].hex()])
    return hmac.digest(hmac.digest(secret, b"audit", hashlib.sha256), whole, hashlib.sha256)
