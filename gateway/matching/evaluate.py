"""How well matching does on pairs whose right answer is known, beside the field's own method on the same pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.matching.entry import Entry
from gateway.matching.matcher import Matcher, identity
from gateway.matching.word_counts import WordCounts


@dataclass(frozen=True)
class Pair:
    """A local row and its right national code; "" when the national list lacks it, so that any link is wrong."""

    local: Entry
    national_code: str


@dataclass(frozen=True)
class Outcome:
    """What a method made of one local row: its first candidate, all it listed, and the code it linked by itself."""

    top: str | None
    listed: frozenset[str]
    link: str | None


@dataclass(frozen=True)
class Figures:
    """A method's figures; shares are 0 to 1, None where there is nothing to divide by.

    Rows identical to another in every column, but with another right code, are counted apart: right is to list both codes
    and to link neither. The first five figures are of all other rows.
    """

    method: str
    rows: int
    top_1: float | None
    links: int
    precision: float | None
    recall: float | None
    identical_rows: int
    identical_listed: int
    identical_linked: int


def by_matching(pairs: Sequence[Pair], national: Sequence[Entry]) -> list[Outcome]:
    """What our matcher makes of the pairs."""
    matches = Matcher(national).match([pair.local for pair in pairs])
    return [
        Outcome(codes[0] if codes else None, frozenset(codes), match.link)
        for match in matches
        for codes in [[candidate.entry.code for candidate in match.candidates]]
    ]


def by_word_counts(pairs: Sequence[Pair], national: Sequence[Entry]) -> list[Outcome]:
    """What the field's own method makes of them: it takes its best candidate, if that reaches the cut."""
    method = WordCounts([entry.name for entry in national])
    best = [method.best(pair.local.name) for pair in pairs]
    codes = [None if at is None else national[at].code for at in best]
    return [Outcome(code, frozenset([code] if code else []), code) for code in codes]


def figures(method: str, pairs: Sequence[Pair], outcomes: Sequence[Outcome]) -> Figures:
    """Count a method's outcomes."""
    twins = _identical(pairs)
    apart = [(pair, outcome) for pair, outcome, codes in zip(pairs, outcomes, twins, strict=True) if not codes]
    known = sum(bool(pair.national_code) for pair, _ in apart)
    links = sum(outcome.link is not None for _, outcome in apart)
    right = sum(outcome.link == pair.national_code for pair, outcome in apart)
    tops = sum(bool(pair.national_code) and outcome.top == pair.national_code for pair, outcome in apart)
    same = [(outcome, codes) for outcome, codes in zip(outcomes, twins, strict=True) if codes]
    return Figures(
        method=method,
        rows=len(apart),
        top_1=_share(tops, known),
        links=links,
        precision=_share(right, links),
        recall=_share(right, known),
        identical_rows=len(same),
        identical_listed=sum(codes <= outcome.listed for outcome, codes in same),
        identical_linked=sum(outcome.link is not None for outcome, _ in same),
    )


def _identical(pairs: Sequence[Pair]) -> list[frozenset[str]]:
    """For each pair the right codes of all rows identical to it; empty when they all have one."""
    codes: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for pair in pairs:
        codes[identity(pair.local)].add(pair.national_code)
    groups = (codes[identity(pair.local)] for pair in pairs)
    return [frozenset(group) if len(group) > 1 else frozenset() for group in groups]


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
