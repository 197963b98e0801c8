"""Spreadsheets as people send them: title rows, merged cells, several values in a cell, totals below.

Rules: text as received; whole numbers are int, fractions their decimal text, dates ISO text; a blank cell is None. Every
record has `@row`, its row number in the file, and `@section`, the text of the last row that was one cell from edge to
edge, where there was such a row.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from connectors import garbled
from connectors.tables import csv_rows, xlsx_rows
from connectors.tables.grid import GridRow, HostileFile, broken, is_blank, letters, place

ENCODINGS = {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "cp1252", "iso8859-1", "ascii"}
"""Python's names of the encodings a CSV file may be declared in."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """How a table lies in its file. Raises ValueError for what no file can be read by.

    columns: headers that must be there, compared in NFC with runs of blanks as one. sheet: name, or 0 for the first one
    that can be seen. header_row: from 1; None: the first row that holds all `columns`. encoding, delimiter, quote ("":
    none): of CSV. split: column → what stands between its several values. fill_down: columns in which a blank cell means
    "as above". ends_at: a row whose first filled cell begins so ends the table. rows, width: more of them are refused.
    """

    columns: tuple[str, ...]
    sheet: str | int = 0
    header_row: int | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    split: Mapping[str, str] = field(default_factory=dict)
    fill_down: tuple[str, ...] = ()
    ends_at: str | None = None
    rows: int = 1_048_576
    width: int = 1_000

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a table needs `columns`, the headers it is known by")
        if len(self.delimiter) != 1 or len(self.quote) > 1:
            raise ValueError("delimiter is one character, quote one or none")
        if "" in self.split.values():
            raise ValueError("split needs the text that stands between the values")
        if _codec(self.encoding) not in ENCODINGS:
            raise ValueError(f"encoding {self.encoding!r} is not one of {', '.join(sorted(ENCODINGS))}")

    @property
    def needed(self) -> tuple[str, ...]:
        """Every header this table speaks of, once."""
        return tuple(dict.fromkeys((*self.columns, *self.split, *self.fill_down)))


Check = Callable[[GridRow, list[str], Table], None]
"""Raises BrokenAnswer for a row that must not become a record."""


def csv_records(source: BinaryIO, table: Table) -> Iterator[dict[str, Any]]:
    """The records of a CSV file, as it is read. Raises BrokenAnswer with the row, HostileFile beyond the caps."""
    rows = csv_rows.rows(source, _codec(table.encoding), table.delimiter, table.quote)
    return _records(rows, table, _no_surplus)


def xlsx_records(source: BinaryIO, table: Table) -> Iterator[dict[str, Any]]:
    """The records of a sheet; formulas by their stored values. Raises BrokenAnswer with row and column, HostileFile."""
    return _records(xlsx_rows.rows(source, table.sheet), table, _stored)


def _codec(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return ""


def _records(found: Iterable[GridRow], table: Table, check: Check) -> Iterator[dict[str, Any]]:
    rows = _watched(found, table)
    names = _header(rows, table)
    ending = _plain(table.ends_at or "").casefold()
    above: dict[str, Any] = {}
    section: dict[str, Any] = {}
    for row in rows:
        if all(map(is_blank, row.cells)):
            continue
        if ending and _begins(row, ending):
            return
        if heading := _heading(row, names):
            section, above = {"@section": heading}, {}
            continue
        check(row, names, table)
        yield {"@row": row.number, **section, **_filled(_record(row, names, table), above, table)}


def _watched(rows: Iterable[GridRow], table: Table) -> Iterator[GridRow]:
    """The rows, each checked against the caps and for text in a legacy font."""
    for row in rows:
        if row.number > table.rows:
            raise HostileFile(f"more than {table.rows} rows", do="split the file, or raise `rows` of the table")
        if len(row.cells) > table.width:
            raise HostileFile(
                f"{len(row.cells)} columns, more than {table.width}", where=place(row.number), do="see what was sent"
            )
        if garbled.is_suspect("\n".join([cell for cell in row.cells if cell.__class__ is str])):
            _check_fonts(row)
        yield row


def _check_fonts(row: GridRow) -> None:
    for column, cell in enumerate(row.cells):
        if isinstance(cell, str) and (font := garbled.named(cell)):
            raise broken(
                f"text in {font}", row.number, column, "ask the sender for Unicode (UTF-8), or correct `encoding`"
            )


def _plain(text: Any) -> str:
    """Headers are compared by what a person sees of them."""
    return " ".join(unicodedata.normalize("NFC", str(text)).split())


def _header(rows: Iterator[GridRow], table: Table) -> list[str]:
    """The name of every column, "" where it has none. Leaves `rows` behind the header, which may be several rows high."""
    needed = {_plain(name): name for name in table.needed}
    best, at = set[str](), table.header_row or 1
    for row in rows:
        if table.header_row is not None and row.number < table.header_row:
            continue
        held = needed.keys() & _names(row)
        if len(held) == len(needed):
            return _named(_lowest(row, rows, needed), needed)
        if len(held) > len(best):
            best, at = held, row.number
        if table.header_row is not None:
            break
    missing = ", ".join(repr(name) for key, name in needed.items() if key not in best)
    raise broken(f"no column {missing}", at, do="compare the table's `columns` with the headers of the file")


def _names(row: GridRow) -> set[str]:
    return {_plain(cell) for cell in row.cells if not is_blank(cell)}


def _lowest(row: GridRow, rows: Iterator[GridRow], needed: Mapping[str, str]) -> GridRow:
    """Of a header several rows high, the lowest row that holds all columns: there stand the names of sub-columns."""
    chosen = row
    for below in islice(rows, max(0, row.last - row.number)):
        chosen = below if needed.keys() <= _names(below) else chosen
    return chosen


def _named(row: GridRow, needed: Mapping[str, str]) -> list[str]:
    names: list[str] = []
    for index, cell in enumerate(row.cells):
        seen = "" if is_blank(cell) or index in row.spans else _plain(cell)
        name = needed.get(seen, seen)
        if name and name in names:
            first = letters(names.index(name))
            raise broken(f"column {name!r} stands twice, also in column {first}", row.number, index)
        names.append(name)
    while not names[-1]:
        names.pop()
    return names


def _begins(row: GridRow, ending: str) -> bool:
    first = next(cell for cell in row.cells if not is_blank(cell))
    return _plain(first).casefold().startswith(ending)


def _heading(row: GridRow, names: list[str]) -> Any:
    """The text of a row that is one merged cell from edge to edge, or from the second column on behind a number."""
    wanted = len(names) - (2 if len(names) > 3 else 1)
    if not row.spans or len(row.spans) < wanted or max(row.spans) - min(row.spans) >= len(row.spans):
        return None
    return row.cells[min(row.spans) - 1]


def _record(row: GridRow, names: list[str], table: Table) -> dict[str, Any]:
    """A blank cell of a named column is None; a value in a column without header is called by its letters, `@C`."""
    record: dict[str, Any] = {name: None for name in names if name}
    for index, cell in enumerate(row.cells):
        name = names[index] if index < len(names) else ""
        if is_blank(cell) or (not name and index in row.spans):
            continue
        record[name or f"@{letters(index)}"] = _parts(cell, table.split[name]) if name in table.split else cell
    return record


def _parts(cell: Any, separator: str) -> list[str]:
    return [part.strip() for part in str(cell).split(separator) if part.strip()]


def _filled(record: dict[str, Any], above: dict[str, Any], table: Table) -> dict[str, Any]:
    for name in table.fill_down:
        if record[name] is None:
            record[name] = above.get(name)
        above[name] = record[name]
    return record


def _no_surplus(row: GridRow, names: list[str], _table: Table) -> None:
    """A CSV row wider than its header has a delimiter too many, and every value behind it stands in a wrong column."""
    for index, cell in enumerate(row.cells):
        if not is_blank(cell) and (index >= len(names) or not names[index]):
            raise broken(
                "a value in a column without header, probably a delimiter within an unquoted text",
                row.number,
                index,
                "ask the sender to quote texts that hold the delimiter",
            )


def _stored(row: GridRow, names: list[str], table: Table) -> None:
    """A formula whose value is not stored looks blank; only a program that calculates knows what it should be."""
    for index in row.unstored:
        if index < len(names) and names[index] in table.needed:
            raise broken(
                "a formula without a stored value",
                row.number,
                index,
                "ask the sender to open and save it in a spreadsheet",
            )
