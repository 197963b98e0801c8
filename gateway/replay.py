"""replay: landed bytes are decoded, mapped and upserted again, without touching a portal; for mended mappings and lost tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text

from connectors.errors import ExplainedError
from gateway.errors import ConfigError
from gateway.landed import still_needed
from gateway.load import load_batch
from gateway.log import log
from gateway.personal.pages import destroy_loaded
from gateway.run import Report
from gateway.runs import Counts, batches, close_run, mark_batch, open_batch, open_run
from gateway.store.lock import portal_lock
from gateway.workshop import Workshop


def replay(shop: Workshop, portal: str, stream: str = "", since: int | None = None) -> Report:
    """Load again what was landed, oldest first: for each stream from its last full batch on, or from batch `since` on.

    Oldest first, up to the newest, since a part of the past alone would put old content over new. Reaches back as far as
    the landed bytes do: pages that retention or an erasure destroyed are passed over, and the batch's warning says so.
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
    gone = _destroyed(shop, source.batch_id)
    if gone:
        log.warning(gone, portal=source.portal, stream=source.stream, batch=source.batch_id)
    mark_batch(shop.engine, batch_id, state="landed", page_count=source.page_count, warning=gone or None)
    work = batches(shop.engine, batch_id=batch_id)[0]
    counts = load_batch(shop, work)
    destroy_loaded(shop, work)
    return counts


def _destroyed(shop: Workshop, batch_id: int) -> str:
    """What of a batch cannot be replayed any more, why, and how far back the stream's bytes reach; empty: nothing is missing."""
    with shop.engine.connect() as connection:
        rows = connection.execute(text(_DESTROYED), {"batch_id": batch_id}).all()
    if not rows:
        return ""
    said = ", ".join(f"{row.pages} by erasure {row.erasure_id} ({row.why})" for row in rows)
    reach = f"landed bytes reach back to {rows[0].reach:%Y-%m-%d}" if rows[0].reach else "no landed bytes are left"
    return f"landed pages were destroyed: {said}; {reach}"


_DESTROYED = """
    select count(*) as pages, e.erasure_id, e.class as why, (
        select min(l.received_at) from landing.page as l join ops.batch as b using (batch_id)
        where l.destroyed_at is null and (b.portal, b.stream) = (
            select portal, stream from ops.batch where batch_id = :batch_id)) as reach
    from landing.page as p
    cross join lateral (select min(erasure_id) as erasure_id from ops.erased_page as of where of.page_id = p.page_id) as first
    join ops.erasure as e using (erasure_id)
    where p.batch_id = :batch_id and p.destroyed_at is not null group by e.erasure_id, e.class order by e.erasure_id"""
