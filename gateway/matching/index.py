"""Which few of thousands of names are worth a close look: by the weight of the words they share, through an inverted index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gateway.matching.names import Name

NEAREST = 8
"""Names looked at closely by each of the two orders; the right one was among them in every row measured but a handful."""


class Index:
    """The words of the national names. Positions are those in the sequence it was made from."""

    def __init__(self, names: Sequence[Name], weight: Mapping[str, float]) -> None:
        places: dict[str, list[int]] = {}
        for at, name in enumerate(names):
            for word in name.counts:
                places.setdefault(word, []).append(at)
        self._weight = weight
        self._places = {word: np.array(listed, dtype=np.int32) for word, listed in places.items()}
        self._totals = np.array([sum(weight[word] for word in name.counts) for name in names])

    def nearest(self, name: Name) -> list[int]:
        """Positions of the names most like this one: as a whole, as those whose beginning it may be, without an agency behind."""
        heads = [name.words[: name.tail]] if name.tail < len(name.words) else []
        return sorted({at for words in [name.words, *heads] for at in self._nearest(words)})

    def _nearest(self, words: Sequence[str]) -> set[int]:
        known = [word for word in set(words) if word in self._places]
        if not known:
            return set()
        lists = [self._places[word] for word in known]
        weights = np.repeat([self._weight[word] for word in known], [len(each) for each in lists])
        shared = np.bincount(np.concatenate(lists), weights=weights, minlength=len(self._totals))
        total = float(sum(self._weight[word] for word in known)) or 1.0
        alike = 2 * shared / (self._totals + total)
        contains = shared / total + 0.01 * alike
        return {*_highest(alike), *_highest(contains)}


def _highest(values: NDArray[np.float64]) -> list[int]:
    if len(values) <= NEAREST:
        return list(range(len(values)))
    return [int(at) for at in np.argpartition(values, -NEAREST)[-NEAREST:]]
