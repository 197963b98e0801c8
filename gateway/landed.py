"""decode: a landed page → its records as JSON bytes, as the stream's format says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Engine, Row

from connectors import formats
from connectors.pages import REFUSED
from gateway.errors import ConfigError
from gateway.land import Landing
from gateway.mapping.members import Members, members_of
from gateway.portals import StreamSpec
from gateway.runs import batches
from gateway.workshop import Workshop


def records_of(landing: Landing, stream: StreamSpec, page: Row[Any]) -> Iterator[msgspec.Raw]:
    """The records of a page; none where the portal had nothing to send, or an erasure has destroyed it.

    Raises StoreError or BrokenAnswer.
    """
    if page.byte_count == 0 or page.destroyed_at is not None:
        return
    if stream.form.is_streamed:
        with landing.open(page) as source:
            yield from formats.records(source, stream.form)
    else:
        yield from formats.records(landing.read(page), stream.form)


def refusal(page: Row[Any]) -> str | None:
    """Why the portal refused the one record this page was asked for; None when it did not."""
    found: str | None = page.request.get(REFUSED)
    return found


def asked(stream: StreamSpec, page: Row[Any]) -> dict[str, Any] | None:
    """What a page was asked with, where that belongs to its records."""
    return {**page.request["query"], **(page.request["body"] or {})} if stream.for_each else None


def still_needed(engine: Engine, portal: str, stream: str, since: int | None = None) -> list[Row[Any]]:
    """The loaded batches that together are all we know of a stream, oldest first: from the last full one on.

    since: from this batch on instead.
    """
    loaded = [each for each in batches(engine, portal=portal, stream=stream, state="loaded") if each.mode != "replay"]
    if since is not None:
        return [each for each in loaded if each.batch_id >= since]
    last_full = max((number for number, each in enumerate(loaded) if each.mode == "full"), default=0)
    return loaded[last_full:]


def landed_members(shop: Workshop, stream: StreamSpec) -> Iterator[Members]:
    """Every record that was landed of a stream since its last full batch, oldest first; nothing is written.

    Raises ConfigError where nothing is; StoreError, or BrokenAnswer for bytes that are no longer what `format` says.
    """
    sources = still_needed(shop.engine, stream.portal, stream.stream)
    if not sources:
        raise ConfigError("nothing landed", where=stream.name, do="sync it first, or use the golden sample: --sample")
    for source in sources:
        for page in shop.landing.pages(source.batch_id):
            if refusal(page) is None:
                for raw in records_of(shop.landing, stream, page):
                    yield members_of(raw, asked(stream, page))
