"""The Excel file (XLSX) of a version: Vietnamese headings, typed cells, no cell that Excel would run, a sheet that explains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from connectors.dates import VIETNAM
from gateway.publish.contract import Column, Contract

MOST_ROWS = 100_000
"""A set with more rows has no workbook: it takes minutes to write, and Excel minutes to open."""

LONGEST = 32_767
"""Characters of a cell, Excel's own limit."""

CUT = " … (còn nữa, xem tệp CSV)"
EARLIEST = date(1900, 3, 1)
"""Excel knows no day before 1900, and wrong ones before this."""

LATEST = datetime(9999, 12, 31, 16, 59, 59, 999_999, tzinfo=UTC)
"""The last instant that is a date in Vietnam, too: portals write the end of the calendar for "without end"."""

RUNS = ("=", "+", "-", "@", "\t", "\r", "#")
"""A text that begins so is, or becomes when a person edits it, a formula or an error."""

_ESCAPES = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What a spreadsheet takes for the number of a character (ECMA-376, ST_Xstring): `_x0041_` is shown as A."""

ABOUT = ("Cột", "Tên trong các tệp khác", "Kiểu", "Nghĩa", "Meaning", "Danh mục mã", "Luôn có giá trị", "Khoá")


def write_book(path: Path, contract: Contract, rows: Iterable[Iterable[Any]]) -> None:
    """Write the file, in flat memory."""
    book = Workbook(write_only=True)
    data = _sheet(book, "Dữ liệu", [_heading(column) for column in contract.columns])
    for row in rows:
        data.append([_cell(data, value) for value in row])
    about = _sheet(book, "Giải thích", ABOUT)
    for line in _explained(contract):
        about.append([_cell(about, value) for value in line])
    book.save(path)


def _sheet(book: Any, title: str, headings: Sequence[str]) -> Any:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number in range(1, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 24
    cells = [WriteOnlyCell(sheet, value=heading) for heading in headings]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    return sheet


def _heading(column: Column) -> str:
    return f"{column.title} (giờ Việt Nam)" if column.type == "timestamp" else column.title


def _explained(contract: Contract) -> Iterator[tuple[str, ...]]:
    for column in contract.columns:
        marks = ("có" if column.required else "", "có" if column.is_key else "")
        meaning = (column.description_vi, column.description)
        yield (_heading(column), column.name, column.type, *meaning, column.code_list, *marks)


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, str):
        return _text(sheet, value)
    if isinstance(value, list):
        return _text(sheet, "; ".join(value))
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, date) and value < EARLIEST:
        return value.isoformat()
    return value


def _local(value: datetime) -> datetime | str:
    """An instant in Vietnam's time, cut to the millisecond, which is all a cell holds; a text where Excel has no such day."""
    if value > LATEST:
        return value.astimezone(UTC).isoformat(sep=" ")
    local = value.astimezone(VIETNAM).replace(tzinfo=None, microsecond=value.microsecond // 1000 * 1000)
    return local if local.date() >= EARLIEST else local.isoformat(sep=" ")


def _text(sheet: Any, value: str) -> Any:
    """A text as a text: Excel neither runs it, nor takes it for a number, nor sees less of it without being told."""
    said = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(said) > LONGEST:
        said = said[: LONGEST - len(CUT)] + CUT
    said = _ESCAPES.sub("_x005F_", said)
    if not said.startswith(RUNS):
        return said
    cell = WriteOnlyCell(sheet, value=said)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
