"""The field's own method, for comparison: cosine (cô-sin) of word counts, kept from 0.4 on.

As the one-stop product OpenCPS proposes national codes in its mapping screen: small letters, some punctuation deleted, split at
blanks, counts of words, cosine. No accents, Unicode forms or abbreviations are treated, and of candidates with the same value
only the last one stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

CUT = 0.4
_DELETED = str.maketrans("", "", ".,-_:;\"'")


class WordCounts:
    """National names as vectors of word counts."""

    def __init__(self, names: Sequence[str]) -> None:
        places: dict[str, list[tuple[int, int]]] = {}
        counted = [_count(name) for name in names]
        for at, counts in enumerate(counted):
            for word, count in counts.items():
                places.setdefault(word, []).append((at, count))
        self._places = {word: np.array(listed, dtype=np.int64).T for word, listed in places.items()}
        self._lengths = np.array([_length(counts) for counts in counted])

    def best(self, name: str) -> int | None:
        """The position of the name the method proposes first, None if none reaches the cut."""
        counts = _count(name)
        known = [word for word in counts if word in self._places]
        if not known:
            return None
        lists = [self._places[word] for word in known]
        products = np.concatenate([places[1] * counts[word] for word, places in zip(known, lists, strict=True)])
        shared = np.bincount(np.concatenate([places[0] for places in lists]), products, len(self._lengths))
        cosine = shared / (self._lengths * _length(counts))
        highest = cosine.max()
        return int(np.flatnonzero(cosine == highest)[-1]) if highest >= CUT else None


def _count(name: str) -> Counter[str]:
    return Counter(name.lower().translate(_DELETED).split(" "))


def _length(counts: Counter[str]) -> float:
    return float(np.sqrt(sum(count * count for count in counts.values())))
