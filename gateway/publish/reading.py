"""A set's rows and where they come from, read in one snapshot, after they were found to keep the contract's rules."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from gateway.publish.contract import Contract
from gateway.publish.files import Rows
from gateway.publish.origins import Origins, origins
from gateway.publish.quality import require_quality
from gateway.publish.query import rows_sql
from gateway.store.ops import batch

GROUP = 10_000
"""Rows held in memory at once."""


class Read(NamedTuple):
    """last_batch: the newest batch there was; origins: of the rows."""

    last_batch: int
    origins: Origins


def read(connection: Connection, contract: Contract) -> Read:
    """What the snapshot of this connection says of the set. Raises StoreError when rows break rules of the contract."""
    # A set reads whole tables. Just after a first load the server has no statistics of them yet, takes them for
    # empty, and would join them row by row: minutes instead of a second.
    connection.execute(text("set local enable_nestloop = off"))
    last_batch = connection.scalar(select(func.max(batch.c.batch_id)).where(batch.c.state == "loaded")) or 0
    require_quality(connection, contract)
    return Read(last_batch, origins(connection, contract))


def groups(connection: Connection, contract: Contract) -> Generator[Rows, None, None]:
    """All rows in the order of their key, some at a time."""
    with connection.execute(text(rows_sql(contract)), execution_options={"yield_per": GROUP}) as result:
        for part in result.partitions(GROUP):
            yield [tuple(row) for row in part]
