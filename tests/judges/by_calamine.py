"""calamine, a reader written in Rust, reads the workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from book import ABOUT, DATA, told
from folder import judge
from python_calamine import CalamineWorkbook


def read(name: str, version: Path) -> dict[str, Any]:
    """The table of a version's workbook."""
    book = CalamineWorkbook.from_path(version / f"{name}.xlsx")
    return {"xlsx": told(*(book.get_sheet_by_name(sheet).to_python() for sheet in (DATA, ABOUT)))}


judge(read)
