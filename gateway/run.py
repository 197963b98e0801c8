"""What runs, in which order: a portal's streams are fetched and landed, then decoded, mapped and upserted, under its lock."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, select

from connectors.connection import Connection, MissingConnection
from connectors.errors import ExplainedError, FatalPortalError, PortalAway, SignInRefused
from connectors.files.pages import Folder
from connectors.pages import Caller
from gateway import conflicts, drift
from gateway.errors import NeedsPerson, StoreError
from gateway.fetch import fetch_stream
from gateway.load import load_batch
from gateway.log import log
from gateway.personal.pages import destroy_loaded
from gateway.portals import PortalSpec, StreamSpec
from gateway.queues import settle
from gateway.retirement import due_count
from gateway.runs import Counts, batches, close_run, find_run, mark_batch, open_run
from gateway.sign_on import sign_on
from gateway.store.lock import portal_lock
from gateway.store.ops import batch
from gateway.workshop import Workshop


@dataclass(frozen=True)
class Report:
    """What a run did. errors: one for each stream that failed. drift: a line for each member that was not as usual.

    due: records that wait for a person to retire or keep them.
    """

    run_id: int
    portal: str
    counts: Counts = field(default_factory=Counts)
    errors: tuple[ExplainedError, ...] = ()
    drift: tuple[str, ...] = ()
    due: int = 0

    def verdict(self) -> ExplainedError | None:
        """The error the run ends with: the gravest failure, else what waits for a person, else none."""
        if self.errors:
            return max(self.errors, key=lambda error: error.exit_code)
        if self.counts.quarantined:
            return NeedsPerson(
                f"{self.counts.quarantined} records are in quarantine",
                where=self.portal,
                do=f"see: gateway quarantine list {self.portal}",
            )
        if self.due:
            return NeedsPerson(
                f"{self.due} records left their list, more than its limit: nothing is retired without a person",
                where=self.portal,
                do=f"see: gateway retire list {self.portal}",
            )
        return None


@dataclass(frozen=True)
class Visit:
    """One visit to a portal: the tools, the portal, and who calls it (None where nobody needs to)."""

    shop: Workshop
    spec: PortalSpec
    caller: Caller | Folder | None
    full: bool = False
    accept_shrunk: bool = False


def sync(shop: Workshop, portal: str, *, full: bool = False, only: str = "", accept_shrunk: bool = False) -> Report:
    """Fetch and load all streams of a portal, or `only` one. Failures of single streams are in the report, not raised.

    accept_shrunk: a person has said that lists that became much shorter are right.
    """
    spec = shop.portal(portal)
    visit = Visit(shop, spec, sign_on(spec), full, accept_shrunk)
    streams = _wanted(spec, only)
    with portal_lock(shop.engine, portal):
        run_id = _open(shop, portal, full, _command())
        return _load_and_close(visit, run_id, _fetch(visit, streams, run_id))


def fetch(
    shop: Workshop,
    portal: str,
    *,
    full: bool = False,
    trigger: str = "",
    only: str = "",
    connection: Connection | None = None,
) -> Report:
    """Fetch and land a portal's streams; the run stays open for `load`.

    trigger: who asks, such as an Airflow run id. The same trigger again (a task tried again) goes on with its run, and
    streams that run has landed are not asked for again.
    """
    spec = shop.portal(portal)
    visit = Visit(shop, spec, sign_on(spec, connection), full)
    streams = _wanted(spec, only)
    with portal_lock(shop.engine, portal):
        run_id = _open(shop, portal, full, trigger or _command())
        return Report(run_id, portal, errors=_fetch(visit, streams, run_id))


def load(shop: Workshop, portal: str, *, trigger: str = "", connection: Connection | None = None) -> Report:
    """Load everything the portal has landed, and close the trigger's run (without a trigger, the newest one).

    The portal is called only where it has a queue that wants to be acknowledged.
    """
    spec = shop.portal(portal)
    caller = sign_on(spec, connection) if any(stream.acknowledge for stream in spec.streams) else None
    visit = Visit(shop, spec, caller)
    with portal_lock(shop.engine, portal):
        run_id = find_run(shop.engine, portal, trigger) or _open(shop, portal, False, trigger or _command())
        return _load_and_close(visit, run_id, _fetch_failures(shop, run_id))


def _open(shop: Workshop, portal: str, full: bool, trigger: str) -> int:
    log.info("run opened", portal=portal, trigger=trigger)
    return open_run(shop.engine, portal, "full" if full else "incremental", trigger)


def _wanted(spec: PortalSpec, only: str) -> Sequence[StreamSpec]:
    """The streams to fetch. Asked for before a run is opened: a mistake in their files opens none."""
    return [spec.stream(only)] if only else spec.streams


def _fetch(visit: Visit, streams: Sequence[StreamSpec], run_id: int) -> tuple[ExplainedError, ...]:
    errors: list[ExplainedError] = []
    done = batches(visit.shop.engine, run_id=run_id)
    landed = {work.stream for work in done if work.state in {"landed", "loaded"}}
    for stream in streams:
        if stream.stream in landed:
            continue
        try:
            _fetch_one(visit, stream, run_id)
        except ExplainedError as error:
            log.error("fetch failed", portal=stream.portal, stream=stream.stream, error=str(error))
            errors.append(error)
            # The other streams would meet the same; and a wrong password asked again may lock the account.
            if isinstance(error, PortalAway | SignInRefused | MissingConnection | StoreError):
                break
    return tuple(errors)


def _fetch_one(visit: Visit, stream: StreamSpec, run_id: int) -> None:
    assert visit.caller is not None
    batch_id = fetch_stream(
        visit.shop, visit.caller, stream, run_id, full=visit.full, accept_shrunk=visit.accept_shrunk
    )
    work = batches(visit.shop.engine, batch_id=batch_id)[0]
    log.info(
        "landed", portal=stream.portal, stream=stream.stream, batch=batch_id, pages=work.page_count, mode=work.mode
    )


def _load_and_close(visit: Visit, run_id: int, errors: tuple[ExplainedError, ...]) -> Report:
    shop, portal = visit.shop, visit.spec.portal
    failed = list(errors)
    counts = Counts()
    drifted: list[str] = []
    waiting = batches(shop.engine, portal=portal, state="landed")
    while waiting:
        work = waiting.pop(0)
        try:
            counts += _load_one(shop, work)
            drifted += _tell_drift(shop, work)
            # A queue shows again what a batch of a broken run brought: then the newer batch is the one to acknowledge.
            if all(other.stream != work.stream for other in waiting):
                waiting.extend(_next_of_queue(visit, work))
            destroy_loaded(shop, work)
        except ExplainedError as error:
            log.error("load failed", portal=portal, stream=work.stream, batch=work.batch_id, error=str(error))
            failed.append(error)
            # When it is the database that failed, the note cannot be written either; the error itself is still raised.
            with suppress(ExplainedError):
                mark_batch(shop.engine, work.batch_id, error=str(error))
    _record_conflicts(visit, run_id, counts)
    _close(shop, run_id, failed)
    due = 0 if failed else due_count(shop.engine, portal)
    return Report(run_id, portal, counts, tuple(failed), tuple(drifted), due)


def _record_conflicts(visit: Visit, run_id: int, counts: Counts) -> None:
    """What portals disagree on is written down with both values, whenever something changed."""
    if not (counts.new or counts.changed):
        return
    entities = {stream.into for stream in visit.spec.streams}
    if new := conflicts.record(visit.shop, run_id, entities):
        log.warning("portals disagree", portal=visit.spec.portal, new=new, see="gateway mapping conflicts")


def _load_one(shop: Workshop, work: Row[Any]) -> Counts:
    done = load_batch(shop, work)
    log.info("loaded", portal=work.portal, stream=work.stream, batch=work.batch_id, **vars(done))
    _compare_declared(shop, work.batch_id)
    return done


def _tell_drift(shop: Workshop, work: Row[Any]) -> list[str]:
    lines = drift.told_of(shop.engine, work.batch_id)
    for line in lines:
        log.warning("drift", portal=work.portal, stream=work.stream, batch=work.batch_id, what=line)
    return [f"{work.portal}/{work.stream}: drift: {line} → see: gateway drift {work.portal}" for line in lines]


def _next_of_queue(visit: Visit, work: Row[Any]) -> list[Row[Any]]:
    """What a queue shows next, after it was told that we have what it showed."""
    stream = visit.spec.stream(work.stream)
    if stream.acknowledge is None or visit.caller is None or isinstance(visit.caller, Folder):
        return []
    following = settle(visit.shop, visit.caller, stream, work)
    return [] if following is None else [following]


def _compare_declared(shop: Workshop, batch_id: int) -> None:
    """A portal that declares a total must have shown as many records; rows that move while we read make the two differ."""
    work = batches(shop.engine, batch_id=batch_id)[0]
    if work.warning:
        log.warning(work.warning, portal=work.portal, stream=work.stream)
    if work.declared_total is not None and work.declared_total != work.read_count:
        log.warning(
            "declared and read differ",
            portal=work.portal,
            stream=work.stream,
            declared=work.declared_total,
            read=work.read_count,
        )


def _close(shop: Workshop, run_id: int, failed: list[ExplainedError]) -> None:
    try:
        close_run(shop.engine, run_id, max(failed, key=lambda each: each.exit_code) if failed else None)
    except ExplainedError:
        # When the database is what failed, the run is marked interrupted by the next one.
        if not failed:
            raise


def _command() -> str:
    """A trigger for a command: each is a run of its own."""
    return f"command {uuid4().hex[:8]}"


def _fetch_failures(shop: Workshop, run_id: int) -> tuple[ExplainedError, ...]:
    """Streams whose last try in this run failed."""
    newest: dict[str, Row[Any]] = {}
    with shop.engine.connect() as connection:
        for row in connection.execute(select(batch).filter_by(run_id=run_id).order_by(batch.c.batch_id)):
            newest[row.stream] = row
    return tuple(
        FatalPortalError(f"was not fetched in this run: {row.error}", where=f"{row.portal}/{row.stream}")
        for row in newest.values()
        if row.state == "failed"
    )
