"""openpyxl reads the workbook, and finds no cell that a spreadsheet would run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from book import ABOUT, DATA, told
from folder import judge
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape


def read(name: str, version: Path) -> dict[str, Any]:
    """The table of a version's workbook."""
    book = load_workbook(version / f"{name}.xlsx")
    return {"xlsx": told(*(list(map(_row, book[sheet].iter_rows())) for sheet in (DATA, ABOUT)))}


def _row(cells: tuple[Any, ...]) -> list[Any]:
    if formulas := [cell.coordinate for cell in cells if cell.data_type not in {"s", "n", "b", "d", "inlineStr"}]:
        raise ValueError(f"formulas or errors in {formulas}")
    # What the standard writes as numbers of characters, openpyxl leaves to its caller.
    return [unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in cells]


judge(read)
