"""XLSX as a stream of rows: values as a person sees them, merged cells filled with the value they show.

openpyxl reads the cells, after `archives` and `xlsx_parts` have looked at what it will be given.
"""

from __future__ import annotations

import io
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from connectors.decode import BrokenAnswer
from connectors.files import archives
from connectors.tables import xlsx_parts
from connectors.tables.grid import GridRow, HostileFile
from connectors.tables.xlsx_parts import Merged, Sheet

LARGEST_FILE = 64 * archives.MB
WIDEST_FILL = 256
"""Columns up to which a merged cell is filled: titles are sometimes merged over all 16,384."""

_UNREADABLE = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    SyntaxError,
    EOFError,
    OSError,
    NotImplementedError,
    RecursionError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the library lets through when a workbook is not what it should be; XML errors are SyntaxErrors."""


def rows(source: BinaryIO, sheet: str | int) -> Iterator[GridRow]:
    """The rows of a sheet (by name, or by its place among those that can be seen, from 0), blank ones too.

    Raises BrokenAnswer (not a workbook, locked, no such sheet) or HostileFile.
    """
    number = 0
    try:
        for row in _rows(_whole(source), sheet):
            number = row.number
            yield row
    except _UNREADABLE as error:
        raise BrokenAnswer(
            f"a workbook that cannot be read ({type(error).__name__})",
            where=f"behind row {number}" if number else "",
            do="ask the sender to open and save it in a spreadsheet",
        ) from None


def _rows(data: bytes, sheet: str | int) -> Iterator[GridRow]:
    # What openpyxl does not understand of a workbook (extensions, validations) it warns of; cells are not among that.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
    from openpyxl import load_workbook

    with archives.opened(io.BytesIO(data), archives.Caps()) as archive:
        xlsx_parts.check(archive)
        with closing(load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)) as book:
            found = _chosen(book, sheet)
            # The only way to know which part of the workbook a sheet is.
            part = found._worksheet_path  # noqa: SLF001
            facts = xlsx_parts.scanned(xlsx_parts.read(archive, part.removeprefix("/")))
            found.reset_dimensions()  # many exports declare a size that would cut columns off
            yield from _filled(found.rows, facts)


def _whole(source: BinaryIO) -> bytes:
    data = source.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise HostileFile(f"a workbook of more than {LARGEST_FILE // archives.MB} MB", do="see what was sent")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise BrokenAnswer("an old .xls workbook, or one locked with a password", do="ask the sender for a plain .xlsx")
    if not data.startswith(b"PK"):
        raise BrokenAnswer(f"not an .xlsx workbook ({len(data)} bytes)", do="see what was sent: perhaps HTML or CSV")
    return data


def _chosen(book: Any, sheet: str | int) -> Any:
    """The sheet that is wanted; its name is compared as a person reads it."""
    if isinstance(sheet, str):
        fitting = [each for each in book.worksheets if _plain(each.title) == _plain(sheet)]
        if not fitting:
            raise BrokenAnswer(
                f"no sheet {sheet!r} (there are {len(book.worksheets)})", do="correct `sheet` of the table"
            )
        return fitting[0]
    seen = [each for each in book.worksheets if each.sheet_state == "visible"]
    if not 0 <= sheet < len(seen):
        raise BrokenAnswer(f"no sheet number {sheet} (from 0, of {len(seen)})", do="correct `sheet` of the table")
    return seen[sheet]


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _filled(found: Iterable[Sequence[Any]], facts: Sheet) -> Iterator[GridRow]:
    """The rows, with every merged cell holding its value in each row and column it covers."""
    coming = iter(facts.merged)
    following = next(coming, None)
    open_ranges: list[tuple[Merged, Any]] = []
    for number, row in enumerate(found, 1):
        cells = [_value(cell) for cell in row]
        open_ranges = [each for each in open_ranges if each[0].last_row >= number]
        while following is not None and following.first_row <= number:
            open_ranges.append((following, cells[following.first] if following.first < len(cells) else None))
            following = next(coming, None)
        unstored = _unstored(facts, number, cells)
        yield GridRow(number, cells, _fill(cells, open_ranges), _lowest(open_ranges), unstored)


def _fill(cells: list[Any], ranges: Iterable[tuple[Merged, Any]]) -> frozenset[int]:
    """Put the values of merged ranges into a row; gives the cells that hold their left neighbour's."""
    spans = set[int]()
    for merged, value in ranges:
        end = min(merged.last + 1, max(WIDEST_FILL, merged.first + 1))
        cells.extend([None] * (end - len(cells)))
        cells[merged.first : end] = [value] * (end - merged.first)
        spans.update(range(merged.first + 1, end))
    return frozenset(spans)


def _lowest(ranges: Iterable[tuple[Merged, Any]]) -> int:
    return max((merged.last_row for merged, _ in ranges), default=0)


def _unstored(facts: Sheet, number: int, cells: Sequence[Any]) -> frozenset[int]:
    if not facts.unstored:
        return frozenset()
    return frozenset(index for index, cell in enumerate(cells) if cell is None and (number, index) in facts.unstored)


def _value(cell: Any) -> Any:
    """A cell's value as JSON has it. A formula's error, such as #N/A, stays the text a person sees."""
    value = cell.value
    kind = value.__class__
    if kind is str:
        return _text(value)
    if value is None or kind is int or kind is bool:
        return value
    if kind is float:
        return _number(value)
    return _moment(value, cell.number_format)


def _text(value: str) -> str:
    """Text; `_x000D_` is how the format writes a character that XML cannot. Raises UnicodeError for half a surrogate pair."""
    if "_x" not in value:
        return value
    from openpyxl.utils.escape import unescape

    return str(unescape(value)).encode("utf-16", "surrogatepass").decode("utf-16")


def _number(value: float) -> int | str:
    """A whole number, or a fraction as decimal text. Fifteen digits are what a spreadsheet shows and lets a person type."""
    if value.is_integer():
        return int(value)
    return format(Decimal(format(value, ".15g")), "f")


def _moment(value: date | time | timedelta, shown: str) -> str:
    """ISO text: a date where the cell shows only a date; a length of time as hours, minutes and seconds."""
    from openpyxl.styles.numbers import is_datetime

    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, datetime) and value.time() == time() and is_datetime(shown) == "date":
        return value.date().isoformat()
    return value.isoformat()
