"""DuckDB reads CSV, JSON Lines and Parquet. For the two text files it is told the declared types; Parquet brings its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from folder import declared, judge
from plain import table

COLUMNS = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "number": "DECIMAL(38,6)",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "array": "VARCHAR[]",
}
KINDS = {column: kind for kind, column in COLUMNS.items()}

database = duckdb.connect()
database.execute("set TimeZone = 'UTC'")


def read(name: str, version: Path) -> dict[str, Any]:
    """The table of each file of a version."""
    columns = {column: COLUMNS[kind] for column, kind in declared(version).items()}
    # In CSV a list stands as JSON, which is read as text first.
    texts = {column: "JSON" if kind == "VARCHAR[]" else kind for column, kind in columns.items()}
    wanted = ", ".join(f"{column}::{kind} as {column}" for column, kind in columns.items())
    return {
        "csv": _told(
            f"select {wanted} from read_csv('{version}/{name}.csv', header = true, delim = ',', quote = '\"', escape = '\"',"
            f" auto_detect = false, nullstr = '', columns = {texts})"
        ),
        "jsonl": _told(f"from read_json('{version}/{name}.jsonl', format = 'newline_delimited', columns = {columns})"),
        "parquet": _told(f"from '{version}/{name}.parquet'"),
    }


def _told(query: str) -> dict[str, Any]:
    """What a query gives, with the types that DuckDB says it has."""
    types = {name: KINDS[kind] for name, kind, *_ in database.execute(f"describe {query}").fetchall()}
    return table(types, database.execute(query).fetchall())


judge(read)
