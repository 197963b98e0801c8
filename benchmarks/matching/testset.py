"""The test set: one local row for every national one, made by a way drawn for it; the same seed gives the same set."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.matching import noise
from benchmarks.matching.ways import CUT_AT, WAYS
from gateway.matching.entry import Entry
from gateway.matching.evaluate import Pair
from gateway.matching.lists import PAIR_COLUMNS

OF_LONG_TRUNCATED = 0.25
"""Of the names over 100 letters, a third of all, so many are cut; the other ways are drawn evenly."""


@dataclass(frozen=True)
class Made:
    """A pair and the way its name was made."""

    way: str
    pair: Pair


def make(national: Sequence[Entry], seed: int) -> list[Made]:
    """One row for each national procedure."""
    chance, listed = Random(seed), list(national)  # noqa: S311  # a test set, no secret
    return [_made(row, listed, chance) for row in listed]


def write(made: Sequence[Made], path: Path) -> None:
    """Write the pairs as the CSV that `gateway match evaluate` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(PAIR_COLUMNS)
        for each in made:
            local = each.pair.local
            rows.writerow([local.name, local.field, local.level, local.agency, each.pair.national_code])


def _made(row: Entry, listed: list[Entry], chance: Random) -> Made:
    name = " ".join(row.name.split())
    changed = None
    while changed is None:
        way = "truncated" if len(name) > CUT_AT and chance.random() < OF_LONG_TRUNCATED else chance.choice(list(WAYS))
        changed = WAYS[way](name, row, chance)
    context = {column: noise.blurred(column, row, listed, chance) for column in noise.SHARES}
    return Made(way, Pair(Entry("local", changed, **context), row.code))
