"""What stands beside a name: field (lĩnh vực), level (cấp), agency (cơ quan), legal basis (căn cứ pháp lý); and how far two agree.

Each comparison gives 0 (contradict) to 1 (agree), or None where one side says nothing: silence is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from gateway.matching.names import fold, plain_words

Words = frozenset[str]

_BETWEEN = re.compile(r"[|;\n\r]+")
_LEVELS = (
    ("ministry", re.compile(r"\b(bo|trung uong|tw|quoc gia)\b")),
    ("province", re.compile(r"\b(tinh|thanh pho truc thuoc|so)\b")),
    ("district", re.compile(r"\b(huyen|quan|thi xa)\b")),
    ("commune", re.compile(r"\b(xa|phuong|dac khu|thi tran)\b")),
    ("other", re.compile(r"\bkhac\b")),
)
_DOCUMENT = re.compile(r"(\d+)\s*/\s*(\d{4})\s*/\s*([a-z]+(?:-[a-z]+)*)")
_SAYS_NOTHING = {"cap", "cac", "linh", "vuc", "nganh", "va", "thuoc"}


def values(text: str) -> list[str]:
    """The values of a cell that has several, between `|` or on lines of their own."""
    return [part for part in _BETWEEN.split(text) if part.strip()]


@lru_cache(maxsize=16384)
def word_sets(text: str) -> tuple[Words, ...]:
    """The words of each value of a cell."""
    sets = (frozenset(plain_words(part)) for part in values(text))
    return tuple(words - _SAYS_NOTHING or words for words in sets if words)


@lru_cache(maxsize=16384)
def levels(text: str) -> Words:
    """The levels a text names: ministry, province, district, commune, other."""
    bare, _ = fold(text)
    return frozenset(level for level, names in _LEVELS if names.search(bare))


@lru_cache(maxsize=16384)
def documents(text: str) -> Words:
    """The numbers of legal documents in a text, such as 92/2015/tt-btc."""
    return frozenset("/".join(number) for number in _DOCUMENT.findall(fold(text)[0]))


def same_words(local: tuple[Words, ...], national: tuple[Words, ...]) -> float | None:
    """How well the best pair of values agrees, by the words both have among all words (a field)."""
    return _best(len(a & b) / len(a | b) for a in local for b in national)


def contained(local: tuple[Words, ...], national: tuple[Words, ...]) -> float | None:
    """How well the best pair agrees, by the shorter one's words: a province writes Sở Tư pháp tỉnh Đắk Lắk for Sở Tư pháp."""
    return _best(len(a & b) / min(len(a), len(b)) for a in local for b in national)


def overlap(local: Words, national: Words) -> float | None:
    """The share both have of all values (levels)."""
    return len(local & national) / len(local | national) if local and national else None


def cited(local: Words, national: Words) -> float | None:
    """The share of the shorter list's legal documents that the other cites, too."""
    return len(local & national) / min(len(local), len(national)) if local and national else None


def _best(agreements: Iterable[float]) -> float | None:
    return max(agreements, default=None)
