"""The order in which a portal lists dossiers: by time of change, ties by code."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import groupby

from sandbox.world.dossiers import Dossiers


def by_change(dossiers: Dossiers, newest_first: bool) -> array[int]:
    """Every index, sorted by updatedDate and, where that is equal, by code."""
    key = dossiers.updated.__getitem__
    order = sorted(range(len(dossiers)), key=key, reverse=newest_first)
    settled: array[int] = array("I")
    for _, group in groupby(order, key=key):
        tied = list(group)
        settled.extend(tied if len(tied) == 1 else _by_code(dossiers, tied))
    return settled


def _by_code(dossiers: Dossiers, tied: Sequence[int]) -> list[int]:
    return sorted(tied, key=lambda index: dossiers.life(index).code)
