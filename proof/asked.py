"""Questions to our database, over one connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from tests.helpers.house import House


@dataclass(frozen=True)
class Ask:
    """A connection that is only read."""

    connection: Connection

    def rows(self, query: str, **binds: Any) -> list[tuple[Any, ...]]:
        """What a query gives."""
        return [tuple(row) for row in self.connection.execute(text(query), binds)]

    def column(self, query: str, **binds: Any) -> list[Any]:
        """The only column of a query."""
        return [value for [value] in self.rows(query, **binds)]


@contextmanager
def asking(house: House) -> Iterator[Ask]:
    """Questions about one moment: everything is read as it was at the first of them."""
    with house.engine() as engine, engine.connect() as connection:
        yield Ask(connection.execution_options(isolation_level="REPEATABLE READ"))
