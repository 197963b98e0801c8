"""Acknowledged queues (hàng đợi có xác nhận): a portal shows records again and again until we say that we have them.

We say so only after the commit that holds them, and then ask for the next ones: a portal may show only so many at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from connectors import decode
from connectors.errors import ExplainedError, FatalPortalError
from connectors.formats import Format
from connectors.pages import Caller
from connectors.request import Request
from gateway.fetch import fetch_stream
from gateway.landed import records_of
from gateway.mapping import paths
from gateway.portals import StreamSpec
from gateway.runs import batches, mark_batch
from gateway.workshop import Workshop


def settle(shop: Workshop, caller: Caller, stream: StreamSpec, work: Row[Any]) -> Row[Any] | None:
    """Acknowledge a loaded batch and fetch what the queue shows next; None once it is empty.

    Raises FatalPortalError when the portal shows again what was acknowledged.
    """
    marks = set(_marks(shop, stream, work))
    if not marks:
        return None
    try:
        caller.call(_acknowledgement(stream, sorted(marks)), Format(records=decode.WHOLE))
    except ExplainedError as error:
        raise error.located(f"{stream.name}: acknowledging {len(marks)} records") from None
    mark_batch(shop.engine, work.batch_id, acknowledged_at=datetime.now(UTC))
    batch_id = fetch_stream(shop, caller, stream, work.run_id, full=True, accept_shrunk=True)
    following = batches(shop.engine, batch_id=batch_id)[0]
    if again := marks & set(_marks(shop, stream, following)):
        raise FatalPortalError(
            f"the portal shows {len(again)} records again that it let us acknowledge",
            where=stream.name,
            do="compare `acknowledge` in the mapping with the portal's contract",
        )
    return following


def _marks(shop: Workshop, stream: StreamSpec, work: Row[Any]) -> Iterator[str]:
    """The marks of a batch's records, as the portal knows them."""
    assert stream.acknowledge is not None
    get = paths.getter(stream.acknowledge.mark)
    for page in shop.landing.pages(work.batch_id):
        for raw in records_of(shop.landing, stream, page):
            if (mark := get(decode.record(raw))) is not None:
                yield str(mark)


def _acknowledgement(stream: StreamSpec, marks: list[str]) -> Request:
    told = stream.acknowledge
    assert told is not None
    return Request("POST", told.path, body={told.send: told.join.join(marks) if told.join else marks})
