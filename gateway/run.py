"""What runs, in which order: a portal's streams are fetched and landed, then decoded, mapped and upserted, under its lock."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy import Row, select

from connectors.auth import SignedIn
from connectors.connection import Connection, MissingConnection
from connectors.errors import ExplainedError, FatalPortalError, PortalAway, SignInRefused
from gateway.errors import NeedsPerson, StoreError
from gateway.fetch import fetch_stream, sign_on
from gateway.load import load_batch
from gateway.log import log
from gateway.portals import PortalSpec, StreamSpec
from gateway.runs import Counts, batches, close_run, find_run, mark_batch, open_run
from gateway.store.database import portal_lock
from gateway.store.ops import batch
from gateway.workshop import Workshop


@dataclass(frozen=True)
class Report:
    """What a run did. errors: one for each stream that failed."""

    run_id: int
    portal: str
    counts: Counts = field(default_factory=Counts)
    errors: tuple[ExplainedError, ...] = ()

    def verdict(self) -> ExplainedError | None:
        """The error the run ends with: the gravest failure, else that something is quarantined, else none."""
        if self.errors:
            return max(self.errors, key=lambda error: error.exit_code)
        if self.counts.quarantined:
            return NeedsPerson(
                f"{self.counts.quarantined} records are in quarantine",
                where=self.portal,
                do=f"see: gateway quarantine list {self.portal}",
            )
        return None


def sync(shop: Workshop, portal: str, *, full: bool = False, only: str = "") -> Report:
    """Fetch and load all streams of a portal, or `only` one. Failures of single streams are in the report, not raised."""
    spec = shop.portal(portal)
    client, streams = sign_on(spec), _wanted(spec, only)
    with portal_lock(shop.engine, portal):
        run_id = _open(shop, portal, full, _command())
        return _load_and_close(shop, portal, run_id, _fetch(shop, client, streams, run_id, full))


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
    client, streams = sign_on(spec, connection), _wanted(spec, only)
    with portal_lock(shop.engine, portal):
        run_id = _open(shop, portal, full, trigger or _command())
        return Report(run_id, portal, errors=_fetch(shop, client, streams, run_id, full))


def load(shop: Workshop, portal: str, *, trigger: str = "") -> Report:
    """Load everything the portal has landed, and close the trigger's run (without a trigger, the newest one)."""
    with portal_lock(shop.engine, portal):
        run_id = find_run(shop.engine, portal, trigger) or _open(shop, portal, False, trigger or _command())
        return _load_and_close(shop, portal, run_id, _fetch_failures(shop, run_id))


def _open(shop: Workshop, portal: str, full: bool, trigger: str) -> int:
    log.info("run opened", portal=portal, trigger=trigger)
    return open_run(shop.engine, portal, "full" if full else "incremental", trigger)


def _wanted(spec: PortalSpec, only: str) -> Sequence[StreamSpec]:
    """The streams to fetch. Asked for before a run is opened: a mistake in their files opens none."""
    return [spec.stream(only)] if only else spec.streams


def _fetch(
    shop: Workshop, client: SignedIn, streams: Sequence[StreamSpec], run_id: int, full: bool
) -> tuple[ExplainedError, ...]:
    errors: list[ExplainedError] = []
    landed = {work.stream for work in batches(shop.engine, run_id=run_id) if work.state in {"landed", "loaded"}}
    for stream in streams:
        if stream.stream in landed:
            continue
        try:
            _fetch_one(shop, client, stream, run_id, full)
        except ExplainedError as error:
            log.error("fetch failed", portal=stream.portal, stream=stream.stream, error=str(error))
            errors.append(error)
            # The other streams would meet the same; and a wrong password asked again may lock the account.
            if isinstance(error, PortalAway | SignInRefused | MissingConnection | StoreError):
                break
    return tuple(errors)


def _fetch_one(shop: Workshop, client: SignedIn, stream: StreamSpec, run_id: int, full: bool) -> None:
    batch_id = fetch_stream(shop, client, stream, run_id, full)
    work = batches(shop.engine, batch_id=batch_id)[0]
    log.info(
        "landed", portal=stream.portal, stream=stream.stream, batch=batch_id, pages=work.page_count, mode=work.mode
    )


def _load_and_close(shop: Workshop, portal: str, run_id: int, errors: tuple[ExplainedError, ...]) -> Report:
    failed = list(errors)
    counts = Counts()
    for work in batches(shop.engine, portal=portal, state="landed"):
        try:
            done = load_batch(shop, work)
            log.info("loaded", portal=portal, stream=work.stream, batch=work.batch_id, **vars(done))
            _compare_declared(shop, work.batch_id)
            counts += done
        except ExplainedError as error:
            log.error("load failed", portal=portal, stream=work.stream, batch=work.batch_id, error=str(error))
            failed.append(error)
            # When it is the database that failed, the note cannot be written either; the error itself is still raised.
            with suppress(ExplainedError):
                mark_batch(shop.engine, work.batch_id, error=str(error))
    report = Report(run_id, portal, counts, tuple(failed))
    _close(shop, run_id, failed)
    return report


def _compare_declared(shop: Workshop, batch_id: int) -> None:
    """A portal that declares a total must have shown as many records; rows that move while we read make the two differ."""
    work = batches(shop.engine, batch_id=batch_id)[0]
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
    newest: dict[str, Row[tuple[object, ...]]] = {}
    with shop.engine.connect() as connection:
        for row in connection.execute(select(batch).filter_by(run_id=run_id).order_by(batch.c.batch_id)):
            newest[row.stream] = row
    return tuple(
        FatalPortalError(f"was not fetched in this run: {row.error}", where=f"{row.portal}/{row.stream}")
        for row in newest.values()
        if row.state == "failed"
    )
