"""What passes between load and upsert: records as they lie in landed pages, and chunks of them that are committed together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from gateway.mapping.compile import Mapped
from gateway.mapping.reject import Reject

HASH = 16
"""Bytes of a record's hash."""


class Source(NamedTuple):
    """One record as it lies in a landed page.

    asked: what the page was asked with, when there is a call per value. source_hash: of its bytes, of what was asked and
    of the mapping they are read with; any of them new, and the record is mapped again.
    """

    raw: msgspec.Raw
    asked: dict[str, Any] | None
    page_id: int
    number: int
    source_hash: bytes

    @property
    def record_hash(self) -> bytes:
        """Of its bytes and of what was asked, whatever the mapping: what quarantine knows it by."""
        return _hash(b"", self.raw, self.asked)


def source(raw: msgspec.Raw, page_id: int, number: int, fingerprint: bytes, asked: dict[str, Any] | None) -> Source:
    """A Source with its hash."""
    return Source(raw, asked, page_id, number, _hash(fingerprint, raw, asked))


def _hash(seed: bytes, raw: msgspec.Raw, asked: dict[str, Any] | None) -> bytes:
    parts = (seed, raw, msgspec.json.encode(asked)) if asked else (seed, raw)
    return hashlib.sha256(b"".join(parts)).digest()[:HASH]


@dataclass(frozen=True)
class Refused:
    """A record that goes to quarantine, its natural key where that could be read, and why."""

    source: Source
    key: str | None
    reject: Reject


Row = tuple[Source, Mapped]


@dataclass
class Chunk:
    """Records committed together, up to page number `through_page`.

    key_at: where the entity's code stands in a row's values. rounds: in the source's order; a key that comes again with
    other content starts a new round, since one MERGE must not meet a key twice. skipped: source hashes of records known as
    they are. repeated: how often the very same record came again.
    """

    through_page: int
    key_at: int
    rounds: list[list[Row]] = field(default_factory=lambda: [[]])
    refused: list[Refused] = field(default_factory=list)
    skipped: list[bytes] = field(default_factory=list)
    repeated: int = 0
    newest: str | None = None

    @property
    def rows(self) -> list[Row]:
        """All rows of all rounds."""
        return [row for rows in self.rounds for row in rows]
