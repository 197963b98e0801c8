"""Agency codes in both styles."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gateway.crosswalks.agency_codes import to_new, to_old

PAIRS = [
    ("000.00.00.H56", "H56"),
    ("000.00.15.H56", "H56.15"),
    ("000.17.22.H56", "H56.22.17"),
    ("003.07.10.H21", "H21.10.07.003"),
    ("000.00.12.G12", "G12.12"),
]
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "agencies_daklak_H15_1217.csv"


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_both_styles_of_one_agency(old: str, new: str) -> None:
    assert to_new(old) == new
    assert to_old(new) == old


@pytest.mark.parametrize("code", ["H56.15", "000.00.15.56", "0.00.15.H56", "000.00.15.H56.01", "", "000.17.00.H56"])
def test_what_is_no_old_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="agency code"):
        to_new(code)


@pytest.mark.parametrize("code", ["000.00.15.H56", "H21.100", "H21.100-01", "H21.10.7", "H56.00.17", "h56.15"])
def test_what_the_old_style_cannot_write_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="agency code"):
        to_old(code)


def test_listed_exceptions_come_first() -> None:
    exceptions = {"000.00.61.H21": "H21.100"}
    assert to_new("000.00.61.H21", exceptions) == "H21.100"
    assert to_old("H21.100", exceptions) == "000.00.61.H21"
    assert to_new("000.00.15.H56", exceptions) == "H56.15"


def test_every_code_of_a_real_list_that_skips_no_level_comes_back() -> None:
    if not REAL.exists():
        pytest.skip("the real list ../shared/data/agencies_daklak_H15_1217.csv is not on this machine")
    with REAL.open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file) if row["code"]}
    back = {code: to_old(to_new(code)) for code in codes if _is_whole(code)}
    assert len(back) > 200
    assert all(old == code for code, old in back.items())


def _is_whole(code: str) -> bool:
    try:
        return bool(to_new(code))
    except ValueError:
        return False
