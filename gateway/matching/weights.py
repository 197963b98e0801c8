"""How much a word of a name tells: rare words much, words that half of all names have little."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from gateway.matching.names import Name

_STOP = frozenset(
    ["va", "cua", "cac", "cho", "voi", "ve", "tai", "theo", "trong", "tren", "duoc", "thi", "la", "viec", "den", "do"]
)
_STOP_SHARE = 0.4
HEAVIEST = 1.5
"""No word counts for more: a misspelt one is rare as well."""


def word_weights(names: Iterable[Name]) -> Mapping[str, float]:
    """Weight by word, in units of the average word of these names; a word they lack weighs `HEAVIEST`."""
    listed = list(names)
    frequency = Counter(word for name in listed for word in name.counts)
    raw = {word: math.log1p(len(listed) / count) for word, count in frequency.items()}
    uses = sum(frequency.values())
    mean = sum(raw[word] * count for word, count in frequency.items()) / uses if uses else 1.0
    return {word: min(HEAVIEST, value / mean) * (_STOP_SHARE if word in _STOP else 1.0) for word, value in raw.items()}
