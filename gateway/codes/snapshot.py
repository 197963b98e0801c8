"""A list of codes as of a day, read from CSV: rows as a person reads them, every mistake with file and row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from connectors.errors import PortalError
from gateway.codes.columns import Columns
from gateway.errors import ConfigError
from gateway.mapping.reject import Unfit
from gateway.mapping.values import line

KINDS = ("unit", "agency", "field", "procedure")
"""Administrative units (đơn vị hành chính), agencies (cơ quan), fields (lĩnh vực), procedures (thủ tục)."""

NO_PARENT = "0"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. number: of the line in the file; the header is 1. Texts are in NFC, on one line; absent is None."""

    number: int
    code: str | None
    name: str
    parent: str | None = None
    level: str | None = None
    status: str | None = None
    id: str | None = None
    successor: str | None = None
    predecessors: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """What a list says as of a day. sha256: of the file's bytes."""

    kind: str
    issuer: str
    as_of: date
    file: Path
    sha256: str
    rows: list[Row]
    closed: frozenset[str]

    @property
    def uncoded(self) -> int:
        """Rows without a code: normal in agency trees, known by the source's id."""
        return sum(row.code is None for row in self.rows)

    def where(self, row: Row) -> str:
        """`file:row`, for messages."""
        return f"{self.file}:{row.number}"


def read(kind: str, file: Path, as_of: date, columns: Columns) -> Snapshot:
    """Read a list. Raises ConfigError for an unknown kind, a missing file or column, a row without name or identity, a code twice."""
    check_kind(kind)
    if not file.is_file():
        raise ConfigError("no such file", where=str(file), do="correct its name")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    found = Snapshot(kind, columns.issuer, as_of, file, digest, list(_rows(file, columns)), columns.closed)
    if not found.rows:
        raise ConfigError(
            "the list is empty", where=str(file), do="an empty list would close every code: check the file"
        )
    _check(found)
    return found


def check_kind(kind: str) -> None:
    """Raise ConfigError when there is no such kind."""
    if kind not in KINDS:
        raise ConfigError(f"no kind {kind!r}", where="KIND", do=f"name one of {', '.join(KINDS)}")


def _rows(file: Path, columns: Columns) -> Iterator[Row]:
    from connectors.tables.table import Table, csv_records

    try:
        with file.open("rb") as source:
            for record in csv_records(source, Table(columns=tuple(columns.headers.values()))):
                yield _row(file, record, columns)
    except PortalError as error:
        raise ConfigError(error.what, where=f"{file}: {error.where}".rstrip(": "), do=error.do) from None


def _row(file: Path, record: dict[str, Any], columns: Columns) -> Row:
    try:
        told = {role: line(record[_spelled(record, header)] or "") or None for role, header in columns.headers.items()}
    except Unfit as unfit:
        raise ConfigError(str(unfit), where=f"{file}:{record['@row']}", do="correct the row") from None
    if told["name"] is None or not (told.get("code") or told.get("id")):
        raise ConfigError(
            "a row without name, or with neither code nor id",
            where=f"{file}:{record['@row']}",
            do="complete or remove the row: nothing could be known by it again",
        )
    if told.get("parent") == NO_PARENT:
        told["parent"] = None
    return Row(record["@row"], told.pop("code", None), told.pop("name") or "", **told)


def _spelled(record: dict[str, Any], header: str) -> str:
    """The header as the file writes it; the reader of tables has already found it, whatever its blanks."""
    return header if header in record else next(name for name in record if line(name) == line(header))


def _check(snapshot: Snapshot) -> None:
    for role in ("code", "id"):
        lines: dict[str, int] = {}
        for row in snapshot.rows:
            value = row.code if role == "code" else row.id
            if row.status in snapshot.closed and role == "code":
                continue  # a code that is used again stands beside the body that had it before
            if value is not None and lines.setdefault(value, row.number) != row.number:
                raise ConfigError(
                    f"{role} {value!r} stands in row {lines[value]} too",
                    where=snapshot.where(row),
                    do="a list as of one day gives a code to one body: keep one of the rows",
                )
