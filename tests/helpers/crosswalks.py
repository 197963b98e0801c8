"""Crosswalk files written in a test, beside the code lists they join."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.mapping.crosswalk import COLUMNS, Crosswalk, load
from gateway.mapping.reject import Unfit

HEADER = "\t".join(COLUMNS)
ABOUT = ("# subject_source: theirs", "# object_source: ours")
FIRST = 4
"""The line of the first row below ABOUT and the header."""


def row(subject: str, ours: str, **said: str) -> str:
    """A row that is well written but for what is said."""
    usual = {
        "subject_id": subject,
        "object_id": ours,
        "predicate_id": "skos:exactMatch",
        "mapping_justification": "semapv:ManualMappingCuration",
        "confidence": "1.0",
    }
    return "\t".join({**usual, **said}.get(column, "") for column in COLUMNS)


def write(folder: Path, rows: Sequence[str], about: Sequence[str] = ABOUT) -> Path:
    """A crosswalk `state` beside the code lists `theirs` (a, b) and `ours` (1, 2, and 3 until the end of 2024)."""
    (folder / "crosswalks").mkdir()
    (folder / "codelists").mkdir()
    head = "code\tlabel_vi\tlabel_en\tvalid_from\tvalid_to\tcomment\n"
    (folder / "codelists" / "theirs.tsv").write_text(head + "a\ta\ta\t\t\t\nb\tb\tb\t\t\t\n", "utf-8")
    ours = "1\tMột\tone\t\t\t\n2\tHai\ttwo\t\t\t\n3\tBa\tthree\t\t2024-12-31\t\n"
    (folder / "codelists" / "ours.tsv").write_text(head + ours, "utf-8")
    file = folder / "crosswalks" / "state.tsv"
    file.write_text("\n".join([*about, HEADER, *rows]) + "\n", "utf-8")
    return file


def crosswalk(folder: Path, *rows: str) -> Crosswalk:
    """The crosswalk of some rows."""
    return load(write(folder, rows))


def unfit(found: Crosswalk, value: object) -> str:
    """Why a value cannot be translated."""
    with pytest.raises(Unfit) as caught:
        found.convert(value)
    return caught.value.reason
