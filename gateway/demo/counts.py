"""What the nightly sync counted, read from the gateway's own database while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, TypeVar

import psycopg
from psycopg.rows import class_row

from gateway.demo.errors import ServerError

Row = TypeVar("Row")

_QUERY = """
select portal, stream, state, read_count as read, new_count as new, changed_count as changed,
       unchanged_count as unchanged, quarantined_count as quarantined, started_at, finished_at
from ops.batch
where run_id in (select max(run_id) from ops.run where started_at >= %s and kind <> 'reconcile' group by portal)
order by portal, batch_id
"""


@dataclass(frozen=True)
class BatchCounts:
    """One batch of a stream: `read` = new + changed + unchanged + quarantined when it is loaded."""

    portal: str
    stream: str
    state: str
    read: int
    new: int
    changed: int
    unchanged: int
    quarantined: int
    started_at: datetime
    finished_at: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.finished_at is None else (self.finished_at - self.started_at).total_seconds()


def batches(url: str, since: datetime) -> list[BatchCounts]:
    """The batches of each portal's latest sync that began at or after `since`. Empty while there are no tables.

    Raises ServerError when the database does not answer.
    """
    return rows(url, BatchCounts, _QUERY, since)


def rows(url: str, kind: type[Row], query: LiteralString, since: datetime) -> list[Row]:
    """What a query of one instant finds, as objects of a kind; its columns are that kind's fields."""
    address = url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            return connection.cursor(row_factory=class_row(kind)).execute(query, [since]).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return []
    except psycopg.OperationalError as error:
        what = "the gateway's database does not answer"
        raise ServerError(what, "PostgreSQL", "look at its log", str(error)) from error


def by_stream(counted: Iterable[BatchCounts]) -> list[BatchCounts]:
    """One line per portal and stream, sums over its batches, in the order of their first batch."""
    lines: dict[tuple[str, str], BatchCounts] = {}
    for batch in counted:
        key = (batch.portal, batch.stream)
        lines[key] = _sum(lines[key], batch) if key in lines else batch
    return list(lines.values())


def _sum(one: BatchCounts, other: BatchCounts) -> BatchCounts:
    ends = [one.finished_at, other.finished_at]
    return BatchCounts(
        portal=one.portal,
        stream=one.stream,
        state=other.state,
        read=one.read + other.read,
        new=one.new + other.new,
        changed=one.changed + other.changed,
        unchanged=one.unchanged + other.unchanged,
        quarantined=one.quarantined + other.quarantined,
        started_at=min(one.started_at, other.started_at),
        finished_at=None if None in ends else max(end for end in ends if end is not None),
    )
