"""How much a consumer may read: calls per minute, counted in this process, and rows per day, counted in the database."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from sqlalchemy import Connection, select, text, update

from connectors.dates import VIETNAM
from gateway.errors import ConfigError
from gateway.store.access import consumer

MINUTE = 60.0


@dataclass(frozen=True)
class Limits:
    """Of one consumer."""

    consumer_id: int
    calls_per_minute: int
    rows_per_day: int


_SPEND = text("""
    insert into ops.consumer_day as held (consumer_id, day, row_count)
    select :consumer_id, :day, cast(:rows as bigint) where :rows <= :most
    on conflict (consumer_id, day) do update set row_count = held.row_count + excluded.row_count
        where held.row_count + excluded.row_count <= :most
    returning row_count""")
"""One statement, so that calls at the same time cannot spend the same rest twice."""


def limits(connection: Connection, code: str) -> Limits:
    """Those of the consumer of this code."""
    columns = [consumer.c[name] for name in Limits.__dataclass_fields__]
    return Limits(*connection.execute(select(*columns).filter_by(consumer_code=code)).one())


def change(connection: Connection, code: str, **wanted: int | None) -> None:
    """Change the limits that are named, and not None. Raises ConfigError when there is no such consumer, or nothing is named."""
    named = {name: value for name, value in wanted.items() if value is not None}
    if not named:
        raise ConfigError("no limit is named", do="write --calls-per-minute, --rows-per-day, or both")
    told = update(consumer).filter_by(consumer_code=code).values(named).returning(consumer.c.consumer_id)
    if connection.scalar(told) is None:
        raise ConfigError("no such consumer", where=code, do="see: gateway keys list")


def spend(connection: Connection, most: Limits, rows: int) -> bool:
    """Count rows that are about to be given, in the caller's transaction; false when they would be too many for this day.

    None at all are never too many, also for one whose limit was lowered below what it has read. Raises ValueError below zero.
    """
    if rows < 0:
        raise ValueError("rows that were given are counted, never taken back")
    if rows == 0:
        return True
    day = datetime.now(VIETNAM).date()
    binds = {"consumer_id": most.consumer_id, "day": day, "rows": rows, "most": most.rows_per_day}
    return connection.scalar(_SPEND, binds) is not None


def seconds_to_next_day() -> int:
    """How long it is until rows are counted anew, at midnight in Vietnam."""
    now = datetime.now(VIETNAM)
    midnight = (now + timedelta(1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return ceil((midnight - now).total_seconds())


class Calls:
    """The calls of the last minute, by consumer. Several threads may use it."""

    def __init__(self) -> None:
        self._lock, self._times = Lock(), defaultdict[int, deque[float]](deque)

    def wait(self, most: Limits) -> int:
        """Count a call of this moment; or, when it is one too many, the seconds after which it is not."""
        now = time.monotonic()
        with self._lock:
            times = self._times[most.consumer_id]
            while times and times[0] <= now - MINUTE:
                times.popleft()
            if len(times) >= most.calls_per_minute:
                return ceil(times[0] + MINUTE - now) if times else int(MINUTE)
            times.append(now)
            return 0
