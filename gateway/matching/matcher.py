"""The matcher: candidates for each local row, and whether the first of them may be linked without a person."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.matching import compare
from gateway.matching.compare import Evidence, Row, Vocabulary
from gateway.matching.entry import Entry
from gateway.matching.index import Index
from gateway.matching.weights import word_weights

THRESHOLD = 0.90
"""A score below it is never linked by the machine."""
SAME_NAME = 0.93
"""Nor is a pair whose words agree less, however well the rest agrees."""
MARGIN = 0.04
"""Nor one whose next candidate scores nearly as much: which of them it is, a person must say."""
SAME_WORDS_MARGIN = 0.06
"""The margin over a candidate whose words agree as well: then more than one thing beside the name must speak for the first."""
LISTED = 5
_EQUAL = 0.005
_CONTRADICTING = {"field", "level", "code"}
_OF_AGENCIES = frozenset(
    word
    for words in (
        ("uy", "ban", "nhan", "dan", "chu", "tich", "so", "bo", "cuc", "chi", "tong", "phong", "cong", "an", "quan"),
        ("tinh", "huyen", "xa", "phuong", "thi", "tran", "thanh", "pho", "khu", "vuc", "cap"),
        ("tai", "cua", "do", "boi", "cac", "va", "thuoc"),
    )
    for word in words
)
"""Words that names of agencies have in any list; those of the two lists are added."""


class Reason(StrEnum):
    """Why a row was linked, or was not."""

    LINKED = "linked"
    NOTHING_ALIKE = "nothing alike"
    BELOW_THRESHOLD = "below the threshold"
    CONTRADICTED = "field, level or code contradicts"
    TIE = "others are as like"
    IDENTICAL_ROWS = "another local row is identical"
    PERSON_DECIDED = "a person rejected a candidate"


@dataclass(frozen=True)
class Candidate:
    """A national row that a local one may be. score: 0 to 1."""

    entry: Entry
    score: float
    evidence: tuple[Evidence, ...]

    @property
    def words(self) -> float:
        """How far the words of the names agree."""
        return next(each.agreement for each in self.evidence if each.signal == "words")

    @property
    def is_contradicted(self) -> bool:
        """Whether field, level or code name something else altogether: one name may stand for procedures of two levels."""
        return any(each.signal in _CONTRADICTING and not each.agreement for each in self.evidence)


@dataclass(frozen=True)
class Match:
    """What was found for one local row; the best candidate first. Linked: `link` is its national code, else None."""

    local: Entry
    candidates: tuple[Candidate, ...]
    reason: Reason

    @property
    def link(self) -> str | None:
        """The national code this row was linked to by itself."""
        return self.candidates[0].entry.code if self.reason is Reason.LINKED else None


class Matcher:
    """Matches local rows against one list of national rows."""

    def __init__(self, national: Sequence[Entry]) -> None:
        self._rows = [compare.read(entry) for entry in national]
        self._at = {entry.code: at for at, entry in enumerate(national)}
        self._weight = word_weights(row.name for row in self._rows)
        self._index = Index([row.name for row in self._rows], self._weight)

    def match(self, local: Sequence[Entry], rejected: Mapping[str, frozenset[str]] | None = None) -> list[Match]:
        """A match for each local row, in order. rejected: local code → national codes that a person ruled out."""
        rows = [compare.read(entry) for entry in local]
        vocabulary = Vocabulary(self._weight, _agency_words([*self._rows, *rows]))
        twins = Counter(identity(entry) for entry in local)
        ruled_out = rejected or {}
        found = []
        for entry, row in zip(local, rows, strict=True):
            without = ruled_out.get(entry.code, frozenset())
            candidates = self._candidates(row, vocabulary, without)
            found.append(Match(entry, candidates, _reason(candidates, twins[identity(entry)] > 1, bool(without))))
        return found

    def _candidates(self, local: Row, vocabulary: Vocabulary, without: frozenset[str]) -> tuple[Candidate, ...]:
        code = local.code if local.code in self._at else ""
        near = {*self._index.nearest(local.name), *([self._at[code]] if code else [])}
        weighed = []
        for row in (self._rows[at] for at in sorted(near)):
            if row.entry.code not in without:
                signals, difference = compare.weigh(local, row, vocabulary, code)
                weighed.append((compare.score(signals), row, signals, difference))
        weighed.sort(key=lambda each: (-each[0], each[1].entry.code))
        best = weighed[0][0] if weighed else 0.0
        return tuple(
            Candidate(row.entry, round(score, 4), compare.explain(local, row, signals, difference))
            for place, (score, row, signals, difference) in enumerate(weighed)
            if place < LISTED or best - score < _EQUAL
        )


def _reason(candidates: tuple[Candidate, ...], has_twin: bool, was_rejected: bool) -> Reason:
    if not candidates:
        return Reason.NOTHING_ALIKE
    best = candidates[0]
    if best.score < THRESHOLD or best.words < SAME_NAME:
        return Reason.BELOW_THRESHOLD
    if best.is_contradicted:
        return Reason.CONTRADICTED
    if was_rejected:
        return Reason.PERSON_DECIDED
    if has_twin:
        return Reason.IDENTICAL_ROWS
    if any(best.score - other.score < _margin(best, other) for other in candidates[1:]):
        return Reason.TIE
    return Reason.LINKED


def _margin(best: Candidate, other: Candidate) -> float:
    return SAME_WORDS_MARGIN if other.words > best.words - _EQUAL else MARGIN


def _agency_words(rows: Sequence[Row]) -> frozenset[str]:
    return _OF_AGENCIES.union(*(words for row in rows for words in row.agencies))


def identity(entry: Entry) -> tuple[str, ...]:
    """Everything a row says but its own code, as a person reads it."""
    said = (entry.name, entry.field, entry.level, entry.agency, entry.legal_basis)
    return tuple(" ".join(unicodedata.normalize("NFC", each).split()) for each in said)
