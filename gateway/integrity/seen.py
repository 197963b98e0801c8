"""What was seen of dossiers: every version of their dates, the batch that showed it, and the landed page it came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from connectors.errors import ExplainedError
from gateway.landed import asked, records_of, refusal
from gateway.portals import StreamSpec
from gateway.records import Origin, Pages
from gateway.runs import Progress, batches
from gateway.workshop import Workshop


class Place(NamedTuple):
    """A record in a landed page, found again by the hash of its bytes. number: in the page, from 0."""

    page_id: int
    number: int


@dataclass(frozen=True)
class Version:
    """How a dossier stood. seen_at: when the batch was fetched. place: None where its page can no longer be read."""

    dossier_id: int
    version_number: int
    status_code: str
    status_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    appointment_at: datetime | None
    finished_at: datetime | None
    batch_id: int
    seen_at: datetime | None
    place: Place | None


_VERSIONS = """
    with seen as (
        select dossier_id, version_number, status_code, status_at, received_at, due_at, appointment_at, finished_at, batch_id,
            source_hash
        from core.dossier_version where dossier_id = any(:ids)
        union all
        select dossier_id, 1, status_code, status_at, received_at, due_at, appointment_at, finished_at, batch_id, source_hash
        from core.dossier as d
        where dossier_id = any(:ids)
            and not exists (select from core.dossier_version as v where v.dossier_id = d.dossier_id)
    )
    select seen.*, coalesce(s.started_at, b.started_at) as seen_at
    from seen left join ops.batch as b using (batch_id) left join ops.batch as s on s.batch_id = b.source_batch_id
    order by dossier_id, version_number"""


def versions(shop: Workshop, connection: Connection, ids: Sequence[int]) -> dict[int, list[Version]]:
    """By dossier, oldest first. Every batch concerned is read once, to find the pages."""
    rows = connection.execute(text(_VERSIONS), {"ids": list(ids)}).all()
    wanted: dict[int, set[bytes]] = defaultdict(set)
    for row in rows:
        wanted[row.batch_id].add(row.source_hash)
    places = {(batch, hash_): place for batch in wanted for hash_, place in _places(shop, batch, wanted[batch])}
    found: dict[int, list[Version]] = defaultdict(list)
    for row in rows:
        found[row.dossier_id].append(_version(row, places.get((row.batch_id, row.source_hash))))
    return found


def _version(row: Row[Any], place: Place | None) -> Version:
    said = {name: value for name, value in row._asdict().items() if name != "source_hash"}
    return Version(**said, place=place)


def _places(shop: Workshop, batch_id: int, hashes: set[bytes]) -> Iterator[tuple[bytes, Place]]:
    """Where records with these hashes lie in a batch's landed pages; as far as those, and their mapping, are still there."""
    for work in batches(shop.engine, batch_id=batch_id, state="loaded"):
        try:
            yield from _in_batch(shop, work, hashes)
        except ExplainedError:
            # Keys are deleted after their time, and portals leave the mappings: what was seen then stays said without its page.
            return


def _in_batch(shop: Workshop, work: Row[Any], hashes: set[bytes]) -> Iterator[tuple[bytes, Place]]:
    stream, missing = shop.portal(work.portal).stream(work.stream), set(hashes)
    for page in shop.landing.pages(work.source_batch_id or work.batch_id):
        if not missing:
            return
        if refusal(page) is None:
            for position, hash_ in enumerate(_hashes(shop, stream, work, page)):
                if hash_ in missing:
                    missing.discard(hash_)
                    yield hash_, Place(page.page_id, position)


def _hashes(shop: Workshop, stream: StreamSpec, work: Row[Any], page: Row[Any]) -> list[bytes]:
    """Of a page's records, as the load of that batch made them."""
    pages = Pages(bytes.fromhex(work.mapping_sha256), Progress(0))
    pages.add(list(records_of(shop.landing, stream, page)), Origin(page.page_id, 0, asked(stream, page)))
    return pages.hashes
