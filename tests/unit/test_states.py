"""The table of steps: what it says, and that a mistake in it is told with file and line."""

from __future__ import annotations

from itertools import pairwise, permutations
from pathlib import Path

import pytest

from gateway.config import HOME
from gateway.crosswalks import codelists
from gateway.errors import ConfigError
from gateway.states import load_steps

SHIPPED = HOME / "mappings"
HEADER = "from\tto\tkind\tcomment\n"
END, OPEN = ("3", "7", "8", "9", "10"), ("1", "2", "4", "5", "6")


def test_the_way_of_an_ordinary_dossier_is_usual() -> None:
    steps = load_steps((SHIPPED,))
    for way in (
        ("1", "2", "4", "9", "10"),
        ("1", "5", "2", "4", "5", "4", "6", "4", "9", "10"),
        ("1", "3"),
        ("4", "8"),
    ):
        assert {steps.kind(*pair) for pair in pairwise(way)} == {"usual"}


@pytest.mark.parametrize("end", END)
def test_work_on_a_closed_dossier_is_reopening(end: str) -> None:
    steps = load_steps((SHIPPED,))
    assert {steps.kind(end, state) for state in OPEN} == {"reopened"}


def test_a_step_back_is_one_and_what_is_not_named_is_unusual() -> None:
    steps = load_steps((SHIPPED,))
    assert (steps.kind("4", "2"), steps.kind("10", "9"), steps.kind("3", "10")) == ("back", "back", "unusual")


def test_every_usual_step_leads_on_from_an_open_state_or_to_the_papers() -> None:
    states = codelists.find((SHIPPED,), "dossier_status")
    assert states is not None
    steps = load_steps((SHIPPED,))
    usual = {pair for pair in permutations(states.codes, 2) if steps.kind(*pair) == "usual"}
    assert {pair for pair in usual if pair[0] in END} == {("7", "8"), ("7", "10"), ("8", "10"), ("9", "10")}


@pytest.mark.parametrize(
    ("rows", "line", "what"),
    [
        ("1\t2\tusual\t\n1\t2\tback\t", 3, "the step from 1 to 2 stands twice"),
        ("1\t1\tusual\t", 2, "the step from 1 to 1 leads nowhere"),
        ("1\t12\tusual\t", 2, "no state '12'"),
        ("\t2\tusual\t", 2, "no state ''"),
        ("1\t2\tusually\t", 2, "kind is 'usually'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, rows: str, line: int, what: str) -> None:
    path = _written(tmp_path, HEADER + rows + "\n")
    with pytest.raises(ConfigError) as told:
        load_steps((tmp_path, SHIPPED))
    assert (told.value.where, told.value.what) == (f"{path}:{line}", what)


def test_a_wrong_header_is_told(tmp_path: Path) -> None:
    path = _written(tmp_path, "from\tto\n1\t2\n")
    with pytest.raises(ConfigError, match="the header is not as expected") as told:
        load_steps((tmp_path,))
    assert told.value.where == f"{path}:1"


def test_a_sites_own_table_counts(tmp_path: Path) -> None:
    _written(tmp_path, HEADER + "10\t1\tusual\t\n")
    steps = load_steps((tmp_path,))
    assert (steps.kind("10", "1"), steps.kind("1", "2")) == ("usual", "unusual")


def test_a_site_without_one_has_the_shipped_one(tmp_path: Path) -> None:
    assert load_steps((tmp_path,)) == load_steps((SHIPPED,))


def _written(folder: Path, text: str) -> Path:
    path = folder / "states" / "dossier_steps.tsv"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    return path
