"""Crosswalks: what may be looked up on which day, and what is wrong with a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from gateway.crosswalks.check import Finding, check
from gateway.errors import ConfigError
from gateway.mapping.crosswalk import COLUMNS, NO_TERM, Dated, load
from tests.helpers.crosswalks import FIRST, HEADER, crosswalk, row, unfit, write

MERGED = (row("64", "52", valid_from="2025-07-01"), row("64", "64", valid_to="2025-06-30"))


@pytest.mark.parametrize(
    ("day", "ours"),
    [
        (date(2025, 6, 30), "64"),
        (date(2025, 7, 1), "52"),
        (date(1999, 1, 1), "64"),
        (date(2030, 1, 1), "52"),
    ],
)
def test_a_code_means_what_it_meant_on_the_day(day: date, ours: str, tmp_path: Path) -> None:
    found = crosswalk(tmp_path, *MERGED)
    assert found.is_dated
    assert found.convert(Dated("64", day)) == ours


def test_without_a_day_a_code_with_days_is_not_looked_up(tmp_path: Path) -> None:
    found = crosswalk(tmp_path, *MERGED, row("1", "1"))
    for value in ("64", Dated("64", None)):
        assert unfit(found, value) == "a code that crosswalk state knows by day only, and the record gives none"
    assert found.convert(Dated("1", None)) == found.convert("1") == found.convert(Dated(1, date(2020, 1, 1))) == "1"


def test_a_day_outside_all_rows(tmp_path: Path) -> None:
    found = crosswalk(tmp_path, row("64", "52", valid_from="2025-07-01"))
    assert unfit(found, Dated("64", date(2025, 6, 30))) == "a code that crosswalk state does not know on that day"


def test_several_of_ours_are_named_and_none_is_chosen(tmp_path: Path) -> None:
    one = row("a", "1", predicate_id="skos:narrowMatch", mapping_cardinality="1:n", object_label="Một")
    two = row("a", "2", predicate_id="skos:narrowMatch", mapping_cardinality="1:n", object_label="Hai")
    said = "a code for which crosswalk state has several of ours: 1 (Một), 2 (Hai)"
    assert unfit(crosswalk(tmp_path, one, two), "a") == said


def test_of_several_of_ours_the_only_exact_one_is_taken(tmp_path: Path) -> None:
    one = row("a", "1", predicate_id="skos:narrowMatch", mapping_cardinality="1:n")
    assert crosswalk(tmp_path, one, row("a", "2", mapping_cardinality="1:n")).convert("a") == "2"


def test_two_exact_ones_are_too_many(tmp_path: Path) -> None:
    rows = [row("a", ours, mapping_cardinality="1:n") for ours in "12"]
    assert unfit(crosswalk(tmp_path, *rows), "a").startswith("a code for which crosswalk state has several of ours: 1 ")


def test_a_code_without_counterpart_says_so(tmp_path: Path) -> None:
    assert (
        unfit(crosswalk(tmp_path, row("a", NO_TERM)), "a") == "a code that has no counterpart, as crosswalk state says"
    )


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ([row("a", "1"), row("a", "2", valid_from="2025-01-01")], 5, "code 'a' stands twice"),
        ([row("a", "1", mapping_cardinality="1:n"), row("a", "2")], 5, "code 'a' stands twice"),
        ([row("a", "1", valid_from="1/7/2025")], 4, "valid_from is no day"),
        ([row("a", "1", valid_from="2025-07-01", valid_to="2025-06-30")], 4, "valid_to is before valid_from"),
    ],
    ids=["two on one day", "one of two says 1:n", "another form of a day", "an end before the beginning"],
)
def test_what_cannot_be_loaded(rows: list[str], line: int, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        crosswalk(tmp_path, *rows)
    assert str(caught.value).startswith(f"{tmp_path / 'crosswalks' / 'state.tsv'}:{line}: {says}")


def test_old_files_without_the_newer_columns_still_serve(tmp_path: Path) -> None:
    file = write(tmp_path, [])
    old = "\t".join(COLUMNS[:11])
    file.write_text(f"{old}\na\t\tskos:exactMatch\t1\t\tsemapv:ManualMappingCuration\t1.0\t\t\t\t\n", "utf-8")
    assert load(file).convert("a") == "1"
    assert check(file, [tmp_path]) == []


GOOD = [row("a", "1", mapping_cardinality="1:1"), row("b", "2", mapping_cardinality="1:1")]
WRONG: dict[str, tuple[list[str], int, str]] = {
    "a code without a row": (GOOD[:1], 1, "error: theirs has code 'b', which has no row"),
    "a gap in time": (
        [GOOD[0], row("b", "2", valid_to="2025-05-31"), row("b", "2", valid_from="2025-07-01")],
        FIRST + 2,
        "error: code 'b' means nothing from 2025-06-01 to 2025-06-30",
    ),
    "an overlap in time": (
        [GOOD[0], row("b", "2", valid_to="2025-07-01"), row("b", "2", valid_from="2025-07-01")],
        FIRST + 2,
        f"error: code 'b' also stands in line {FIRST + 1}, on the same days",
    ),
    "a target that is not ours": ([GOOD[0], row("b", "9")], FIRST + 1, "error: ours has no code '9'"),
    "a target of the past": (
        [GOOD[0], row("b", "3", valid_from="2025-01-01")],
        FIRST + 1,
        "error: '3' is not in force while the row is",
    ),
    "a wrong cardinality": (
        [GOOD[0], row("b", "2", mapping_cardinality="n:1")],
        FIRST + 1,
        "error: mapping_cardinality is n:1, the rows say 1:1",
    ),
    "no justification": (
        [GOOD[0], row("b", "2", mapping_justification="")],
        FIRST + 1,
        "error: no mapping_justification",
    ),
    "a predicate that is none": (
        [GOOD[0], row("b", "2", predicate_id="skos:sameAs")],
        FIRST + 1,
        "error: predicate 'skos:sameAs' is none",
    ),
    "a confidence beyond 1": (
        [GOOD[0], row("b", "2", confidence="80")],
        FIRST + 1,
        "error: confidence '80' is not from 0 to 1",
    ),
    "a confidence that is no number": (
        [GOOD[0], row("b", "2", confidence="nan")],
        FIRST + 1,
        "error: confidence 'nan' is not from 0 to 1",
    ),
    "a day that is none": (
        [GOOD[0], row("b", "2", mapping_date="hôm qua")],
        FIRST + 1,
        "error: mapping_date is no day",
    ),
    "low confidence and nobody": (
        [GOOD[0], row("b", "2", confidence="0.6")],
        FIRST + 1,
        "warning: confidence 0.6 and no reviewer",
    ),
    "what cannot even be read": ([row("", "2")], FIRST, "error: subject_id and object_id must both be filled"),
}


def _said(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(each.where, f"{each.level}: {each.what}") for each in found]


@pytest.mark.parametrize("case", WRONG)
def test_what_the_check_finds(case: str, tmp_path: Path) -> None:
    rows, line, says = WRONG[case]
    file = write(tmp_path, rows)
    assert _said(check(file, [tmp_path])) == [(f"{file}:{line}", says)]


def test_a_whole_crosswalk(tmp_path: Path) -> None:
    assert check(write(tmp_path, GOOD), [tmp_path]) == []


def test_several_that_are_said_to_be_several_are_right(tmp_path: Path) -> None:
    rows = [GOOD[0], row("b", "1", mapping_cardinality="n:n"), row("b", "2", mapping_cardinality="1:n")]
    file = write(tmp_path, [rows[0].replace("1:1", "n:1"), *rows[1:]])
    assert check(file, [tmp_path]) == []


def test_a_list_that_does_not_exist(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD, ["# subject_source: nowhere", "# object_source: ours"])
    assert _said(check(file, [tmp_path])) == [(f"{file}:1", "error: no code list 'nowhere'")]


SAME = ["# subject_source: ours", "# object_source: ours"]


def test_codes_that_lead_back_to_themselves(tmp_path: Path) -> None:
    rows = [row("1", "2"), row("2", "3", valid_to="2024-01-01"), row("3", "1", valid_to="2024-01-01")]
    file = write(tmp_path, rows, SAME)
    assert (f"{file}:{FIRST}", "error: goes in a circle: 1 → 2 → 3 → 1") in _said(check(file, [tmp_path]))


def test_a_way_back_on_other_days_is_no_circle(tmp_path: Path) -> None:
    rows = [row("1", "2", valid_from="2025-01-01"), row("2", "1", valid_to="2024-12-31"), row("3", "3")]
    assert not any("circle" in each.what for each in check(write(tmp_path, rows, SAME), [tmp_path]))


def test_exceptions_from_the_rule_of_agency_codes_are_exceptions(tmp_path: Path) -> None:
    file = write(tmp_path, [], [])
    styles = file.with_name("agency_code_style.tsv")
    rows = [row("000.00.15.H56", "H56.15"), row("000.00.61.H21", "H21.100")]
    styles.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    assert _said(check(styles, [tmp_path])) == [(f"{styles}:2", "warning: the rule says the same")]
