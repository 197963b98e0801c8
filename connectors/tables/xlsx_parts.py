"""What must be known of a workbook's XML parts before a library reads them row by row.

The library streams cells but tells neither which are merged (that stands behind them) nor which formulas were saved
without value, and leaves out rows whose numbers go back. A look at the bytes of the sheet answers all three.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass

from connectors.decode import BrokenAnswer
from connectors.files.archives import MB
from connectors.tables.grid import HostileFile, broken

LAST_ROW = 1_048_576
"""The format's own last row."""

MOST_MERGED = 200_000
LARGEST_ROW = 8 * MB
LARGEST_OTHER_PART = 32 * MB
"""Of styles, relations and the like, which are read into memory whole; sheets and texts are streamed."""

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_NUMBER = re.compile(rb"""\sr=["'](\d{1,20})["']""")
_CELLS_END = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?\bref=["']\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)["']""")
_UNSTORED = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d+)["'][^>]*>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*</(?:\w+:)?c>"""
)


@dataclass(frozen=True)
class Merged:
    """A range of merged cells. Rows from 1 as in the file, columns from 0, both ends included."""

    first_row: int
    first: int
    last_row: int
    last: int


@dataclass(frozen=True)
class Sheet:
    """merged: in order of their first rows. unstored: (row, column) of formulas without value."""

    merged: tuple[Merged, ...]
    unstored: frozenset[tuple[int, int]]


def check(archive: zipfile.ZipFile) -> None:
    """Every XML part is whole, UTF-8, without DOCTYPE and of bearable size. Raises BrokenAnswer or HostileFile."""
    for member in archive.infolist():
        if member.filename.endswith((".xml", ".rels")):
            _check_part(member.filename, read(archive, member.filename))


def read(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a part. Raises BrokenAnswer when it is missing or damaged."""
    try:
        return archive.read(name)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise BrokenAnswer(
            f"a part of the workbook cannot be read ({type(error).__name__})", do="ask the sender for it again"
        ) from None


def _check_part(name: str, data: bytes) -> None:
    streamed = name.startswith("xl/worksheets/") or name == "xl/sharedStrings.xml"
    if not streamed and len(data) > LARGEST_OTHER_PART:
        raise HostileFile(f"a part of {len(data) // MB} MB beside the cells", do="see what was sent")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise HostileFile("a DOCTYPE in a workbook", do="see what was sent")
    if b"\0" in data:
        raise BrokenAnswer("a part of the workbook is not UTF-8", do="ask the sender to save it in a spreadsheet")


def scanned(data: bytes) -> Sheet:
    """What a sheet's XML says beside its cells. Raises BrokenAnswer or HostileFile for one that cannot be streamed."""
    _check_rows(data)
    end = _CELLS_END.search(data)
    merged = [_range(*found.groups()) for found in _MERGED.finditer(data, end.end() if end else 0)]
    if len(merged) > MOST_MERGED:
        raise HostileFile(f"{len(merged)} merged cells, more than {MOST_MERGED}", do="see what was sent")
    unstored = frozenset((int(found[2]), column(found[1])) for found in _UNSTORED.finditer(data))
    return Sheet(tuple(sorted(merged, key=lambda each: each.first_row)), unstored)


def column(name: bytes) -> int:
    """The index of a column from its letters: A → 0."""
    index = 0
    for letter in name:
        index = index * 26 + letter - ord("A") + 1
    return index - 1


def _range(first: bytes, first_row: bytes, last: bytes, last_row: bytes) -> Merged:
    return Merged(int(first_row), column(first), int(last_row), column(last))


def _check_rows(data: bytes) -> None:
    number, start = 0, 0
    for found in _ROW.finditer(data):
        if found.start() - start > LARGEST_ROW:
            raise HostileFile(
                f"a row of more than {LARGEST_ROW // MB} MB", where=f"row {number}", do="see what was sent"
            )
        said = _NUMBER.search(found[1])
        before, number, start = number, int(said[1]) if said else number + 1, found.start()
        if number <= before:
            raise broken("row numbers go back", number, do="ask the sender to save it in a spreadsheet")
        if number > LAST_ROW:
            raise HostileFile(f"row {number}, behind the last one a sheet can have", do="see what was sent")
    if len(data) - start > LARGEST_ROW + LARGEST_OTHER_PART:
        raise HostileFile(
            "a row, or what stands behind the rows, is too large", where=f"row {number}", do="see what was sent"
        )
