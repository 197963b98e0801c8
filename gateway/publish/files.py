"""The files of one version: CSV, JSON Lines and Parquet, written row group by row group, and their Data Package."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gateway.publish.contract import Column, Contract
from gateway.publish.json_lines import lines

VERSION = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
"""The name of a version."""

_ARROW = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.decimal128(38, 6),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "array": pa.list_(pa.string()),
}
_FRICTIONLESS = {"timestamp": "datetime"}

PIECE = 2_000
"""Rows of a written version that are held in memory at once."""

Rows = Sequence[tuple[Any, ...]]
Record = dict[str, Any]
"""A row by the names of its columns."""


def write_files(folder: Path, contract: Contract, groups: Iterable[Rows]) -> tuple[int, str]:
    """Write all three in one pass; returns the number of rows and the SHA-256 of their content (of the JSON Lines)."""
    names = [column.name for column in contract.columns]
    count, digest = 0, hashlib.sha256()
    with ExitStack() as stack:
        text = stack.enter_context((folder / f"{contract.name}.csv").open("w", encoding="utf-8", newline=""))
        file = stack.enter_context((folder / f"{contract.name}.jsonl").open("wb"))
        schema = _arrow_schema(contract)
        parquet = stack.enter_context(pq.ParquetWriter(folder / f"{contract.name}.parquet", schema, compression="zstd"))
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow(names)
        for rows in groups:
            table.writerows(_as_text(rows))
            block = lines(names, rows)
            file.write(block)
            digest.update(block)
            parquet.write_table(_arrow_table(rows, schema))
            count += len(rows)
    return count, digest.hexdigest()


def records_of(folder: Path, name: str) -> Iterator[Record]:
    """The rows of a written version of a set, in the order of their key, read piece by piece."""
    with pq.ParquetFile(folder / f"{name}.parquet") as file:
        for part in file.iter_batches(PIECE):
            yield from part.to_pylist()


def write_package(folder: Path, contract: Contract, version: str, count: int, changes: Record | None) -> None:
    """datapackage.json: what the files are, their columns, sizes and checksums, and how many rows changed since which version."""
    package: Record = {
        "name": contract.name.replace("_", "-"),
        "title": contract.title,
        "description": contract.purpose,
        "version": version,
        "created": version_time(version).isoformat().replace("+00:00", "Z"),
        "profile": "data-package",
        "sources": [{"title": stream} for stream in contract.streams],
        "resources": [_resource(path, contract, count) for path in _in_order(folder, contract)],
    }
    if changes is not None:
        package["changes"] = changes
    (folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _in_order(folder: Path, contract: Contract) -> list[Path]:
    """The set's own files by name, the table first, which many readers take; then what goes with them."""
    return sorted(folder.iterdir(), key=lambda path: (not path.name.startswith(f"{contract.name}."), path.name))


def version_time(version: str) -> datetime:
    """When a version was made, read from its name."""
    return datetime.strptime(version.split("-", maxsplit=1)[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _as_text(rows: Rows) -> Iterator[list[Any]]:
    """CSV cells: ISO dates, instants in UTC with Z, true and false, lists as JSON, nothing for nothing."""
    for row in rows:
        yield [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    if value is None or value.__class__ is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _arrow_schema(contract: Contract) -> pa.Schema:
    return pa.schema(
        [
            pa.field(
                column.name,
                _ARROW[column.type],
                nullable=not column.required,
                metadata={"title": column.title, "description": column.description},
            )
            for column in contract.columns
        ]
    )


def _arrow_table(rows: Rows, schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [[] for _ in schema]
    arrays = [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _resource(path: Path, contract: Contract, count: int) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "name": path.name.replace("_", "-").replace(".", "-"),
        "path": path.name,
        "format": path.suffix.removeprefix("."),
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
    }
    if path.name not in {f"{contract.name}.csv", f"{contract.name}.jsonl"}:
        # Said, since a validator that looks inside by itself guesses types, and takes blank cells of a workbook for missing ones.
        return {**resource, "type": "file"}
    schema = {"fields": [_field(column) for column in contract.columns], "primaryKey": contract.key}
    table = {"profile": "tabular-data-resource", "type": "table", "encoding": "utf-8", "rows": count, "schema": schema}
    return resource | table


def _field(column: Column) -> dict[str, Any]:
    kind = _FRICTIONLESS.get(column.type, column.type)
    field: dict[str, Any] = {
        "name": column.name,
        "type": kind,
        "title": column.title,
        "description": column.description,
    }
    return {**field, "constraints": {"required": True}} if column.required else field


def sha256(path: Path) -> str:
    """Checksum of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
