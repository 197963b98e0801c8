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
from gateway.mapping.drift import Found, Usual
from gateway.mapping.reject import Reject
from gateway.runs import Progress

HASH = 16
"""Bytes of a record's hash."""


class Source(NamedTuple):
    """One record as it lies in a landed page.

    asked: what the page was asked with, when there is a call per value. source_hash: of its bytes, of what was asked and
    of the mapping they are read with; any of them new, and the record is mapped again. refusal: why the portal did not give
    this record, when it was asked for alone; there are no bytes then.
    """

    raw: msgspec.Raw
    asked: dict[str, Any] | None
    page_id: int
    number: int
    source_hash: bytes
    refusal: str | None = None

    @property
    def record_hash(self) -> bytes:
        """Of its bytes and of what was asked, whatever the mapping: what quarantine knows it by."""
        return next(_hashes(b"", [self.raw], self.asked))


class Origin(NamedTuple):
    """Where records come from: a page, the number in it of the first of them, what was asked, and the portal's refusal."""

    page_id: int
    number: int = 0
    asked: dict[str, Any] | None = None
    refusal: str | None = None


@dataclass
class Pages:
    """Records of landed pages, cut out and hashed. Most are known by their hash, so a Source is made only when wanted.

    fingerprint: of the mapping they are to be read with. through: how far the batch is read with them.
    """

    fingerprint: bytes
    through: Progress
    hashes: list[bytes] = field(default_factory=list)
    _raws: list[msgspec.Raw] = field(default_factory=list)
    _origins: list[tuple[int, Origin]] = field(default_factory=list)

    def add(self, raws: list[msgspec.Raw], origin: Origin) -> None:
        """Take in the next records of a page."""
        self._origins.append((len(self._raws), origin))
        self._raws.extend(raws)
        self.hashes.extend(_hashes(self.fingerprint, raws, origin.asked))

    def source(self, position: int) -> Source:
        """The record at a position of `hashes`."""
        first, origin = self._origins[bisect_right(self._origins, position, key=itemgetter(0)) - 1]
        number = origin.number + position - first
        raw, hash_ = self._raws[position], self.hashes[position]
        return Source(raw, origin.asked, origin.page_id, number, hash_, origin.refusal)


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
Told = tuple[int, str]
"""A page, and the key of a record in it."""


@dataclass
class Chunk:
    """Records committed together. through: how far the batch is loaded with them.

    key_at: where the entity's code stands in a row's values. rounds: in the source's order; a key that comes again with
    other content starts a new round, since one MERGE must not meet a key twice. skipped: source hashes of records known as
    they are. repeated: page and key of each record that came again as it was. looked: records that were mapped, in vain or not. drift: what
    was found in them that is not as usual; usual: what is usual, as far as it is being learned.
    """

    through: Progress
    key_at: int
    rounds: list[list[Row]] = field(default_factory=lambda: [[]])
    refused: list[Refused] = field(default_factory=list)
    skipped: list[bytes] = field(default_factory=list)
    repeated: list[Told] = field(default_factory=list)
    looked: int = 0
    drift: Found = field(default_factory=dict)
    usual: Usual = field(default_factory=dict)
    newest: str | None = None

    @property
    def rows(self) -> list[Row]:
        """All rows of all rounds."""
        return [row for rows in self.rounds for row in rows]

    def told(self) -> Iterator[Told]:
        """Of every mapped record its page and its key, where that could be read, whatever became of it."""
        yield from ((source.page_id, mapped.values[self.key_at]) for source, mapped in self.rows)
        yield from self.repeated
        yield from ((each.source.page_id, each.key) for each in self.refused if each.key)
