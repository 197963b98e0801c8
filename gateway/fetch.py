"""fetch: a stream's request and cursor become landed pages. Nothing is understood beyond what paging needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors import pages
from connectors.errors import ExplainedError, FatalPortalError
from connectors.files.pages import Folder
from connectors.pages import Caller, Page
from gateway import asking, cursors
from gateway.files import taken
from gateway.portals import StreamSpec
from gateway.runs import batches, last_full_count, mark_batch, open_batch
from gateway.workshop import Workshop

FEW = 20
"""A list of fewer records may shrink as it likes."""

MOVED = "the list moved while it was read, and was read a second time"
SHORT = "the portal declares {} records, and {} came, twice"


class ListShrank(FatalPortalError):
    """A complete list came back much shorter than the last one: more likely a fault than the truth."""


def fetch_stream(
    shop: Workshop, caller: Caller | Folder, stream: StreamSpec, run_id: int, *, full: bool, accept_shrunk: bool = False
) -> int:
    """Fetch and land one stream; returns its batch. A failure is kept on the batch and raised with the stream's name.

    accept_shrunk: a person has said that a list that became much shorter is right.
    """
    cursor = None if full else _cursor(shop, caller, stream)
    mode = _mode(shop, stream, cursor)
    batch_id = open_batch(shop.engine, run_id, stream.portal, stream.stream, mode=mode, cursor_from=cursor)
    try:
        asked = asking.wanted(shop, stream, run_id, cursor)
        landed = _land_all(shop, caller, stream, batch_id, asked, cursor, mode == "full")
        if mode == "full" and not accept_shrunk:
            _compare_with_last(shop, stream, landed.records)
    except ExplainedError as error:
        mark_batch(shop.engine, batch_id, state="failed", error=str(error), finished_at=datetime.now(UTC))
        raise error.located(stream.name) from None
    declared = landed.declared_total if mode == "full" and not landed.moved else None
    warning = landed.warning()
    counts = {"record_count": landed.records, "declared_total": declared}
    mark_batch(shop.engine, batch_id, state="landed", warning=warning, **counts)
    return batch_id


def _cursor(shop: Workshop, caller: Caller | Folder, stream: StreamSpec) -> str | None:
    """Where the stream stands: its cursor; of files, whether any were taken."""
    if isinstance(caller, Folder):
        return "the files taken before" if taken(shop.engine, stream) else None
    return cursors.get(shop.engine, stream.portal, stream.stream) if stream.incremental else None


def _mode(shop: Workshop, stream: StreamSpec, cursor: str | None) -> str:
    """`full` when everything comes that there is; a cursor, a queue, or the changes another stream brought make less of it."""
    if cursor or stream.acknowledge:
        return "incremental"
    if stream.for_each:
        known = batches(shop.engine, portal=stream.portal, stream=stream.for_each.stream)
        return next((str(work.mode) for work in reversed(known) if work.mode != "replay"), "full")
    return "full"


@dataclass
class _Landed:
    """What one reading of a stream brought. is_whole: everything was asked for, so that the declared number must come."""

    is_whole: bool
    records: int = 0
    declared_total: int | None = None
    moved: bool = False
    slipped: bool = False
    note: str = ""

    @property
    def is_short(self) -> bool:
        """Another number of records came than the portal declares."""
        return self.is_whole and self.declared_total is not None and self.records != self.declared_total

    def is_doubtful(self, newest_first: bool) -> bool:
        """Whether a record may have been missed.

        Where the newest come first, what is put in above the page that is read comes in the next run; what slips up, since rows
        above it went away, does not.
        """
        fewer = self.is_short and self.records < (self.declared_total or 0)
        return self.slipped or fewer if newest_first else self.moved or self.is_short

    def warning(self) -> str | None:
        """What a person should know of it."""
        if self.moved and self.is_short:
            return SHORT.format(self.declared_total, self.records)
        return MOVED if self.moved else self.note or None


def _land_all(
    shop: Workshop,
    caller: Caller | Folder,
    stream: StreamSpec,
    batch_id: int,
    wanted: pages.StreamRequest,
    cursor: str | None,
    is_whole: bool,
) -> _Landed:
    """Land a stream's pages. A list that moved while it was read is read once more: a row that slipped from a page not yet
    read to one already read would be missed.
    """
    landed = _Landed(is_whole)

    def _readings() -> Iterator[Page]:
        yield from _watched(landed, _pages(shop, caller, stream, wanted, cursor))
        if landed.is_doubtful(newest_first=stream.incremental is not None):
            landed.records, landed.moved = 0, True
            yield from _watched(landed, _pages(shop, caller, stream, wanted, cursor))

    for page in shop.landing.land(batch_id, stream.portal, _readings()):
        shop.progress(stream.name, "fetch", page.records)
    return landed


def _watched(landed: _Landed, arriving: Iterator[Page]) -> Iterator[Page]:
    for page in arriving:
        landed.records += page.records
        landed.declared_total = page.declared_total
        landed.moved = landed.moved or page.moved
        landed.slipped = landed.slipped or page.slipped
        landed.note = landed.note or page.note
        yield page


def _pages(
    shop: Workshop, caller: Caller | Folder, stream: StreamSpec, wanted: pages.StreamRequest, cursor: str | None
) -> Iterator[Page]:
    if isinstance(caller, Folder):
        return caller.pages(stream.request.operation, stream.form, taken(shop.engine, stream) if cursor else ())
    return pages.pages(caller, wanted, asking.enough(stream.incremental, cursor))


def _compare_with_last(shop: Workshop, stream: StreamSpec, count: int) -> None:
    last = last_full_count(shop.engine, stream.portal, stream.stream)
    if last >= FEW and count < last * stream.may_shrink_to:
        raise ListShrank(
            f"the complete list came with {count} records, after {last} the last time: it is held back",
            do="ask the portal's operator; if it is right: gateway sync "
            f"{stream.portal} --full --stream {stream.stream} --accept-shrunk",
        )
