"""What passes between load and upsert: records as they lie in landed pages, and chunks of them that are committed together."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
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
        return next(_hashes(b"", [self.raw], self.asked))


@dataclass
class Pages:
    """Records of some landed pages, cut out and hashed. Most are known by their hash, so a Source is made only when wanted.

    fingerprint: of the mapping they are to be read with. through_page: the page after them.
    """

    fingerprint: bytes
    through_page: int
    hashes: list[bytes] = field(default_factory=list)
    _raws: list[msgspec.Raw] = field(default_factory=list)
    _origins: list[tuple[int, int, dict[str, Any] | None]] = field(default_factory=list)

    def add(self, page_id: int, ordinal: int, raws: list[msgspec.Raw], asked: dict[str, Any] | None) -> None:
        """Take in the next page."""
        self._origins.append((len(self._raws), page_id, asked))
        self._raws.extend(raws)
        self.hashes.extend(_hashes(self.fingerprint, raws, asked))
        self.through_page = ordinal + 1

    def source(self, position: int) -> Source:
        """The record at a position of `hashes`."""
        first, page_id, asked = self._origins[bisect_right(self._origins, position, key=itemgetter(0)) - 1]
        return Source(self._raws[position], asked, page_id, position - first, self.hashes[position])


def _hashes(seed: bytes, raws: list[msgspec.Raw], asked: dict[str, Any] | None) -> Iterator[bytes]:
    """SHA-256 of seed, record and what was asked, for each record; the seed is hashed only once."""
    begun, end = hashlib.sha256(seed), msgspec.json.encode(asked) if asked else b""
    for raw in raws:
        whole = begun.copy()
        whole.update(raw)
        if end:
            whole.update(end)
        yield whole.digest()[:HASH]


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
