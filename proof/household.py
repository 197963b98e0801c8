"""A whole gateway for one proof: an embedded PostgreSQL, a landing folder, and loads of bodies that no portal sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from connectors.pages import Page
from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from gateway.load import load_batch
from gateway.portals import StreamSpec
from gateway.runs import Counts, batches, mark_batch, open_batch, open_run
from gateway.workshop import Workshop
from tests.helpers.house import House
from tests.helpers.memory import memory_folder
from tests.helpers.server import Server


@contextmanager
def household() -> Iterator[House]:
    """An empty, migrated house. Takes some seconds."""
    with (
        memory_folder() as place,
        EmbeddedPostgres(place / "data", settings=FORGETFUL, keep=False) as postgres,
    ):
        server = Server(postgres)
        yield House(server.url(server.database()), place)


def load(shop: Workshop, stream: StreamSpec, bodies: Sequence[bytes], count: int) -> Counts:
    """Land these bodies, `count` records in all, as the pages of one answer, and load them."""
    request: dict[str, Any] = {"method": "GET", "path": "/", "query": {}, "body": None}
    pages = [Page("proof", request, body, datetime.now(UTC), count) for body in bodies]
    run_id = open_run(shop.engine, stream.portal, "full", "proof")
    batch_id = open_batch(shop.engine, run_id, stream.portal, stream.stream, mode="full", cursor_from=None)
    for _ in shop.landing.land(batch_id, stream.portal, iter(pages)):
        pass
    mark_batch(shop.engine, batch_id, state="landed")
    [work] = batches(shop.engine, batch_id=batch_id)
    return load_batch(shop, work)
