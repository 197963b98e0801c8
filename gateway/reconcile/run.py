"""What a reconciliation does, in which order: fetch and land ║ stage, compare, classify ║ settle, repair. One at a time per pair."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, insert, text, update

from connectors.connection import Connection as Portal
from connectors.errors import ExplainedError
from gateway.errors import ConfigError, NeedsPerson
from gateway.log import log
from gateway.reconcile import catalogue, causes, life, probe
from gateway.reconcile.compare import Figures, compare
from gateway.reconcile.listing import fetch_listing
from gateway.reconcile.ours import stage_ours
from gateway.reconcile.pairs import CataloguePair, DossierPair, Pair
from gateway.reconcile.period import Period, period
from gateway.reconcile.repair import repair
from gateway.reconcile.theirs import stage_theirs
from gateway.runs import batches
from gateway.store import ops
from gateway.store.lock import alone
from gateway.store.reconcile import reconciliation
from gateway.workshop import Workshop


@dataclass(frozen=True)
class Report:
    """What one comparison found and did. causes: differences by cause. needing: differences that wait for a person."""

    pair: str
    reconciliation_id: int
    figures: Figures
    refused: int = 0
    moving: int = 0
    causes: dict[str, int] = field(default_factory=dict)
    lives: life.Lives = field(default_factory=life.Lives)
    repaired: int = 0
    needing: int = 0

    def verdict(self) -> ExplainedError | None:
        """What waits for a person, else none."""
        said = {"differences": self.needing, "records that could not be read": self.refused}
        if not any(said.values()):
            return None
        return NeedsPerson(
            " and ".join(f"{count} {what}" for what, count in said.items() if count),
            where=self.pair,
            do=f"see: gateway reconcile list {self.pair}" if self.needing else "see: gateway quarantine list",
        )


@dataclass
class _Work:
    """One reconciliation under way, on a connection with its temporary tables."""

    shop: Workshop
    pair: Pair
    period: Period
    number: int
    connection: Connection


def reconcile(
    shop: Workshop,
    pair: Pair,
    wanted: Period | None = None,
    *,
    mend: bool = False,
    landed: bool = False,
    connection: Portal | None = None,
) -> Report:
    """Compare a pair. mend: put into the outbox again what is safe. landed: the list landed last, without asking the portal.

    Raises PortalError when the other side could not be read, LockedError when the pair is being compared.
    """
    lock, do = f"reconcile:{pair.name}", "wait until it is over"
    with alone(shop.engine, lock, where=pair.name, busy="is being compared", do=do):
        days = wanted or period(pair)
        batch = _landed(shop, pair) if landed and isinstance(pair, DossierPair) else None
        days = _days_of(pair, batch) if batch is not None else days
        number = _begin(shop, pair, days)
        try:
            with _temporary(shop) as database:
                work = _Work(shop, pair, days, number, database)
                return _catalogue(work) if isinstance(pair, CataloguePair) else _dossiers(work, batch, mend, connection)
        except ExplainedError as error:
            _end(shop, number, error=str(error))
            raise error.located(pair.name) from None


def _dossiers(work: _Work, batch: Row[Any] | None, mend: bool, portal: Portal | None) -> Report:
    pair, database = work.pair, work.connection
    assert isinstance(pair, DossierPair)
    was_asked = batch is None
    if batch is None:
        batch_id = fetch_listing(work.shop, pair, work.period, portal)
        [batch] = batches(work.shop.engine, batch_id=batch_id)
    with database.begin():
        refused, figures, moving = _compared(work, pair, batch)
    found = probe.ask(pair, probe.lacking(database), portal) if was_asked else {}
    database.rollback()
    with database.begin():
        probe.correct(database, found)
        report = _settled(work, figures, refused, moving, batch.batch_id)
        repaired = repair(database, work.shop, pair, batch.batch_id) if mend else 0
        return _told(work, report, repaired)


def _compared(work: _Work, pair: DossierPair, batch: Row[Any]) -> tuple[int, Figures, int]:
    database = work.connection
    database.execute(text(causes.UNJUDGED))
    theirs, refused = stage_theirs(database, work.shop, pair, batch, work.period)
    staged = causes.Staged(stage_ours(database, pair, work.period), theirs)
    compare(database, pair.name)
    figures, moving = causes.classify(database, pair, work.period, staged, batch.started_at)
    _close_batch(database, batch, refused)
    for side in ("ours", "theirs"):
        database.execute(text(f"delete from ops.snapshot_{side} where pair = :pair"), {"pair": pair.name})
    return refused, figures, moving


def _catalogue(work: _Work) -> Report:
    assert isinstance(work.pair, CataloguePair)
    with work.connection.begin():
        work.connection.execute(text(causes.FOUND))
        work.connection.execute(text(causes.UNJUDGED))
        figures = catalogue.compare(work.connection, work.pair)
        return _told(work, _settled(work, figures, 0, 0, None), 0)


def _settled(work: _Work, figures: Figures, refused: int, moving: int, batch_id: int | None) -> Report:
    lives = life.settle(work.connection, work.number, work.pair.name, work.pair.kind, work.period)
    counted = work.connection.execute(text("select cause, count(*) as rows from found group by cause order by cause"))
    found = {row.cause: row.rows for row in counted}
    values = {
        "batch_id": batch_id,
        "ours_count": figures.ours,
        "theirs_count": figures.theirs,
        "equal_count": figures.equal,
        "only_ours_count": figures.only_ours,
        "only_theirs_count": figures.only_theirs,
        "differing_count": figures.differing,
        "refused_count": refused,
        "moving_count": moving,
        "cause_counts": found,
        **{f"{name}_count": count for name, count in lives._asdict().items()},
    }
    mine = reconciliation.c.reconciliation_id == work.number
    work.connection.execute(update(reconciliation).where(mine).values(values))
    return Report(work.pair.name, work.number, figures, refused, moving, found, lives)


def _told(work: _Work, report: Report, repaired: int) -> Report:
    """The end of a comparison, in the commit of all it found."""
    needing = life.needing_person(work.connection, work.pair.name)
    mine = reconciliation.c.reconciliation_id == work.number
    ended = {"repaired_count": repaired, "ended_at": func.now()}
    work.connection.execute(update(reconciliation).where(mine).values(ended))
    done = Report(**{**vars(report), "repaired": repaired, "needing": needing})
    log.info("reconciled", pair=report.pair, repaired=repaired, needing=needing, **report.lives._asdict())
    return done


def _begin(shop: Workshop, pair: Pair, days: Period) -> int:
    row = {
        "pair": pair.name,
        "kind": pair.kind,
        "from_date": days.first,
        "to_date": days.last,
        "is_whole": days.is_whole,
    }
    with shop.engine.begin() as connection:
        stale = (reconciliation.c.pair == pair.name) & reconciliation.c.ended_at.is_(None)
        connection.execute(update(reconciliation).where(stale).values(ended_at=func.now(), error="interrupted"))
        return int(
            connection.scalar(insert(reconciliation).values(row).returning(reconciliation.c.reconciliation_id)) or 0
        )


def _end(shop: Workshop, number: int, error: str) -> None:
    mine = reconciliation.c.reconciliation_id == number
    with shop.engine.begin() as connection:
        connection.execute(update(reconciliation).where(mine).values(error=error, ended_at=func.now()))


def _landed(shop: Workshop, pair: DossierPair) -> Row[Any]:
    found = batches(shop.engine, portal=pair.listing.portal, stream=pair.listing.stream, state="loaded")
    if not found:
        raise ConfigError("no list was landed yet", where=pair.name, do="leave out --landed")
    if any(page.destroyed_at for page in shop.landing.pages(found[-1].batch_id)):
        # What is missing there would be told as missing at the portal.
        raise ConfigError(
            "pages of the list landed last were destroyed since", where=pair.name, do="leave out --landed"
        )
    return found[-1]


def _days_of(pair: Pair, batch: Row[Any]) -> Period:
    whole, (first, last) = (
        period(pair),
        (date.fromisoformat(said) if said else None for said in (batch.cursor_from, batch.cursor_to)),
    )
    return Period(first, last, is_whole=first == whole.first)


def _close_batch(connection: Connection, batch: Row[Any], refused: int) -> None:
    """Every record of the list is in the snapshot or in quarantine."""
    read = batch.record_count or 0
    counts = {"read_count": read, "unchanged_count": read - refused, "quarantined_count": refused}
    mine = ops.batch.c.batch_id == batch.batch_id
    connection.execute(update(ops.batch).where(mine).values(state="loaded", finished_at=func.now(), **counts))


@contextmanager
def _temporary(shop: Workshop) -> Iterator[Connection]:
    """A connection whose temporary tables end with it."""
    connection = shop.engine.connect()
    try:
        yield connection
    finally:
        connection.invalidate()
        connection.close()
