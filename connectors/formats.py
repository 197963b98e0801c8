"""Answers of every format, opened into the same two things: members for the answer rules, and records as JSON bytes.

What is XML, a table or a document inside a member of another becomes JSON here, once, so that hashing, mapping, quarantine
and replay know one form only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec

from connectors import decode
from connectors.decode import BrokenAnswer, Envelope
from connectors.tables.table import Table

_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Unwrap:
    """A member that holds a whole document as text; it is opened `as` json or xml, and its members join those around it."""

    member: str
    kind: str
    ignore_case: bool = False


@dataclass(frozen=True)
class Format:
    """How a stream's answers are written. records: the path of the records in them.

    kind: json, xml, diffgram, csv or xlsx. ignore_case: element names are read in lower case (portals that vary it).
    """

    kind: str = "json"
    records: str = decode.WHOLE
    unwrap: tuple[Unwrap, ...] = ()
    ignore_case: bool = False
    table: Table | None = None

    @property
    def is_streamed(self) -> bool:
        """Whether answers are read as a stream, and kept compressed while they arrive."""
        return self.kind != "json"


class Opened:
    """An answer's records, in order, and its members. Of a streamed answer the members are known after the last record."""

    def __init__(self, records: Iterable[msgspec.Raw], members: Envelope) -> None:
        self.records, self.members = iter(records), members


def opened(body: bytes | BinaryIO, form: Format) -> Opened:
    """Open an answer. Raises BrokenAnswer, SessionExpired (an HTML page) or HostileAnswer, at once or while it is read."""
    if isinstance(body, bytes):
        return _json(body, form)
    if form.kind in {"csv", "xlsx"}:
        return Opened(_table(body, form), {})
    return _xml(body, form)


def records(body: bytes | BinaryIO, form: Format) -> Iterator[msgspec.Raw]:
    """The records alone, for whoever needs no member around them. Raises as `opened` does."""
    if isinstance(body, bytes) and not form.unwrap and form.records != decode.WHOLE:
        found = decode.list_alone(body, form.records)
        if found is not None:
            return iter(found)
    return opened(body, form).records


def members(body: bytes, form: Format) -> Envelope:
    """The members of a JSON answer, with those of the documents inside it; {} when it is itself the list."""
    if form.records == decode.WHOLE and body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[":
        return {}
    found = decode.envelope(body)
    for wrapped in form.unwrap:
        found = {**found, **_unwrapped(found, wrapped)}
    return found


def _json(body: bytes, form: Format) -> Opened:
    found = members(body, form)
    if form.records == decode.WHOLE:
        return Opened(decode.whole(body), found)
    return Opened(_cut(found, form), found)


def _cut(found: Envelope, form: Format) -> Iterator[msgspec.Raw]:
    """Records are cut out only when somebody asks: an answer that means a failure has none."""
    if not _is_empty_list(found, form):
        yield from decode.records(found, form.records)


def _is_empty_list(found: Envelope, form: Format) -> bool:
    """XML writes an empty list as no element at all; what the elements would lie in must be there."""
    if not form.unwrap or form.unwrap[-1].kind != "xml":
        return False
    above, _, name = form.records.rpartition(".")
    if not above:
        return name not in found and bool(decode.value(found, form.unwrap[-1].member))
    around = decode.value(found, above)
    return around == "" or (isinstance(around, dict) and name not in around)


def _unwrapped(found: Envelope, wrapped: Unwrap) -> Envelope:
    text = decode.value(found, wrapped.member)
    if text in (None, ""):
        return {}
    if not isinstance(text, str):
        raise BrokenAnswer(
            f"member {wrapped.member!r} is a {type(text).__name__}, not a text that holds {wrapped.kind}",
            do="compare `unwrap` in the mapping with the portal's contract",
        )
    try:
        return _inner(text, wrapped)
    except BrokenAnswer as error:
        raise error.located(f"inside member {wrapped.member!r}") from None


def _inner(text: str, wrapped: Unwrap) -> Envelope:
    if wrapped.kind == "json":
        inner = text.encode()
        return {wrapped.member: msgspec.Raw(inner)} if text.lstrip()[:1] == "[" else decode.envelope(inner)
    from connectors.xml import reading as xml

    # The text was decoded with the document around it; what its own prolog says of an encoding no longer holds.
    document = xml.plain(_PROLOG.sub("", text).encode(), ignore_case=wrapped.ignore_case)
    return raws(document) if isinstance(document, dict) else {}


def raws(document: dict[str, Any]) -> Envelope:
    """Plain members as JSON bytes."""
    return {name: msgspec.Raw(_encode(value)) for name, value in document.items()}


def _xml(source: BinaryIO, form: Format) -> Opened:
    from connectors.xml import reading as xml

    if form.unwrap:
        return _json_inside(source.read(), form)
    if form.kind == "diffgram":
        reading = xml.diffgram(source)
    else:
        reading = xml.records(source, form.records, ignore_case=form.ignore_case)
    answer = Opened((), {})
    answer.records = _streamed(reading, answer)
    return answer


def _json_inside(body: bytes, form: Format) -> Opened:
    """XML that holds other documents as text: small enough to be read whole."""
    from connectors.xml import reading as xml

    document = xml.plain(body, ignore_case=form.ignore_case)
    found = raws(document) if isinstance(document, dict) else {}
    for wrapped in form.unwrap:
        found = {**found, **_unwrapped(found, wrapped)}
    return Opened(_cut(found, form), found)


def _streamed(reading: Any, answer: Opened) -> Iterator[msgspec.Raw]:
    for record in reading:
        yield msgspec.Raw(_encode(record))
    answer.members = raws(reading.members)


def _table(source: BinaryIO, form: Format) -> Iterator[msgspec.Raw]:
    from connectors.tables import table as tables

    assert form.table is not None
    read = tables.csv_records if form.kind == "csv" else tables.xlsx_records
    return (msgspec.Raw(_encode(record)) for record in read(source, form.table))
