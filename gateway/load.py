"""load: the landed pages of a batch → decode → map → upsert, chunk by chunk. A killed load goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Row

from connectors.errors import ExplainedError
from gateway import drift, states
from gateway.absence import read_list
from gateway.delivery.outbox import outbox_of
from gateway.landed import asked, records_of, refusal
from gateway.mapped import map_records
from gateway.mapping.compile import Mapped, Mapping, compile_mapping
from gateway.mapping.members import members_of
from gateway.mapping.reject import Reject
from gateway.portals import StreamSpec, fingerprint
from gateway.records import HASH, Chunk, Origin, Pages, Refused, Source
from gateway.runs import Counts, Progress
from gateway.store import merge
from gateway.upsert import Writer
from gateway.workshop import Workshop

CHUNK = 2000
"""Records committed together, about: whole pages."""


def load_batch(shop: Workshop, work: Row[Any]) -> Counts:
    """Load one landed batch (or go on with one that was interrupted); returns the counts of this call.

    Raises StoreError when the database or the landed bytes fail; then nothing half-written stays. Raises FatalPortalError
    when records drifted and the stream says `drift: stop`; then nothing of the batch is written.
    """
    stream = shop.portal(work.portal).stream(work.stream)
    try:
        counts = _load(shop, work, stream)
        # Where every record was of a dossier not seen before, there is one event each, and no step.
        if stream.into == "dossier" and (counts.changed or counts.unchanged):
            states.tell(shop.engine, shop.settings.mappings, work)
        return counts
    except ExplainedError as error:
        raise error.located(stream.name) from None


def _load(shop: Workshop, work: Row[Any], stream: StreamSpec) -> Counts:
    mapping, print_ = compile_mapping(stream), fingerprint(stream)
    loader = _Loader(shop, mapping, work, bytes.fromhex(print_))
    if stream.drift == "stop":
        loader.refuse_drift()
    counts = Counts()
    outbox = outbox_of(shop, work.portal) if mapping.entity.history is not None else None
    with Writer(shop.engine, mapping, work, outbox) as writer, ThreadPoolExecutor(1) as committing:
        # While one chunk is committed, the next is mapped.
        pending: Future[Counts] | None = None
        for pages, unknown in loader.compared():
            chunk = loader.chunk(pages, unknown)
            counts += _settled(shop, stream, pending)
            if counts.changed:
                chunk = loader.recheck(pages, chunk)
            pending = committing.submit(writer.write, chunk)
        counts += _settled(shop, stream, pending)
        is_whole = not (counts.unchanged or work.loaded_pages or work.loaded_records)
        writer.finish(loader.watch.vanished() if is_whole else {}, print_, read_list(shop, mapping, work))
    return counts


def _settled(shop: Workshop, stream: StreamSpec, pending: Future[Counts] | None) -> Counts:
    """What the commit under way brought, once it is over."""
    if pending is None:
        return Counts()
    done = pending.result()
    shop.progress(stream.name, "load", done.read)
    return done


class _Loader:
    """Reads and maps; writes nothing."""

    def __init__(self, shop: Workshop, mapping: Mapping, work: Row[Any], print_: bytes) -> None:
        self._shop, self._mapping, self._work, self._print = shop, mapping, work, print_
        self._newest, self._key_at = _newest_column(mapping), mapping.key
        self.watch = drift.watch(shop.engine, mapping, work)
        self._is_first = self._holds_nothing()
        # A later file corrects an earlier one; records of one answer may not.
        self._is_files = shop.portal(work.portal).protocol == "files"

    def refuse_drift(self) -> None:
        """Look at all records before the first is written. Raises FatalPortalError when one is not as usual."""
        watch = drift.watch(self._shop.engine, self._mapping, self._work, learn=False)
        known = False
        for pages, unknown in self.compared():
            known |= len(unknown) < len(pages.hashes)
            for source in map(pages.source, unknown):
                with suppress(ExplainedError):
                    watch.look(members_of(source.raw, source.asked))
        if found := {**watch.found, **({} if known else watch.vanished())}:
            raise drift.stopped(self._shop.engine, self._mapping.stream, self._work, found, watch.looked)

    def compared(self) -> Iterator[tuple[Pages, set[int]]]:
        """Groups of landed pages, each with the positions of what is not known; one is read while the database compares the other."""
        with ThreadPoolExecutor(1) as asking:
            compared: list[tuple[Pages, Future[set[int]]]] = []
            for pages in self._pages():
                compared.append((pages, asking.submit(self._unknown, pages.hashes)))
                if len(compared) > 1:
                    yield _answered(*compared.pop(0))
            yield from (_answered(*each) for each in compared)

    def _pages(self) -> Iterator[Pages]:
        """Landed records not yet loaded, in groups of about CHUNK."""
        work, begin = self._work, Progress(self._work.loaded_pages, self._work.loaded_records)
        group = Pages(self._print, begin)
        for page in self._shop.landing.pages(work.source_batch_id or work.batch_id, start=begin.pages):
            done = begin.records if page.ordinal == begin.pages else 0
            for raws, origin in self._cut(page, done):
                if len(group.hashes) >= CHUNK:
                    yield group
                    group = Pages(self._print, group.through)
                group.add(raws, origin)
                group.through = Progress(page.ordinal, origin.number + len(raws))
            group.through = Progress(page.ordinal + 1)
            if self._is_files and group.hashes:
                yield group
                begin = group.through
                group = Pages(self._print, begin)
        if group.hashes or group.through != begin:
            yield group

    def _cut(self, page: Row[Any], done: int) -> Iterator[tuple[list[msgspec.Raw], Origin]]:
        """A page's records from number `done` on, CHUNK at a time: a page may be bigger than memory bears."""
        stream = self._mapping.stream
        request = asked(stream, page)
        if reason := refusal(page):
            yield [msgspec.Raw(b"")], Origin(page.page_id, 0, request, reason)
            return
        records = islice(records_of(self._shop.landing, stream, page), done, None)
        while raws := list(islice(records, CHUNK)):
            yield raws, Origin(page.page_id, done, request)
            done += len(raws)

    def chunk(self, pages: Pages, unknown: set[int]) -> Chunk:
        """Map the records at the `unknown` positions; the others are known by their hash."""
        hashes = pages.hashes
        self.watch.begin()
        chunk = Chunk(pages.through, self._key_at, looked=len(unknown))
        chunk.skipped = [each for number, each in enumerate(hashes) if number not in unknown] if unknown else hashes
        seen: dict[str, bytes] = {}
        records = [pages.source(number) for number in sorted(unknown)]
        for record, found in zip(records, map_records(self._mapping, records, self.watch), strict=True):
            if isinstance(found, Refused):
                chunk.refused.append(found)
            else:
                self._place(chunk, record, found, seen)
        self._refuse_contested(chunk)
        chunk.newest = self._newest_of(chunk)
        chunk.drift, chunk.usual = self.watch.found, self.watch.usual()
        return chunk

    def recheck(self, pages: Pages, chunk: Chunk) -> Chunk:
        """This batch has changed rows: what was skipped as known must still be known, else map again."""
        if not (chunk.skipped and self._unknown(chunk.skipped)):
            return chunk
        return self.chunk(pages, self._unknown(pages.hashes))

    def _place(self, chunk: Chunk, record: Source, mapped: Mapped, seen: dict[str, bytes]) -> None:
        key = mapped.values[self._key_at]
        if seen.get(key) == record.source_hash:
            chunk.repeated.append((record.page_id, key))
            return
        if key in seen and self._mapping.entity.history is None:
            chunk.refused.append(self._twice(record, key))
            return
        if key in seen:
            chunk.rounds.append([])
            seen.clear()
        seen[key] = record.source_hash
        chunk.rounds[-1].append((record, mapped))

    def _refuse_contested(self, chunk: Chunk) -> None:
        """Refuse a record whose row, as we hold it, is that of another record of these pages: they would take turns for ever.

        Of entities with a history the newer one simply wins.
        """
        if self._mapping.entity.history is not None or not (chunk.skipped and chunk.rows):
            return
        keys = [mapped.values[self._key_at] for _, mapped in chunk.rows]
        with self._shop.engine.connect() as connection:
            held = merge.held_by(self._mapping.entity, self._work.portal, keys, chunk.skipped)
            contested = set(connection.scalars(held))
        for record, mapped in chunk.rows:
            if mapped.values[self._key_at] in contested:
                chunk.refused.append(self._twice(record, mapped.values[self._key_at]))
        chunk.rounds = [[row for row in rows if row[1].values[self._key_at] not in contested] for rows in chunk.rounds]

    def _twice(self, record: Source, key: str) -> Refused:
        path = " or ".join(self._mapping.fields[self._key_at].sources)
        return Refused(record, key, Reject("its key stands twice in one answer, with different content", path, key))

    def _unknown(self, hashes: list[bytes]) -> set[int]:
        """The positions of the hashes that no current row has."""
        if self._is_first:
            return set(range(len(hashes)))
        if not hashes:
            return set()
        binds = {"hashes": b"".join(hashes), "count": len(hashes), "size": HASH, "issuer": self._work.portal}
        with self._shop.engine.connect() as connection:
            connection.exec_driver_sql(merge.BY_INDEX)
            return set(connection.exec_driver_sql(merge.unknown_hashes(self._mapping.entity), binds).scalars())

    def _holds_nothing(self) -> bool:
        """Whether this is the portal's first load of the entity; then no hash can be known, and none is asked for."""
        with self._shop.engine.connect() as connection:
            return not connection.scalar(merge.holds_anything(self._mapping.entity, self._work.portal))

    def _newest_of(self, chunk: Chunk) -> str | None:
        if self._newest is None:
            return None
        # Not every record has a time: of some entities it may be absent.
        times: list[datetime] = [each for _, mapped in chunk.rows if (each := mapped.values[self._newest])]
        return max(times).isoformat(timespec="seconds") if times else None


def _answered(pages: Pages, unknown: Future[set[int]]) -> tuple[Pages, set[int]]:
    return pages, unknown.result()


def _newest_column(mapping: Mapping) -> int | None:
    """The column that holds the portal's time of change, when the stream is read incrementally by it."""
    incremental = mapping.stream.incremental
    if incremental is None:
        return None
    return next(n for n, each in enumerate(mapping.fields) if each.is_time_of(incremental.by))
