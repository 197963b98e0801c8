"""R19, every planted difference between two sides is found with its cause, among 100,000 dossiers, and nothing else is."""

from __future__ import annotations

from proof.card import Line
from proof.household import household
from tests.helpers.house import House
from tests.helpers.planted import DECOYS, WAYS, compared, found, plant

DOSSIERS, EACH = 100_000, 5
"""EACH: so many of every way in which two sides come to differ, and of everything that is no difference."""


def measure(count: int = DOSSIERS) -> Line:
    """Plant, land the portal's list, compare."""
    with household() as house:
        return judged(house, count, EACH)


def judged(house: House, count: int, each: int) -> Line:
    """What an empty house finds of what is planted in it."""
    there = plant(house, count, each)
    report = compared(house)
    seen = found(house)
    wrong = [f"{code}: found as {cause}" for code, cause in sorted(seen - there.expected)]
    missed = [f"{code}: {cause} not found" for code, cause in sorted(there.expected - seen)]
    return Line(
        "R19",
        "reconcile",
        measured=f"{len(seen & there.expected)} of {len(there.expected)} differences in {len(WAYS)} ways found with their cause"
        f" among {report.figures.ours} dossiers, {len(wrong)} wrong; {len(DECOYS)} kinds of decoys",
        required="all, 0",
        passed=not (wrong or missed),
        detail=tuple([*wrong, *missed][:20]),
    )
