"""procedures.xlsx as offices write it for people: titles above, a header two rows high, merged cells, a total below."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from sandbox.national.decisions import decision_of
from sandbox.world.catalogue import Entry
from sandbox.world.clock import date_vietnamese
from sandbox.world.world import World

SHEET = "Danh mục TTHC"
HEADER = ("STT", "Mã số TTHC", "Tên thủ tục hành chính", "Cơ quan công bố", "Cấp thực hiện", "Thời hạn giải quyết")
GROUP, PARTS = "Quyết định công bố", ("Số quyết định", "Ngày ban hành")
WIDTH = len(HEADER) + len(PARTS)
AGENCY_COLUMN = 1 + HEADER.index("Cơ quan công bố")
DATE_COLUMN = WIDTH
TOP = Alignment(vertical="top", wrap_text=True)


def write_procedures(path: Path, world: World) -> int:
    """The procedures in force, under a heading per field, those of one ministry with its cell merged. Gives their number."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    _titles(sheet, world.day)
    entries = sorted(world.catalogue.in_force(), key=_order)
    for number, (field, group) in enumerate(groupby(entries, key=_field), 1):
        _section(sheet, f"{_roman(number)}. Lĩnh vực {field}" if field else "Lĩnh vực khác")
        _rows(sheet, group, first=sheet.max_row + 1)
    sheet.append([None, f"Tổng số: {len(entries)} thủ tục hành chính"])
    sheet.append([None, "Người lập biểu (ký, ghi rõ họ tên)"])
    book.save(path)
    return len(entries)


def _order(entry: Entry) -> tuple[str, str, str]:
    return _field(entry), entry.procedure.ministry, entry.procedure.code


def _field(entry: Entry) -> str:
    return next(iter(entry.procedure.fields), "")


def _titles(sheet: Any, day: int) -> None:
    sheet.append(["DANH MỤC THỦ TỤC HÀNH CHÍNH THUỘC THẨM QUYỀN GIẢI QUYẾT"])
    sheet.append([f"(Số liệu đến ngày {date_vietnamese(day)}; dữ liệu mô phỏng)"])
    sheet.append([])
    sheet.append([*HEADER, GROUP])
    sheet.append([*(None for _ in HEADER), *PARTS])
    for row in (1, 2):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=WIDTH)
    for column in range(1, len(HEADER) + 1):
        sheet.merge_cells(start_row=4, end_row=5, start_column=column, end_column=column)
    sheet.merge_cells(start_row=4, end_row=4, start_column=len(HEADER) + 1, end_column=WIDTH)
    for cell in (*sheet[1], *sheet[4], *sheet[5]):
        cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center", wrap_text=True)


def _section(sheet: Any, title: str) -> None:
    sheet.append([title])
    sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=WIDTH)
    sheet.cell(sheet.max_row, 1).font = Font(bold=True)


def _rows(sheet: Any, entries: Iterable[Entry], first: int) -> None:
    for number, entry in enumerate(entries, 1):
        sheet.append([number, *_values(entry)])
        sheet.cell(sheet.max_row, DATE_COLUMN).number_format = "dd/mm/yyyy"
        sheet.cell(sheet.max_row, AGENCY_COLUMN + 1).alignment = TOP
    for start, end in list(_runs(sheet, first)):
        sheet.merge_cells(start_row=start, end_row=end, start_column=AGENCY_COLUMN, end_column=AGENCY_COLUMN)
        sheet.cell(start, AGENCY_COLUMN).alignment = TOP


def _values(entry: Entry) -> tuple[Any, ...]:
    procedure, decision = entry.procedure, decision_of(entry)
    return (
        procedure.code,
        procedure.name,
        procedure.ministry,
        "\n".join(procedure.levels),
        procedure.working_days,
        decision.number,
        _date(decision.date),
    )


def _date(text: str) -> date | None:
    return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=UTC).date() if text else None


def _runs(sheet: Any, first: int) -> Iterator[tuple[int, int]]:
    """First and last rows of the runs of one ministry that are longer than a row."""
    numbers = range(first, sheet.max_row + 1)
    for _, run in groupby(numbers, key=lambda row: sheet.cell(row, AGENCY_COLUMN).value):
        rows = list(run)
        if len(rows) > 1:
            yield rows[0], rows[-1]


def _roman(number: int) -> str:
    marks = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    text = ""
    for value, mark in marks:
        count, number = divmod(number, value)
        text += mark * count
    return text
