"""The reform of 1 July 2025 through the real lists: 63 provinces, 696 districts and 10,035 communes each find where they belong."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NewHouse
from tests.helpers.house import House

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
BEFORE = DATA / "vn_units_before_2025-07-01_63p_696d_10035w.csv"
FORMED = DATA / "vn_merge_2025_predecessors.csv"
NOW = DATA / "vn_units_2026_34p_3321w.csv"


def load(house: House, file: Path, day: str, columns: str) -> dict[str, Any]:
    """Load a list as the command does; what it printed."""
    ended = house.gateway(
        "codes", "load", "unit", str(file), "--as-of", day, "--columns", columns, "--issuer", "nso", "--json"
    )
    assert ended.returncode in {0, 1}, ended.stderr
    [told] = json.loads(ended.stdout)
    return dict(told)


@pytest.fixture(scope="module")
def units(new_house: NewHouse) -> House:
    """A house that holds the three lists of the statistics office."""
    if not all(file.exists() for file in (BEFORE, FORMED, NOW)):
        pytest.skip("the real lists of units ../shared/data/vn_*.csv are not on this machine")
    house = new_house()
    before = "code=code,name=full_name,parent=parent_code,level=level"
    load(house, BEFORE, "2025-06-30", before)
    load(house, FORMED, "2025-07-01", "code=ma,name=ten,parent=magoc,predecessors=truocsapnhap")
    load(house, NOW, "2026-07-25", before)
    return house
