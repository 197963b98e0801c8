"""How far the words of two names agree, and what explains the words that only one of them has."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

from gateway.matching.names import Name, is_head
from gateway.matching.weights import HEAVIEST

ENOUGH = 8.0
"""Matched weight beyond which more matched words no longer excuse a differing one: legal names of 60 words differ by one."""

_AGENCY_COST, _AGENCY_MOST = 0.03, 0.15
_CUT_COST = 0.5
_SHORT_COST = 0.1
_CUT_AT = ((78, 102), (235, 257))
_CUT_EXACTLY = {100, 255}
"""Letters a name has left that a system cut off: exactly so many as it came, or fewer by what stood in front."""


@dataclass
class Difference:
    """Two names laid side by side. extra, missing: positions in the local and in the national name that the other lacks."""

    local: Name
    national: Name
    matched: float = 0.0
    cost: float = 0.0
    extra: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    because: list[str] = field(default_factory=list)
    is_cut: bool = False

    def agreement(self, weight: Mapping[str, float]) -> float:
        """From 0 (nothing in common) to 1 (every word accounted for)."""
        left = sum(weight.get(self.local.words[at], HEAVIEST) for at in self.extra)
        left += sum(weight.get(self.national.words[at], HEAVIEST) for at in self.missing)
        enough = min(self.matched, ENOUGH)
        return enough / (enough + left + self.cost) if enough else 0.0


def compare(local: Name, national: Name, weight: Mapping[str, float], agencies: Container[str]) -> Difference:
    """Lay two names side by side; `agencies`: words that names of agencies have."""
    found = _side_by_side(local, national, weight)
    if found.extra or found.missing:
        _cut_off(found, weight)
        _abbreviations(found, weight)
        _appended_agency(found, weight, agencies)
    return found


def _side_by_side(local: Name, national: Name, weight: Mapping[str, float]) -> Difference:
    found = Difference(local, national)
    spare = dict(national.counts)
    for at, word in enumerate(local.words):
        if spare.get(word):
            spare[word] -= 1
            found.matched += weight.get(word, HEAVIEST)
        else:
            found.extra.append(at)
    # Of a word that stands several times the last ones are missing: names are cut at their end.
    for at in range(len(national.words) - 1, -1, -1):
        word = national.words[at]
        if spare[word]:
            spare[word] -= 1
            found.missing.append(at)
    found.missing.reverse()
    return found


def _abbreviations(found: Difference, weight: Mapping[str, float]) -> None:
    """Words that are the initials of words the other name has in full, on either side."""
    _write_out(found, found.local, found.extra, found.national, found.missing, weight)
    _write_out(found, found.national, found.missing, found.local, found.extra, weight)


def _write_out(
    found: Difference, short: Name, its: list[int], full: Name, others: list[int], weight: Mapping[str, float]
) -> None:
    for at in [at for at in its if at in short.short]:
        for span in _spans(short.words[at], full):
            explained = _of_words(span, full, others)
            if len(explained) * 2 > len(span):
                its.remove(at)
                others[:] = [place for place in others if place not in explained]
                found.matched += sum(weight.get(full.words[place], HEAVIEST) for place in explained)
                found.cost += _SHORT_COST
                found.because.append(f"abbreviation {short.words[at]}")
                break


def _spans(initials: str, full: Name) -> Iterator[tuple[str, ...]]:
    """Every run of words that begin with these letters."""
    start = full.initials.find(initials)
    while start >= 0:
        yield full.words[start : start + len(initials)]
        start = full.initials.find(initials, start + 1)


def _of_words(span: tuple[str, ...], full: Name, others: list[int]) -> set[int]:
    """Which of the positions in `others` hold the span's words; a word may be missing at another place than its own."""
    found: set[int] = set()
    for word in span:
        found.update(next(([at] for at in others if full.words[at] == word and at not in found), []))
    return found


def _cut_off(found: Difference, weight: Mapping[str, float]) -> None:
    """The local name is the beginning of the national one, and about as long as systems cut names off."""
    ends = _cut_end(found.local)
    begins = _common_beginning(found.local, found.national)
    if not found.missing or begins < max(4, ends - 1) or ends > len(found.national.words):
        return
    if begins < ends:
        half, whole = found.local.words[begins], found.national.words[begins]
        if not whole.startswith(half):
            return
        if begins in found.extra:
            found.extra.remove(begins)
            found.matched += weight.get(whole, HEAVIEST)
    cut = [at for at in found.missing if at >= begins]
    found.missing = [at for at in found.missing if at < begins]
    found.cost += _CUT_COST
    found.is_cut = True
    found.because.append(f"cut off before {len(cut)} words")


def _cut_end(name: Name) -> int:
    """How many of its words stand before the cut; more than any name has when it does not look cut."""
    head, whole = name.letters
    if name.received in _CUT_EXACTLY or any(low <= whole <= high for low, high in _CUT_AT):
        return len(name.words)
    if any(low <= head <= high for low, high in _CUT_AT):
        return name.tail
    return sys.maxsize


def _common_beginning(local: Name, national: Name) -> int:
    for at, (ours, theirs) in enumerate(zip(local.words, national.words, strict=False)):
        if ours != theirs:
            return at
    return min(len(local.words), len(national.words))


def _appended_agency(found: Difference, weight: Mapping[str, float], agencies: Container[str]) -> None:
    """Words behind the name that only say whose procedure it is: of agencies, or of places, which no name has."""
    tail, own = found.local.tail, found.local.words
    appended = [at for at in found.extra if at >= tail]
    # It begins as an agency does; else these are words of the name itself, such as "sau khi …" (after …).
    begins = bool(appended) and (appended[0] == tail or is_head(own, appended[0]))
    if begins and all(own[at] in agencies or own[at] not in weight for at in appended):
        found.extra = [at for at in found.extra if at < tail]
        told = sum(weight.get(own[at], HEAVIEST) for at in appended)
        found.cost += min(_AGENCY_MOST, _AGENCY_COST * told)
        found.because.append("agency appended: " + " ".join(own[at] for at in appended))
