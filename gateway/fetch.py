"""fetch: a stream's request and cursor become landed pages. Nothing is understood beyond what paging needs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors import connection, decode, rest
from connectors.auth import SignedIn
from connectors.connection import Connection
from connectors.errors import ExplainedError, FatalPortalError
from connectors.http import HttpClient
from gateway.errors import ConfigError
from gateway.mapping import paths, times
from gateway.mapping.reject import Unfit
from gateway.portals import Incremental, PortalSpec, StreamSpec
from gateway.runs import batches, get_cursor, mark_batch, open_batch
from gateway.workshop import Workshop


def sign_on(portal: PortalSpec, found: Connection | None = None) -> SignedIn:
    """A client for one portal; it signs in at its first call. Credentials come from the environment unless given."""
    found = found or connection.from_environment(portal.connection, os.environ)
    body = {member: found.value(name) for member, name in portal.body_from_connection.items()}
    return SignedIn(HttpClient(found, portal.limits), portal.auth, portal.answer, portal.every.with_body(body))


def fetch_stream(shop: Workshop, client: SignedIn, stream: StreamSpec, run_id: int, full: bool) -> int:
    """Fetch and land one stream; returns its batch. A failure is kept on the batch and raised with the stream's name."""
    cursor = None if full or stream.incremental is None else get_cursor(shop.engine, stream.portal, stream.stream)
    mode = "incremental" if cursor else "full"
    batch_id = open_batch(shop.engine, run_id, stream.portal, stream.stream, mode=mode, cursor_from=cursor)
    try:
        total = _land_all(shop, client, stream, batch_id, _wanted(shop, stream, run_id), cursor)
    except ExplainedError as error:
        mark_batch(shop.engine, batch_id, state="failed", error=str(error), finished_at=datetime.now(UTC))
        raise error.located(stream.name) from None
    mark_batch(shop.engine, batch_id, state="landed", declared_total=total if mode == "full" else None)
    return batch_id


def _land_all(
    shop: Workshop,
    client: SignedIn,
    stream: StreamSpec,
    batch_id: int,
    request: rest.StreamRequest,
    cursor: str | None,
) -> int | None:
    total = None
    enough = _enough(stream.incremental, cursor) if stream.incremental and cursor else None
    for page in shop.landing.land(batch_id, stream.portal, rest.pages(client, request, enough)):
        total = page.declared_total
        shop.progress(stream.name, "fetch", page.records)
    return total


def _wanted(shop: Workshop, stream: StreamSpec, run_id: int) -> rest.StreamRequest:
    each = None
    if stream.for_each:
        each = (stream.for_each.send, _values_of(shop, stream, run_id))
    return rest.StreamRequest(stream.request, stream.records, stream.paging, each)


def _values_of(shop: Workshop, stream: StreamSpec, run_id: int) -> Iterator[str]:
    """The distinct values of a field in what another stream of this run landed, in its order."""
    assert stream.for_each is not None
    source = shop.portal(stream.portal).stream(stream.for_each.stream)
    get = paths.getter(stream.for_each.field)
    seen: set[str] = set()
    for page in shop.landing.pages(_source_batch(shop, source, run_id)):
        for raw in decode.records(decode.envelope(shop.landing.read(page)), source.records):
            value = get(decode.record(raw))
            if value not in {None, ""} and str(value) not in seen:
                seen.add(str(value))
                yield str(value)


def _source_batch(shop: Workshop, source: StreamSpec, run_id: int) -> int:
    """The batch of another stream to take values from: this run's; when this run did not ask for it, the newest one."""
    complete = {"landed", "loaded"}
    tried = batches(shop.engine, run_id=run_id, stream=source.stream)
    if tried and tried[-1].state not in complete:
        raise FatalPortalError(f"stream {source.stream} failed in this run, and this one is asked by its values")
    known = tried or batches(shop.engine, portal=source.portal, stream=source.stream)
    usable = [work.batch_id for work in known if work.state in complete and work.mode != "replay"]
    if not usable:
        raise ConfigError(
            f"stream {source.stream} was never fetched", do=f"fetch it first: gateway fetch {source.portal}"
        )
    return int(usable[-1])


def _enough(incremental: Incremental, cursor: str) -> rest.Enough:
    """Newest first: once a page ends before the cursor less the overlap, all further records are known."""
    until = datetime.fromisoformat(cursor) - timedelta(seconds=incremental.overlap)
    get = paths.getter(incremental.by)
    read = times.instant((incremental.format,))

    def _found(last_record: Mapping[str, Any]) -> bool:
        try:
            return bool(read(get(last_record)) < until)
        except Unfit:
            return False  # load puts this record in quarantine; the next page tells whether to go on

    return _found
