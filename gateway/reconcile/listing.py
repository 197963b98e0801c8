"""What a portal holds of ours is asked for and landed like everything else, but as one quiet reading or not at all.

A list that moves while it is read shows a dossier twice, or not, and either would be told as a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from connectors import pages
from connectors.connection import Connection
from connectors.dates import written
from connectors.errors import ExplainedError, FatalPortalError
from connectors.files.pages import Folder
from connectors.pages import Caller, Page, StreamRequest
from gateway.errors import ConfigError
from gateway.reconcile.pairs import DossierPair
from gateway.reconcile.period import Period
from gateway.runs import close_run, mark_batch, open_batch, open_run
from gateway.sign_on import sign_on
from gateway.store.lock import portal_lock
from gateway.workshop import Workshop

READINGS = 3
"""After so many that moved we stop, and say so."""


@dataclass
class _Reading:
    """One reading of a whole list. note: why it proves nothing; "" when it is good."""

    records: int = 0
    note: str = ""


def fetch_listing(shop: Workshop, pair: DossierPair, period: Period, connection: Connection | None = None) -> int:
    """Fetch and land the list of a period, under the portal's lock; returns its batch. Raises PortalError."""
    caller = sign_on(pair.portal, connection)
    if isinstance(caller, Folder):
        raise ConfigError("files are not asked what they hold", where=pair.name, do="take its file out of reconcile/")
    with portal_lock(shop.engine, pair.portal.portal):
        run_id = open_run(shop.engine, pair.portal.portal, "reconcile", f"reconcile {uuid4().hex[:8]}")
        error: ExplainedError | None = None
        try:
            return _quiet(shop, caller, pair, period, run_id)
        except ExplainedError as caught:
            error = caught.located(pair.listing.name)
            raise error from None
        finally:
            close_run(shop.engine, run_id, error)


def _quiet(shop: Workshop, caller: Caller, pair: DossierPair, period: Period, run_id: int) -> int:
    stream, note = pair.listing, ""
    days = {"cursor_from": _written(period.first), "cursor_to": _written(period.last)}
    for _ in range(READINGS):
        batch_id = open_batch(shop.engine, run_id, stream.portal, stream.stream, mode="period", **days)
        reading = _Reading()
        try:
            arriving = _all(caller, _windows(pair, period), reading)
            for page in shop.landing.land(batch_id, stream.portal, arriving):
                shop.progress(stream.name, "fetch", page.records)
        except ExplainedError as error:
            mark_batch(shop.engine, batch_id, state="failed", error=str(error), finished_at=datetime.now(UTC))
            raise
        if not (note := reading.note):
            mark_batch(shop.engine, batch_id, record_count=reading.records)
            return batch_id
        mark_batch(shop.engine, batch_id, state="abandoned", warning=note, finished_at=datetime.now(UTC))
    raise FatalPortalError(
        f"the list does not hold still ({note}), read {READINGS} times", do="run again when it is quiet"
    )


def _all(caller: Caller, windows: Iterator[tuple[str, StreamRequest]], reading: _Reading) -> Iterator[Page]:
    """The pages of all windows; what each declares must have come."""
    for name, asked in windows:
        came, declared = 0, None
        for page in pages.pages(caller, asked):
            came, declared = came + page.records, page.declared_total
            reading.records += page.records
            reading.note = reading.note or ("it moved" if page.moved else page.note)
            yield replace(page, name=f"{name}{page.name}")
        if declared not in {None, came}:
            reading.note = reading.note or f"{declared} are declared, and {came} came"


def _windows(pair: DossierPair, period: Period) -> Iterator[tuple[str, StreamRequest]]:
    stream, window = pair.listing, pair.window
    if window is None or period.first is None or period.last is None:
        yield "", StreamRequest(stream.request, stream.form, stream.paging)
        return
    begins: date = period.first
    while begins <= period.last:
        ends = min(begins + timedelta(days=window.days - 1), period.last)
        limits = {window.begin: written(begins, window.form), window.end: written(ends, window.form)}
        request = stream.request.with_parameters(limits, window.place)
        yield f"{begins}, ", StreamRequest(request, stream.form, window.each)
        begins = ends + timedelta(days=1)


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None
