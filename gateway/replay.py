"""replay: landed bytes are decoded, mapped and upserted again, without touching a portal; for mended mappings and lost tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from connectors.errors import ExplainedError
from gateway.errors import ConfigError
from gateway.landed import still_needed
from gateway.load import load_batch
from gateway.run import Report
from gateway.runs import Counts, batches, close_run, mark_batch, open_batch, open_run
from gateway.store.lock import portal_lock
from gateway.workshop import Workshop


def replay(shop: Workshop, portal: str, stream: str = "", since: int | None = None) -> Report:
    """Load again what was landed, oldest first: for each stream from its last full batch on, or from batch `since` on.

    Oldest first, up to the newest, since a part of the past alone would put old content over new. Reaches back as far as
    the data keys do.
    """
    with portal_lock(shop.engine, portal):
        names = [stream] if stream else [spec.stream for spec in shop.portal(portal).streams]
        for name in names:
            shop.portal(portal).stream(name)
        sources = [work for name in names for work in still_needed(shop.engine, portal, name, since)]
        if not sources:
            raise ConfigError("nothing landed to replay", where=f"{portal}/{stream or '*'}", do="see: gateway status")
        run_id = open_run(shop.engine, portal, "replay", "command replay")
        counts = Counts()
        try:
            for source in sources:
                counts += _again(shop, source, run_id)
        except ExplainedError as error:
            close_run(shop.engine, run_id, error)
            raise
        close_run(shop.engine, run_id, None)
        return Report(run_id, portal, counts)


def _again(shop: Workshop, source: Row[Any], run_id: int) -> Counts:
    batch_id = open_batch(
        shop.engine, run_id, source.portal, source.stream, mode="replay", source_batch_id=source.batch_id
    )
    mark_batch(shop.engine, batch_id, state="landed", page_count=source.page_count)
    return load_batch(shop, batches(shop.engine, batch_id=batch_id)[0])
