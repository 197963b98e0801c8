"""What the existing mapping files teach: which names of theirs meant which columns of ours.

No list of words stands here. Portals write `maHoSo`, `MATTHC` or `dossierStatus.id`; words are cut out of such names, and a
column is known by the words of all names that were mapped to it, in Vietnamese and English alike, and by its own.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property, lru_cache
from typing import Any

from gateway.mapping.bench import seen
from gateway.mapping.compile import Mapping as Compiled

_CUT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MODIFIERS = ("pick", "join", "first", "begins")


ELSEWHERE = 0.95
"""What a name that another table's column of the same name goes by is worth."""


@dataclass(frozen=True)
class Known:
    """One line of a mapping file: the column it fills, the member it reads, what it says, and which stream it stands in.

    each: the part's list; codes: what its crosswalk knows.
    """

    column: str
    path: str
    said: Mapping[str, Any]
    stream: str
    each: str = ""
    codes: frozenset[str] = frozenset()

    @property
    def modifiers(self) -> dict[str, Any]:
        """The words that pick a value out of a list or an object."""
        return {word: self.said[word] for word in _MODIFIERS if word in self.said}


@cache
def folded(name: str) -> str:
    """Letters and digits in lower case, without Vietnamese marks: what is left of a name to compare."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in plain.lower() if sign.isascii() and sign.isalnum())


@dataclass(frozen=True)
class Names:
    """All lines of some mapping files, ready to be asked; portal: whose draft is made."""

    lines: tuple[Known, ...]
    portal: str = ""

    @cached_property
    def _by_name(self) -> dict[str, tuple[Known, ...]]:
        """Column of any table → its lines: a field's code is called the same wherever it stands."""
        found: dict[str, list[Known]] = defaultdict(list)
        for line in self.lines:
            found[_bare(line.column)].append(line)
        return {column: tuple(listed) for column, listed in found.items()}

    def of(self, column: str) -> tuple[Known, ...]:
        """The lines of `table.column`; those of its namesakes in other tables where it has none."""
        namesakes = self._by_name.get(_bare(column), ())
        return tuple(line for line in namesakes if line.column == column) or namesakes

    @cached_property
    def together(self) -> frozenset[frozenset[str]]:
        """Pairs of columns that some mapping fills from one member, as a code of ours and theirs."""
        read: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for line in self.lines:
            read[line.stream, line.each, line.path].add(_bare(line.column))
        return frozenset(frozenset((a, b)) for columns in read.values() for a in columns for b in columns if a != b)

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """Words as names in mixed case show them; so that MALINHVUC falls into ma, linh, vuc."""
        names = [line.path for line in self.lines if not line.path.isupper()]
        return frozenset(folded(word) for name in names for word in _CUT.findall(_unmarked(name)) if len(word) > 1)

    def words(self, name: str) -> list[str]:
        """The words of a name."""
        cut = [folded(word) for word in _CUT.findall(_unmarked(name))]
        return [piece for word in cut for piece in (self._split(word) if len(word) > 4 else [word])]

    def _split(self, word: str) -> list[str]:
        """A word that is several, by as few known ones as there can be; itself where that does not come out even."""
        best: dict[int, list[str]] = {0: []}
        for end in range(1, len(word) + 1):
            ways = [
                [*best[start], word[start:end]]
                for start in range(end)
                if start in best and word[start:end] in self._vocabulary
            ]
            if ways:
                best[end] = min(ways, key=len)
        return best.get(len(word)) or [word]

    @cached_property
    def _bags(self) -> dict[str, Counter[str]]:
        """Column → its words, from all its names and its own."""
        bags: dict[str, Counter[str]] = defaultdict(Counter)
        for line in self.lines:
            bags[_bare(line.column)].update(set(self.words(line.path)))
        for column, bag in bags.items():
            bag.update(column.split("_"))
        return dict(bags)

    @cached_property
    def _rarity(self) -> dict[str, float]:
        """Words that few columns share say more."""
        spread = Counter(word for bag in self._bags.values() for word in bag)
        return {word: math.log(1 + len(self._bags) / count) for word, count in spread.items()}

    def likeness(self, path: str, column: str) -> tuple[float, str]:
        """How likely a member is the column's, from 0 to 1, and why, in words."""
        by_words = self._by_words(path, column)
        best, which = 0.0, None
        for line in self._by_name.get(_bare(column), ()):
            score = _alike(path, line.path) * (1 if line.column == column else ELSEWHERE)
            if score > best:
                best, which = score, line
        if which is not None and best >= by_words:
            best *= 0.75 + 0.25 * min(1.0, 2 * self._share(which))
            return best, f"{'as' if best > 0.9 else 'like'} {which.path} in {which.stream}"
        return by_words, "by the words of its name"

    @cached_property
    def _readers(self) -> dict[str, Counter[str]]:
        """Name of a member → the columns it was mapped to, and how often."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for line in self.lines:
            found[folded(line.path)][_bare(line.column)] += 1
        return dict(found)

    def _share(self, line: Known) -> float:
        """How often a name meant this column, of all times it meant one: a name that means many things says less."""
        meant = self._readers[folded(line.path)]
        return meant[_bare(line.column)] / meant.total()

    def _by_words(self, path: str, column: str) -> float:
        bag = self._bags.get(_bare(column)) or Counter(_bare(column).split("_"))
        mine = set(self.words(path))
        rare = self._rarity
        shared = sum(rare.get(word, 0.0) ** 2 * math.log1p(bag[word]) for word in mine & bag.keys())
        of_mine = sum(rare.get(word, 2.0) ** 2 for word in mine)
        of_bag = sum((rare.get(word, 1.0) * math.log1p(count)) ** 2 for word, count in bag.items())
        return 0.9 * shared / math.sqrt(of_mine * of_bag) if of_mine and of_bag else 0.0


def learn(mappings: Iterable[Compiled], portal: str = "") -> Names:
    """Every line of these mappings that reads a member."""
    return Names(
        tuple(
            Known(place.name, source, place.field.said, mapping.stream.name, place.each, _codes(place))
            for mapping in mappings
            for place in seen.places(mapping)
            for source in place.field.sources
            if not source.startswith("@request")
        ),
        portal,
    )


def _bare(column: str) -> str:
    return column.rpartition(".")[2]


def _codes(place: seen.Place) -> frozenset[str]:
    return frozenset(place.field.crosswalk.codes) if place.field.crosswalk else frozenset()


@lru_cache(maxsize=100_000)
def _alike(one: str, other: str) -> float:
    """1 for the same name, case, marks and separators aside; less for names that share most letters."""
    if one == other:
        return 1.0
    a, b = folded(one), folded(other)
    if a == b:
        return 0.98 if a else 0.0
    return 0.92 * SequenceMatcher(None, a, b, autojunk=False).ratio() ** 2


def _unmarked(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
