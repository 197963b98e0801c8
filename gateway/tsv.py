"""TSV files a person wrote (crosswalks, code lists, days that were moved), read so that every mistake is reported with file and line."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gateway.errors import ConfigError


@dataclass(frozen=True)
class Sheet:
    """A file's lines. above: those before the header, which begin with `#`. rows: by their line numbers, cells left away empty."""

    path: Path
    above: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]

    def where(self, number: int) -> str:
        """`file:line`, for messages."""
        return f"{self.path}:{number}"

    def check_header(self, needed: Sequence[str], allowed: Sequence[str]) -> None:
        """Raises ConfigError when columns lack or are too many."""
        if not set(needed) <= set(self.header) <= set(allowed):
            where = self.where(len(self.above) + 1)
            raise ConfigError("the header is not as expected", where=where, do=f"write {', '.join(allowed)}")


def read(path: Path) -> Sheet:
    """Read a file, whatever its columns."""
    lines = path.read_text("utf-8").split("\n")
    above = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    rows = csv.DictReader(lines[above:], delimiter="\t", restval="")
    header = tuple(rows.fieldnames or ())
    return Sheet(path, tuple(lines[:above]), header, tuple((above + rows.line_num, row) for row in rows))


def day(text: str, name: str, where: str) -> date | None:
    """A day, None where nothing stands. Raises ConfigError that names the column."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigError(f"{name} is no day", where=where, do="write it as 2025-07-01, or leave it empty") from None
