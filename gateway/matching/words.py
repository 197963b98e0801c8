"""How far the words of two names agree, and what explains the words that only one of them has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.matching.names import Name
from gateway.matching.weights import HEAVIEST

ENOUGH = 8.0
"""Matched weight beyond which more matched words no longer excuse a differing one: legal names of 60 words differ by one."""

_AGENCY_COST, _AGENCY_MOST = 0.05, 0.3
_CUT_COST, _CUT_MOST = 0.05, 0.5
_SHORT_COST = 0.1
_CUT_AT = ((88, 112), (240, 260))
"""Letters a name that a system cut off (at 100, at 255) may have left, give or take a word in front or an abbreviation."""


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

    def agreement(self, weight: Mapping[str, float]) -> float:
        """From 0 (nothing in common) to 1 (every word accounted for)."""
        left = sum(weight.get(self.local.words[at], HEAVIEST) for at in self.extra)
        left += sum(weight.get(self.national.words[at], HEAVIEST) for at in self.missing)
        enough = min(self.matched, ENOUGH)
        return enough / (enough + left + self.cost) if enough else 0.0


def compare(local: Name, national: Name, weight: Mapping[str, float], agencies: frozenset[str]) -> Difference:
    """Lay two names side by side; `agencies`: words of the agencies that either row names."""
    found = _side_by_side(local, national, weight)
    if found.extra or found.missing:
        _half_word(found)
        _abbreviations(found, weight)
        _cut_off(found)
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


def _half_word(found: Difference) -> None:
    """The local name's last word was cut in the middle."""
    last = found.local.tail - 1
    if last not in found.extra or not _was_cut(found.local):
        return
    half = found.local.words[last]
    for at in found.missing:
        if found.national.words[at].startswith(half):
            found.extra.remove(last)
            found.missing.remove(at)
            found.cost += _CUT_COST
            return


def _abbreviations(found: Difference, weight: Mapping[str, float]) -> None:
    """Words that are the initials of words the other name has in full, on either side."""
    _write_out(found, found.local, found.extra, found.national, found.missing, weight)
    _write_out(found, found.national, found.missing, found.local, found.extra, weight)


def _write_out(
    found: Difference, short: Name, its: list[int], full: Name, others: list[int], weight: Mapping[str, float]
) -> None:
    for at in [at for at in its if at in short.short]:
        initials = short.words[at]
        start = full.initials.find(initials)
        while start >= 0:
            span = [place for place in range(start, start + len(initials)) if place in others]
            if len(span) * 2 > len(initials):
                its.remove(at)
                for place in span:
                    others.remove(place)
                    found.matched += weight.get(full.words[place], HEAVIEST)
                found.cost += _SHORT_COST
                found.because.append(f"abbreviation {initials}")
                break
            start = full.initials.find(initials, start + 1)


def _cut_off(found: Difference) -> None:
    """The local name is the beginning of the national one, and about as long as systems cut names off."""
    if not found.missing or not _was_cut(found.local):
        return
    begins = _common_beginning(found.local, found.national)
    if begins < found.local.tail - 1 or begins < 4:
        return
    cut = [at for at in found.missing if at >= begins]
    if cut:
        found.missing = [at for at in found.missing if at < begins]
        found.cost += min(_CUT_MOST, _CUT_COST * len(cut))
        found.because.append(f"cut off before {len(cut)} words")


def _was_cut(name: Name) -> bool:
    return any(low <= letters <= high for letters in name.letters for low, high in _CUT_AT) or 0 < name.tail < len(
        name.words
    )


def _common_beginning(local: Name, national: Name) -> int:
    for at, (ours, theirs) in enumerate(zip(local.words, national.words, strict=False)):
        if ours != theirs:
            return at
    return min(len(local.words), len(national.words))


def _appended_agency(found: Difference, weight: Mapping[str, float], agencies: frozenset[str]) -> None:
    """Words behind the name that only say whose procedure it is."""
    own = found.local.words
    begins = len(own)
    while begins and own[begins - 1] in agencies:
        begins -= 1
    begins = min(begins, found.local.tail)
    appended = [at for at in found.extra if at >= begins]
    if appended:
        found.extra = [at for at in found.extra if at < begins]
        told = sum(weight.get(own[at], HEAVIEST) for at in appended)
        found.cost += min(_AGENCY_MOST, _AGENCY_COST * told)
        found.because.append("agency appended: " + " ".join(own[at] for at in appended))
