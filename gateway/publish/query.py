"""The SQL of a set: its rows in the order of their key, the types of its columns, the rows that break a rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import psycopg
from sqlalchemy import Engine

from gateway.errors import ConfigError
from gateway.publish.contract import Column, Contract, Rule

_TYPES = {
    16: "boolean",
    20: "integer",
    21: "integer",
    23: "integer",
    25: "string",
    1009: "array",
    1015: "array",
    1043: "string",
    1082: "date",
    1184: "timestamp",
    1700: "number",
}
"""PostgreSQL's numbers of types, as our types. A timestamp without time zone is none: nobody could say which instant it is."""


def rows_sql(contract: Contract) -> str:
    """All rows, by key in byte order, which is the same on every server and in Python.

    A text without a letter is nothing: CSV cannot tell the two apart, and one set must not say both.
    """
    columns = {column.name: column for column in contract.columns}
    given = ", ".join(map(_given, contract.columns))
    order = ", ".join(_order(columns[name]) for name in contract.key)
    return f"select {given} from ({contract.query}) as rows order by {order}"


def wrong_sql(contract: Contract, rule: Rule) -> str:
    """The keys of the rows that break a rule."""
    return f"select {', '.join(contract.key)} from ({contract.query}) as rows where {rule.wrong}"


def counts_sql(contract: Contract, rules: Sequence[Rule]) -> str:
    """One row: how many rows break each rule, all counted in one reading."""
    counts = ", ".join(f"count(*) filter (where {rule.wrong})" for rule in rules)
    return f"select {counts} from ({contract.query}) as rows"


def repeated_sql(contract: Contract) -> str:
    """The keys that stand more than once."""
    key = ", ".join(contract.key)
    return f"select {key} from ({contract.query}) as rows group by {key} having count(*) > 1"


def described(engine: Engine, contract: Contract) -> dict[str, str]:
    """The query's columns in order, and the type of each ("" for one that no file can hold). Reads no row.

    Raises ConfigError with what the server says of the query.
    """
    found = _asked(engine, f"select * from ({contract.query}) as rows limit 0")
    return {column.name: _TYPES.get(column.type_code, "") for column in found}


def described_sources(engine: Engine, contract: Contract) -> tuple[str, ...]:
    """The columns of the query of `sources`; none where the contract has no such query. Raises ConfigError as above."""
    if not contract.sources:
        return ()
    return tuple(column.name for column in _asked(engine, f"select * from ({contract.sources}) as rows limit 0"))


def compile_rule(engine: Engine, contract: Contract, rule: Rule) -> None:
    """Let the server plan a rule's query. Raises ConfigError with what it says of it. Reads no row."""
    _asked(engine, f"explain {wrong_sql(contract, rule)}")


def _asked(engine: Engine, statement: str) -> Sequence[psycopg.Column]:
    """Past our own wording of errors, which hides what the server says: these statements meet no row that it could quote."""
    with engine.connect() as connection:
        cursor = cast("psycopg.Cursor", connection.connection.cursor())
        try:
            cursor.execute(statement)
        except (psycopg.ProgrammingError, psycopg.DataError) as error:
            said = str(error).partition("\n")[0]
            raise ConfigError(said, do="correct the SQL; if a table is missing, run: gateway db upgrade") from None
        return tuple(cursor.description or ())


def _given(column: Column) -> str:
    return f"nullif({column.name}, '') as {column.name}" if column.type == "string" else column.name


def _order(column: Column) -> str:
    return f'{column.name} collate "C"' if column.type == "string" else column.name
