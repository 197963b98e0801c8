"""Recorded pages: every shipped stream with the golden sample of its answers, taken apart as a load does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

import msgspec

from connectors.formats import opened
from gateway.config import HOME
from gateway.mapped import map_records
from gateway.mapping.bench import samples
from gateway.mapping.compile import Mapped, Mapping, compile_mapping
from gateway.mapping.drift import Watch
from gateway.portals import StreamSpec, load_portal, portal_names
from gateway.records import Refused, Source
from gateway.redaction import Redaction


@dataclass(frozen=True, eq=False)
class Recorded:
    """A stream, its compiled mapping, and what was recorded of it: an answer, its records, and what it was asked with.

    watch: looks at the members of every record that is mapped, as a load's does.
    """

    stream: StreamSpec
    mapping: Mapping
    answer: bytes
    records: tuple[bytes, ...]
    asked: dict[str, Any] | None
    watch: Watch

    def opened(self, answer: bytes) -> Iterator[msgspec.Raw]:
        """The records of an answer. Raises ExplainedError, at once or while they are read."""
        return records_of(self.stream, answer)

    def mapped(self, record: bytes | msgspec.Raw, mapping: Mapping | None = None) -> Mapped | Refused:
        """One record through the stream's mapping, or through another one of the same stream."""
        source = Source(msgspec.Raw(record), self.asked, page_id=1, number=0, source_hash=b"")
        return next(map_records(mapping or self.mapping, [source], self.watch))


def records_of(stream: StreamSpec, answer: bytes) -> Iterator[msgspec.Raw]:
    """The records of an answer, as the stream's format says."""
    return opened(BytesIO(answer) if stream.form.is_streamed else answer, stream.form).records


@cache
def recorded() -> tuple[Recorded, ...]:
    """All shipped streams."""
    folders = (HOME / "mappings",)
    portals = [load_portal(folders, name) for name in portal_names(folders)]
    return tuple(_recorded(stream) for portal in portals for stream in portal.streams)


def _recorded(stream: StreamSpec) -> Recorded:
    answer, mapping = samples.body(stream), compile_mapping(stream)
    records = tuple(bytes(raw) for raw in records_of(stream, answer))
    watch = Watch(mapping, {}, frozenset(), Redaction(mapping).sample)
    of = Recorded(stream, mapping, answer, records, samples.asked(stream), watch)
    for record in records:
        of.mapped(record)  # what the mapping learns of them opens the quick way to the records that follow
    return of
