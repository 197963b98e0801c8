"""The tables of a set in the schema `share`: its rows, and the log of what changed in them. Made from the contract alone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Connection, MetaData, Table, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.schema import CreateTable, DropTable

from gateway.publish.contract import Column as Declared
from gateway.publish.contract import Contract
from gateway.store import roles

TEXT = sa.Text(collation="C")
"""In byte order, as the files are."""

_TYPES: dict[str, Any] = {
    "string": TEXT,
    "boolean": sa.Boolean(),
    "integer": sa.BigInteger(),
    "number": sa.Numeric(),
    "date": sa.Date(),
    "timestamp": sa.DateTime(timezone=True),
    "array": ARRAY(sa.Text()),
}
LOG = "__change"
"""What follows a set's name in the name of its log."""

BEFORE = "row_"
"""What stands before a set's columns in its log, which has columns of its own."""

WAS = "was_"
"""What stands before the columns of a set's scope in its log, for the values before the change."""


def shape(contract: Contract) -> str:
    """What the tables depend on: a contract with another shape needs them made anew.

    Classes of columns too: what changed while a column was for fewer readers is not told to more.
    """
    columns = [f"{each.name} {each.classification} {each.type}{' filled' * each.required}" for each in contract.columns]
    scope = f"; scope {', '.join(contract.scope.columns)}" if contract.scope.columns else ""
    return f"{', '.join(columns)}; key {', '.join(contract.key)}{scope}"


def classes(said: str) -> frozenset[str]:
    """The classes of columns that tables of this shape have."""
    return frozenset(each.split()[1] for each in said.partition(";")[0].split(", "))


def rows_table(contract: Contract) -> Table:
    """One row per row of the set, by its key."""
    columns = [_column(each, required=each.required or each.is_key) for each in contract.columns]
    key = sa.PrimaryKeyConstraint(*contract.key, name=f"pk_{contract.name}")
    return Table(contract.name, MetaData(), *columns, key, schema="share")


def log_table(contract: Contract) -> Table:
    """One row per change: the publication that brought it, its place there from 1, `added`, `changed` or `removed`, and the row.

    Of a removed row only the key is kept; and of each changed or removed row what the columns of the scope said before: whether it
    was in a reader's reach.
    """
    name = f"{contract.name}{LOG}"
    own: list[Column[Any]] = [
        Column("publication_id", sa.BigInteger(), nullable=False),
        Column("position", sa.BigInteger(), nullable=False),
        Column("change", sa.Text(), nullable=False),
    ]
    columns = [_column(each, required=each.is_key, before=BEFORE) for each in contract.columns]
    scope = contract.scope.columns
    columns += [_column(each, required=False, before=WAS) for each in contract.columns if each.name in scope]
    key = sa.PrimaryKeyConstraint("publication_id", "position", name=f"pk_{name}")
    return Table(name, MetaData(), *own, *columns, key, schema="share")


def make(connection: Connection, contract: Contract) -> None:
    """Make both tables anew, empty, readable by those who may and owned by the group of those who publish."""
    for table in (rows_table(contract), log_table(contract)):
        connection.execute(DropTable(table, if_exists=True))
        connection.execute(CreateTable(table))
    give(connection, contract)


def give(connection: Connection, contract: Contract) -> None:
    """Let both tables be read by those who may: also tables that an earlier release has made for fewer groups."""
    for name in (f'share."{contract.name}"', f'share."{contract.name}{LOG}"'):
        for statement in roles.of_shared_table(connection, name, is_guarded=contract.is_guarded):
            connection.execute(text(statement))


def drop(connection: Connection, dataset: str) -> None:
    """Take both tables of a set away from readers."""
    for name in (dataset, f"{dataset}{LOG}"):
        connection.execute(DropTable(Table(name, MetaData(), schema="share"), if_exists=True))


def _column(said: Declared, *, required: bool, before: str = "") -> Column[Any]:
    return Column(f"{before}{said.name}", _TYPES[said.type], nullable=not required)
