"""Recorded pages: every shipped stream with the golden sample of its answers, taken apart as a load does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

import msgspec

from connectors.formats import opened
from gateway.mapped import map_record
from gateway.mapping.compile import Mapped, Mapping, compile_mapping
from gateway.portals import StreamSpec
from gateway.records import Refused, Source
from tests.helpers import golden


@dataclass(frozen=True, eq=False)
class Recorded:
    """A stream, its compiled mapping, and what was recorded of it: an answer, its records, and what it was asked with."""

    stream: StreamSpec
    mapping: Mapping
    answer: bytes
    records: tuple[bytes, ...]
    asked: dict[str, Any] | None

    def opened(self, answer: bytes) -> Iterator[msgspec.Raw]:
        """The records of an answer. Raises ExplainedError, at once or while they are read."""
        return records_of(self.stream, answer)

    def mapped(self, record: bytes | msgspec.Raw, mapping: Mapping | None = None) -> Mapped | Refused:
        """One record through the stream's mapping, or through another one of the same stream."""
        source = Source(msgspec.Raw(record), self.asked, page_id=1, number=0, source_hash=b"")
        return map_record(mapping or self.mapping, source)


def records_of(stream: StreamSpec, answer: bytes) -> Iterator[msgspec.Raw]:
    """The records of an answer, as the stream's format says."""
    return opened(BytesIO(answer) if stream.form.is_streamed else answer, stream.form).records


@cache
def recorded() -> tuple[Recorded, ...]:
    """All shipped streams."""
    return tuple(_recorded(stream) for stream in golden.streams())


def _recorded(stream: StreamSpec) -> Recorded:
    answer = golden.body(stream)
    records = tuple(bytes(raw) for raw in records_of(stream, answer))
    return Recorded(stream, compile_mapping(stream), answer, records, golden.asked(stream))
