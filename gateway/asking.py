"""What a stream is asked with in one run: how its file, its cursor, today, and what other streams brought become a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from connectors import decode, pages
from connectors.dates import VIETNAM, parsed, today, written
from connectors.errors import FatalPortalError
from connectors.windows import AsOf, DateWindow
from gateway.errors import ConfigError
from gateway.landed import records_of
from gateway.mapping import paths, times
from gateway.mapping.reject import Unfit
from gateway.portals import StreamSpec
from gateway.runs import batches
from gateway.vocabulary import Incremental
from gateway.workshop import Workshop


def wanted(shop: Workshop, stream: StreamSpec, run_id: int, cursor: str | None) -> pages.StreamRequest:
    """A stream's request for this run: from its cursor on, as of today, or a call per value that another stream brought."""
    request, paging, since = stream.request, stream.paging, _since(stream.incremental, cursor)
    if isinstance(paging, DateWindow):
        paging = paging.between(since.astimezone(VIETNAM).date() if since else None, today())
    elif isinstance(paging, AsOf):
        paging = paging.on(today())
    if stream.incremental and stream.incremental.kind == "changed_since":
        request = request.with_parameters(*_changed_since(stream.incremental, since))
    each = (stream.for_each.send, _values_of(shop, stream, run_id)) if stream.for_each else None
    return pages.StreamRequest(request, stream.form, paging, each)


def _since(incremental: Incremental | None, cursor: str | None) -> datetime | None:
    """The moment from which on everything is read again."""
    return _before(incremental, cursor) if incremental and cursor else None


def _before(incremental: Incremental, cursor: str) -> datetime:
    return datetime.fromisoformat(cursor) - timedelta(seconds=incremental.overlap)


def _changed_since(incremental: Incremental, since: datetime | None) -> tuple[dict[str, str], str]:
    moment: date = since or parsed(incremental.first, today())
    return {incremental.send: written(moment, incremental.send_form)}, incremental.place


def _values_of(shop: Workshop, stream: StreamSpec, run_id: int) -> Iterator[str]:
    """The distinct values of a field in what another stream of this run landed, in its order."""
    assert stream.for_each is not None
    source = shop.portal(stream.portal).stream(stream.for_each.stream)
    get = paths.getter(stream.for_each.field)
    seen: set[str] = set()
    for page in shop.landing.pages(_source_batch(shop, source, run_id)):
        if page.destroyed_at is not None:
            what, do = f"pages of {source.stream} were destroyed since", "fetch both together"
            raise ConfigError(f"{what}, and this stream is asked by their values", do=do)
        for raw in records_of(shop.landing, source, page):
            value = get(decode.record(raw))
            if value not in (None, "") and str(value) not in seen:
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


def enough(incremental: Incremental | None, cursor: str | None) -> pages.Enough | None:
    """Newest first: once a page ends before the cursor less the overlap, all further records are known. Else None."""
    if incremental is None or cursor is None or incremental.kind != "newest_first":
        return None
    until = _before(incremental, cursor)
    get, read = paths.getter(incremental.by), times.instant((incremental.form,))

    def _found(last_record: Mapping[str, Any]) -> bool:
        try:
            return bool(read(get(last_record)) < until)
        except Unfit:
            return False  # load puts this record in quarantine; the next page tells whether to go on

    return _found
