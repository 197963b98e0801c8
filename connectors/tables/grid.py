"""Rows of a spreadsheet before anybody knows which of them are records: what CSV and XLSX have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.decode import BrokenAnswer
from connectors.errors import FatalPortalError


class HostileFile(FatalPortalError):
    """A file demands more than any honest one (bombs), or has names made to climb out of a folder."""


@dataclass(frozen=True)
class GridRow:
    """One row. number: its number in the file, from 1. cells: text, int, bool or None, from column A on.

    spans: indexes of cells that hold their left neighbour's value because both are one merged cell.
    last: the number of the last row that a merged cell of this row reaches down to; 0 when none does.
    unstored: indexes of formulas that were saved without their value.
    """

    number: int
    cells: list[Any]
    spans: frozenset[int] = frozenset()
    last: int = 0
    unstored: frozenset[int] = frozenset()


def is_blank(cell: Any) -> bool:
    """Whether a person sees nothing in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def letters(index: int) -> str:
    """The name of a column as spreadsheets show it: 0 → A, 26 → AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def place(row: int, column: int | None = None) -> str:
    """Where something is, as a person finds it: `row 7` or `row 7, column C`."""
    return f"row {row}" if column is None else f"row {row}, column {letters(column)}"


def broken(what: str, row: int, column: int | None = None, do: str = "") -> BrokenAnswer:
    """The error for a table that cannot be read at a place."""
    return BrokenAnswer(what, where=place(row, column), do=do or "ask the sender for a corrected file")
