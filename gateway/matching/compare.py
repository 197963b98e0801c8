"""One pair weighed: every signal, how far the two sides agree in it, and the score they make together."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from gateway.matching import context, names, words
from gateway.matching.context import Words
from gateway.matching.entry import Entry
from gateway.matching.names import Name

WEIGHTS: Mapping[str, float] = {
    "words": 0.70,
    "order": 0.04,
    "accents": 0.04,
    "field": 0.08,
    "level": 0.05,
    "agency": 0.04,
    "legal_basis": 0.04,
    "code": 0.15,
}
"""What each signal may add. One that cannot be compared is left out, and the others are scaled up to 1."""


@dataclass(frozen=True)
class Evidence:
    """One signal of one pair. agreement: 0 to 1. weight: its share of the score. says: the facts, for people."""

    signal: str
    agreement: float
    weight: float
    says: str

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "signal": self.signal,
            "agreement": round(self.agreement, 4),
            "weight": self.weight,
            "says": self.says,
        }


@dataclass(frozen=True)
class Row:
    """An entry, read once and compared often."""

    entry: Entry
    name: Name
    fields: tuple[Words, ...]
    levels: Words
    agencies: tuple[Words, ...]
    documents: Words
    code: str


def read(entry: Entry) -> Row:
    """Read an entry. Its code is the national part of a code in the national form, in the code or in the name."""
    name = names.read(entry.name, context.values(entry.agency))
    written = names.PROCEDURE_CODE.fullmatch(entry.code)
    return Row(
        entry,
        name,
        context.word_sets(entry.field),
        context.levels(entry.level),
        context.word_sets(entry.agency),
        context.documents(entry.legal_basis),
        written[1] if written else name.code,
    )


Signals = dict[str, float]


@dataclass(frozen=True)
class Vocabulary:
    """weight: of each word of the national names. agencies: every word in the names of agencies, on both sides."""

    weight: Mapping[str, float]
    agencies: Container[str]


def weigh(local: Row, national: Row, vocabulary: Vocabulary, code: str) -> tuple[Signals, words.Difference]:
    """The signals that can be compared. code: the national code the local row names, if there is such a one."""
    difference = words.compare(local.name, national.name, vocabulary.weight, vocabulary.agencies)
    found = {
        "words": difference.agreement(vocabulary.weight),
        "order": _order(local.name, national.name, difference.is_cut),
        "accents": _accents(local.name, national.name),
        "field": context.same_words(local.fields, national.fields),
        "level": context.overlap(local.levels, national.levels),
        "agency": context.contained(local.agencies, national.agencies),
        "legal_basis": context.cited(local.documents, national.documents),
        "code": float(code == national.entry.code) if code else None,
    }
    return {name: value for name, value in found.items() if value is not None}, difference


def score(signals: Signals) -> float:
    """The weighted mean of the signals, 0 to 1."""
    return sum(WEIGHTS[name] * value for name, value in signals.items()) / sum(WEIGHTS[name] for name in signals)


def explain(local: Row, national: Row, signals: Signals, difference: words.Difference) -> tuple[Evidence, ...]:
    """The signals as evidence, with their shares of the score and the facts behind them."""
    total = sum(WEIGHTS[name] for name in signals)
    said = {
        "words": _said_of_words(difference),
        "field": f"{local.entry.field} / {national.entry.field}",
        "level": f"{local.entry.level} / {national.entry.level}",
        "agency": f"{local.entry.agency} / {national.entry.agency}",
        "legal_basis": ", ".join(sorted(local.documents & national.documents)),
        "code": local.code,
    }
    return tuple(
        Evidence(name, value, round(WEIGHTS[name] / total, 4), said.get(name, "")) for name, value in signals.items()
    )


def _order(local: Name, national: Name, is_cut: bool) -> float:
    """How much of the letters stands in the same order."""
    other = national.text[: len(local.text)] if is_cut else national.text
    return fuzz.ratio(local.text, other) / 100


def _accents(local: Name, national: Name) -> float | None:
    """The share of the local name's words that the national name has with the very same accents; None if it has none."""
    if not local.has_accents:
        return None
    marked = set(national.marks)
    both = [mark in marked for word, mark in zip(local.words, local.marks, strict=True) if word in national.counts]
    return sum(both) / len(both) if both else None


def _said_of_words(difference: words.Difference) -> str:
    extra = " ".join(difference.local.words[at] for at in difference.extra)
    missing = " ".join(difference.national.words[at] for at in difference.missing)
    parts = [f"only local: {extra}" if extra else "", f"only national: {missing}" if missing else ""]
    return "; ".join([part for part in parts if part] + difference.because) or "every word is in both"
