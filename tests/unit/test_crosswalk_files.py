"""Crosswalk files as they are read: what stands above the columns, what is wrong with a row, and what is to be done about it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.mapping.crosswalk import COLUMNS, Dated, load, read
from tests.helpers.crosswalks import crosswalk, row, unfit, write

GOOD = [row("a", "1"), row("b", "2")]

UNREAD = "mapping_set_title, subject_source, object_source, comment"


@pytest.mark.parametrize("above", [["# other: x"], ["# just words"], ["# a: [b"], ["# - comment"]])
def test_lines_above_that_cannot_be_read(above: list[str], tmp_path: Path) -> None:
    file = write(tmp_path, GOOD, above)
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert str(caught.value) == f"{file}:1: the lines before the columns cannot be read → say {UNREAD}"


@pytest.mark.parametrize("blank", ["", " "])
def test_all_that_may_stand_above(blank: str, tmp_path: Path) -> None:
    said = {"mapping_set_title": "States", "subject_source": "theirs", "object_source": "ours", "comment": "7"}
    file = write(tmp_path, GOOD, [f"#{blank}{key}: {value}" for key, value in said.items()])
    assert read(file).about == said


ROWS: dict[str, tuple[list[str], int, str]] = {
    "no code of theirs": (
        [row("", "1")],
        4,
        "subject_id and object_id must both be filled → complete or remove the row",
    ),
    "an end before the beginning": (
        [row("a", "1", valid_from="2025-07-01", valid_to="2025-06-30")],
        4,
        "valid_to is before valid_from → valid_to is the last day on which the row holds",
    ),
    "a code twice": (
        [row("a", "1"), row("a", "2")],
        5,
        "code 'a' stands twice → keep one of the rows, give them days that do not meet, or say 1:n in mapping_cardinality",
    ),
}


@pytest.mark.parametrize("kind", ROWS)
def test_what_is_to_be_done_about_a_row(kind: str, tmp_path: Path) -> None:
    rows, line, says = ROWS[kind]
    file = write(tmp_path, rows)
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert str(caught.value) == f"{file}:{line}: {says}"


def test_a_row_of_a_single_day(tmp_path: Path) -> None:
    found = crosswalk(tmp_path, row("a", "1", valid_from="2025-07-01", valid_to="2025-07-01"))
    assert found.convert(Dated("a", date(2025, 7, 1))) == "1"
    assert unfit(found, Dated("a", date(2025, 7, 2))) == "a code that crosswalk state does not know on that day"


def test_the_only_row_of_a_day_need_not_be_exact(tmp_path: Path) -> None:
    assert crosswalk(tmp_path, row("a", "1", predicate_id="skos:closeMatch", valid_from="2025-07-01")).convert(
        Dated("a", date(2025, 7, 1))
    ) == "1"  # fmt: skip


def test_a_crosswalk_knows_its_file(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    assert (load(file).name, load(file).path) == ("state", file)


def test_columns_that_an_old_file_lacks_are_empty(tmp_path: Path) -> None:
    file = write(tmp_path, [])
    file.write_text("\t".join(COLUMNS[:11]) + "\na\t\tskos:exactMatch\t1" + "\t" * 7 + "\n", "utf-8")
    [only] = read(file).rows
    assert {column: only.said[column] for column in COLUMNS[11:]} == dict.fromkeys(COLUMNS[11:], "")


def test_a_dated_code_as_a_person_reads_it() -> None:
    assert repr(Dated("64", date(2025, 7, 1))) == "64 on 2025-07-01"
    assert repr(Dated("64", None)) == "64 on no day"
