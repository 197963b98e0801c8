"""Run and batch records: a run is one visit to a portal, a batch is what one stream brought in it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from connectors.errors import ExplainedError
from gateway.errors import StoreError
from gateway.store.ops import COUNTS, batch, run


@dataclass(frozen=True)
class Counts:
    """The ledger of some records: each is new, changed, unchanged or quarantined, never two, never none."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0

    @property
    def read(self) -> int:
        """All of them."""
        return self.new + self.changed + self.unchanged + self.quarantined

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.quarantined + other.quarantined,
        )

    @classmethod
    def of(cls, row: Row[Any]) -> Counts:
        """From a run's or batch's row."""
        return cls(row.new_count, row.changed_count, row.unchanged_count, row.quarantined_count)


class Progress(NamedTuple):
    """How far a batch is loaded: so many whole pages, and so many records of the page after them."""

    pages: int
    records: int = 0


def open_run(engine: Engine, portal: str, kind: str, trigger: str) -> int:
    """The run of this trigger: the one already open (a task tried again), or a new one.

    Runs of this portal that were left running by a crash are marked interrupted; call it under the portal's lock.
    """
    with engine.begin() as connection:
        running = (run.c.portal == portal) & (run.c.state == "running")
        found = connection.scalar(select(run.c.run_id).where(running, run.c.trigger == trigger))
        connection.execute(
            update(run).where(running, run.c.run_id != (found or 0)).values(state="interrupted", finished_at=func.now())
        )
        if found:
            return int(found)
        row = {
            "portal": portal,
            "kind": kind,
            "trigger": trigger,
            "state": "running",
            "gateway_version": code_version(),
        }
        return int(connection.scalar(insert(run).values(row).returning(run.c.run_id)) or 0)


def find_run(engine: Engine, portal: str, trigger: str = "") -> int | None:
    """The newest run of a portal, or of one trigger."""
    wanted = select(run.c.run_id).where(run.c.portal == portal).order_by(run.c.run_id.desc()).limit(1)
    with engine.connect() as connection:
        return connection.scalar(wanted.where(run.c.trigger == trigger) if trigger else wanted)


def close_run(engine: Engine, run_id: int, error: ExplainedError | None) -> None:
    """Mark a run done or failed."""
    state = {"state": "failed" if error else "done", "error": str(error) if error else None, "finished_at": func.now()}
    with engine.begin() as connection:
        connection.execute(update(run).where(run.c.run_id == run_id).values(state))


def open_batch(engine: Engine, run_id: int, portal: str, stream: str, **more: Any) -> int:
    """A new batch, in state landing. Earlier ones of the stream whose landing never ended are abandoned."""
    with engine.begin() as connection:
        unfinished = (batch.c.portal == portal) & (batch.c.stream == stream) & (batch.c.state == "landing")
        connection.execute(update(batch).where(unfinished).values(state="abandoned", finished_at=func.now()))
        row = {"run_id": run_id, "portal": portal, "stream": stream, "state": "landing", **more}
        return int(connection.scalar(insert(batch).values(row).returning(batch.c.batch_id)) or 0)


def mark_batch(engine: Engine, batch_id: int, **values: Any) -> None:
    """Set columns of a batch in a transaction of its own."""
    with engine.begin() as connection:
        connection.execute(update(batch).where(batch.c.batch_id == batch_id).values(values))


def batches(engine: Engine, **where: Any) -> list[Row[Any]]:
    """Batches with these column values, oldest first."""
    with engine.connect() as connection:
        return list(connection.execute(select(batch).filter_by(**where).order_by(batch.c.batch_id)))


def record(connection: Connection, work: Row[Any], counts: Counts, before: Progress, now: Progress) -> None:
    """Add counts to a batch and its run, in the transaction of the rows they count.

    before, now: how far the batch was loaded, and is. Raises StoreError when the batch is not where this load left it: a
    commit of a killed load may come through after its lock is gone.
    """
    here = (batch.c.batch_id == work.batch_id) & (batch.c.loaded_pages == before.pages)
    here &= batch.c.loaded_records == before.records
    values = {"loaded_pages": now.pages, "loaded_records": now.records}
    if not connection.execute(update(batch).where(here).values(values)).rowcount:
        raise StoreError("another load has gone on with this batch", where=f"batch {work.batch_id}", do="run again")
    more = dict(zip(COUNTS, _values(counts), strict=True))
    for table, key in ((batch, work.batch_id), (run, work.run_id)):
        id_column = table.c[f"{table.name}_id"]
        adding = {name: table.c[name] + value for name, value in more.items()}
        adding["read_count"] = table.c.read_count + counts.read
        connection.execute(update(table).where(id_column == key).values(adding))


def last_full_count(engine: Engine, portal: str, stream: str) -> int:
    """How many records the last complete list that was loaded had; 0 when there was none."""
    complete = select(batch.c.record_count).filter_by(portal=portal, stream=stream, mode="full", state="loaded")
    with engine.connect() as connection:
        return connection.scalar(complete.order_by(batch.c.batch_id.desc()).limit(1)) or 0


def code_version() -> str:
    """The release of the code that runs."""
    return version("public-service-gateway")


def _values(counts: Counts) -> tuple[int, int, int, int]:
    return (counts.new, counts.changed, counts.unchanged, counts.quarantined)
