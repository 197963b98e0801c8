"""Code lists (danh mục mã): the codes of one side of a crosswalk, ours or a source's, one TSV file each in mappings/codelists/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from gateway import tsv
from gateway.errors import ConfigError

COLUMNS = ("code", "label_vi", "label_en", "valid_from", "valid_to", "comment")


class Code(NamedTuple):
    """A code, what it means, and the days on which it does (both included, None: without end)."""

    label_vi: str
    label_en: str
    valid_from: date | None
    valid_to: date | None

    def holds_within(self, begin: date | None, end: date | None) -> bool:
        """Whether there is a day from `begin` to `end` on which it is in force."""
        first = max(self.valid_from or date.min, begin or date.min)
        return first <= min(self.valid_to or date.max, end or date.max)


@dataclass(frozen=True)
class CodeList:
    """One list. codes: in the file's order."""

    name: str
    path: Path
    codes: Mapping[str, Code]


def find(folders: Sequence[Path], name: str) -> CodeList | None:
    """The list of this name in the first mapping folder that has it. Raises ConfigError as `load` does."""
    paths = [folder / "codelists" / f"{name}.tsv" for folder in folders]
    return next((load(path) for path in paths if path.is_file()), None)


def load(path: Path) -> CodeList:
    """Read one list. Raises ConfigError with file and line for a wrong header, a code given twice, a day that is none."""
    file = tsv.read(path)
    file.check_header(COLUMNS, COLUMNS)
    codes: dict[str, Code] = {}
    for number, row in file.rows:
        where = file.where(number)
        if not row["code"] or row["code"] in codes:
            raise ConfigError(f"code {row['code']!r} is empty or stands twice", where=where, do="keep one of the rows")
        codes[row["code"]] = Code(row["label_vi"], row["label_en"], *(tsv.day(row[n], n, where) for n in COLUMNS[3:5]))
    return CodeList(path.stem, path, codes)
