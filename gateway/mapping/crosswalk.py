"""Crosswalks (bảng đối chiếu): source code → our code, one TSV file each in mappings/crosswalks/, with SSSOM's columns and validity."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.errors import ConfigError
from gateway.mapping import values
from gateway.mapping.reject import Unfit

COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "confidence",
    "reviewer",
    "valid_from",
    "valid_to",
    "comment",
)


@dataclass(frozen=True)
class Crosswalk:
    """A code list's translation. codes: source code → our code; labels: our code → what it means, for people."""

    name: str
    path: Path
    codes: Mapping[str, str]
    labels: Mapping[str, str]

    def convert(self, value: Any) -> str:
        """Our code, or Unfit: an unknown code is never guessed. Yes and no are the codes `true` and `false`."""
        try:
            return self.codes[written(value)]
        except KeyError:
            raise Unfit(f"a code that crosswalk {self.name} does not know") from None


def written(value: Any) -> str:
    """A source code as crosswalks write it."""
    return str(value).lower() if value.__class__ is bool else values.code(value)


def load(path: Path) -> Crosswalk:
    """Read one crosswalk; ConfigError with file and line for a wrong header, an empty code, or a code given twice."""
    if not path.is_file():
        raise ConfigError("no such crosswalk", where=str(path), do="add the file, or correct `lookup`")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ConfigError("the header is not as expected", where=f"{path}:1", do=f"write {', '.join(COLUMNS)}")
        codes: dict[str, str] = {}
        labels: dict[str, str] = {}
        for number, row in enumerate(rows, 2):
            _check(row, codes, f"{path}:{number}")
            codes[row["subject_id"]] = row["object_id"]
            labels[row["object_id"]] = row["object_label"]
    return Crosswalk(path.stem, path, codes, labels)


def _check(row: Mapping[str, str], codes: Mapping[str, str], where: str) -> None:
    if not row["subject_id"] or not row["object_id"]:
        raise ConfigError("subject_id and object_id must both be filled", where=where, do="complete or remove the row")
    if row["subject_id"] in codes:
        raise ConfigError(f"code {row['subject_id']!r} stands twice", where=where, do="keep one of the rows")


Lookup = Callable[[str], Crosswalk]
