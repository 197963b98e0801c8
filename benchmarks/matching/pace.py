"""How long matching a whole catalogue takes, against one matrix of rapidfuzz over the same names."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from rapidfuzz import fuzz, process

from gateway.matching.entry import Entry
from gateway.matching.matcher import Matcher


@dataclass(frozen=True)
class Pace:
    """Seconds, medians of the rounds, and how many times the matrix's time ours is, on one core and on all."""

    ours: float
    matrix_one_core: float
    matrix_all_cores: float

    @property
    def ratio(self) -> float:
        """Against one core, as ours uses one."""
        return self.ours / self.matrix_one_core

    @property
    def ratio_all_cores(self) -> float:
        """Against all cores: the harder comparison."""
        return self.ours / self.matrix_all_cores


def measure(local: Sequence[Entry], national: Sequence[Entry], rounds: int) -> Pace:
    """Take turns, so that whatever else the machine does meets all three."""
    ours, one, all_cores = [], [], []
    left, right = [entry.name for entry in local], [entry.name for entry in national]
    for _ in range(rounds):
        ours.append(_seconds(lambda: Matcher(national).match(local)))
        one.append(_seconds(lambda: process.cdist(left, right, scorer=fuzz.token_sort_ratio)))
        all_cores.append(_seconds(lambda: process.cdist(left, right, scorer=fuzz.token_sort_ratio, workers=-1)))
    return Pace(median(ours), median(one), median(all_cores))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
