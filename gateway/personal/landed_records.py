"""Where a person stands in landed pages: found by decoding every record, since a text may be written in many ways.

JSON escapes, XML entities and decomposed Unicode hide a number from whoever looks for its letters. Where a page cannot be decoded,
or its stream is in no mapping any more, its bytes are looked through all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import Row, text

from connectors.decode import BrokenAnswer
from gateway.errors import StoreError
from gateway.landed import asked, records_of
from gateway.mapping.compile import Mapping, compile_mapping
from gateway.mapping.members import members_of
from gateway.personal.subject import Key, Subject, bare
from gateway.portals import StreamSpec
from gateway.workshop import Workshop

STREAMS_OF_DOSSIERS = ("dossier", "held_dossier")
IDENTITY = "applicant_identity"


@dataclass(frozen=True)
class Found:
    """pages: by page_id, those that show the person, with the numbers of its records there. keys: dossiers they are of.

    unreadable: page_ids that could not be looked into, since their bytes are gone or damaged.
    """

    pages: dict[int, list[int]] = field(default_factory=dict)
    keys: set[Key] = field(default_factory=set)
    unreadable: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Reader:
    """Reads one stream's pages. issuers: the portals that gave the dossiers their codes."""

    shop: Workshop
    stream: StreamSpec
    issuers: tuple[str, ...]

    @cached_property
    def mapping(self) -> Mapping:
        return compile_mapping(self.stream)

    def records(self, page: Row[Any]) -> Iterator[tuple[msgspec.Raw, str | None, str | None]]:
        """Each record with its dossier's code and its identity number, as far as they can be read."""
        for raw in records_of(self.shop.landing, self.stream, page):
            members = members_of(raw, asked(self.stream, page))
            yield raw, self.mapping.key_of(members), self.mapping.value_of(members, IDENTITY)


def search(shop: Workshop, subject: Subject) -> Found:
    """Look through all landed pages. Raises ConfigError where a mapping is broken: what it would find is not known then."""
    found = Found()
    with shop.engine.connect() as connection:
        pages = connection.execute(text(_PAGES)).all()
    readers: dict[tuple[str, str], _Reader | None] = {}
    for page in pages:
        place = (page.portal, page.stream)
        if place not in readers:
            readers[place] = _reader(shop, *place)
        reader = readers[place]
        if reader is None or reader.stream.into in STREAMS_OF_DOSSIERS:
            _look(shop, reader, page, subject, found)
    return found


def _look(shop: Workshop, reader: _Reader | None, page: Row[Any], subject: Subject, found: Found) -> None:
    try:
        numbers = list(_matches(reader, page, subject, found)) if reader else _in_bytes(shop, reader, page, subject)
    except StoreError:
        found.unreadable.append(page.page_id)
        return
    except BrokenAnswer:
        numbers = _in_bytes(shop, reader, page, subject)
    if numbers:
        found.pages[page.page_id] = numbers


def _matches(reader: _Reader, page: Row[Any], subject: Subject, found: Found) -> Iterator[int]:
    is_ours = reader.stream.into == "dossier"
    for number, (_, code, identity) in enumerate(reader.records(page)):
        is_theirs = identity and bare(identity) in subject.identities
        if is_theirs or subject.has(code, reader.issuers):
            if is_ours and code:
                found.keys.add(Key(page.portal, code))
            yield number


def _in_bytes(shop: Workshop, reader: _Reader | None, page: Row[Any], subject: Subject) -> list[int]:
    """[-1]: the page as a whole, which cannot be told apart into records. Whose codes are in it is not known without a mapping."""
    body = shop.landing.read(page)
    codes = {key.code for key in subject.sought if reader is None or key.issuer in ("", *reader.issuers)}
    wanted = subject.identities | subject.nationals | codes
    return [-1] if any(each.encode() in body for each in wanted) else []


def _reader(shop: Workshop, portal: str, stream: str) -> _Reader | None:
    """None where the mappings no longer have the portal or the stream. Raises ConfigError where they are broken."""
    if portal not in shop.portals():
        return None
    readers = [_Reader(shop, each, (portal,)) for each in shop.portal(portal).streams]
    pairs = [each for each in _pairs(shop) if each.listing.portal == portal]
    readers += [_Reader(shop, each.listing, each.delivery.whose.issuers) for each in pairs]
    return next((each for each in readers if each.stream.stream == stream), None)


def _pairs(shop: Workshop) -> list[Any]:
    from gateway.reconcile import pairs

    return [each for each in pairs.pairs(shop) if isinstance(each, pairs.DossierPair)]


_PAGES = """
    select p.*, b.portal, b.stream from landing.page as p join ops.batch as b using (batch_id)
    where p.destroyed_at is null and p.byte_count > 0 order by p.page_id"""


def records_at(shop: Workshop, found: Found) -> Iterator[tuple[Row[Any], list[msgspec.Raw]]]:
    """Each page that shows the person, with the person's records in it; none of a page that cannot be told apart into records."""
    with shop.engine.connect() as connection:
        pages = [row for row in connection.execute(text(_PAGES)) if row.page_id in found.pages]
    for page in pages:
        numbers, reader = set(found.pages[page.page_id]), _reader(shop, page.portal, page.stream)
        raws = reader.records(page) if reader and -1 not in numbers else ()
        yield page, [raw for number, (raw, _, _) in enumerate(raws) if number in numbers]
