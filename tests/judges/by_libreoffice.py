"""LibreOffice opens the workbooks and writes what it understood into workbooks of its own, which calamine reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from book import ABOUT, DATA, told
from folder import judge, versions
from python_calamine import CalamineWorkbook


def main() -> None:
    """One start for all workbooks, which takes most of the time."""
    with TemporaryDirectory() as place:
        found = [version / f"{name}.xlsx" for name, version in versions(Path(sys.argv[1]))]
        books = [str(book) for book in found if book.exists()]  # a set with personal columns has none
        # A profile of its own: another LibreOffice of this user would be asked to do it, and the answer never come.
        command = ["soffice", f"-env:UserInstallation=file://{place}/profile", "--headless", "--norestore"]
        command += ["--convert-to", "xlsx", "--outdir", f"{place}/written", *books]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        judge(lambda name, _version: _read(Path(place, "written", f"{name}.xlsx")))


def _read(path: Path) -> dict[str, Any]:
    book = CalamineWorkbook.from_path(path)
    return {"xlsx": told(*(book.get_sheet_by_name(sheet).to_python() for sheet in (DATA, ABOUT)))}


main()
