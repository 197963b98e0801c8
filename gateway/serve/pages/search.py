"""Search over the published sets: without regard to marks and case, in titles, texts and columns of both languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from gateway.publish.contract import Column, Contract
from gateway.serve.shelf import Shared

SHORT = 2
"""A word of so many letters must be a whole word; a longer one may be the beginning of one: `ho` is not in `hold`."""

MOST = 20
"""Words of what is searched for that count."""


class Hit(NamedTuple):
    """A set that was found. columns: those that hold words that its own texts do not."""

    shared: Shared
    columns: tuple[Column, ...] = ()


def search(sets: Iterable[Shared], asked: str) -> list[Hit]:
    """The sets that have every word somewhere, the best first: those with the words side by side in the title, then in a text."""
    said = tokens(asked)
    wanted = list(dict.fromkeys(said))[:MOST]
    hits = [(_rank(shared.contract, said), hit) for shared in sets if (hit := _hit(shared, wanted))]
    return [hit for _, hit in sorted(hits, key=lambda pair: (pair[0], pair[1].shared.name))]


@lru_cache(maxsize=5000)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, folded: `Hồ sơ đã nộp` → ho, so, da, nop. Kept, since the texts of contracts are asked again and again."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return tuple(re.findall(r"[a-z0-9]+", "".join(each for each in plain if not unicodedata.combining(each))))


def _hit(shared: Shared, wanted: list[str]) -> Hit | None:
    if not wanted:
        return None
    own = [word for text in _titles(shared.contract) + _texts(shared.contract) for word in tokens(text)]
    missing = [word for word in wanted if not _has(own, word)]
    spoken = [(column, tokens(_said(column))) for column in shared.contract.columns]
    if not all(any(_has(said, word) for _, said in spoken) for word in missing):
        return None
    telling = missing or wanted
    return Hit(shared, tuple(column for column, said in spoken if all(_has(said, word) for word in telling)))


def _rank(contract: Contract, said: Sequence[str]) -> int:
    phrase = f" {' '.join(said)} "
    for rank, texts in enumerate((_titles(contract), _texts(contract), [*map(_said, contract.columns)])):
        if any(phrase in f" {' '.join(tokens(text))} " for text in texts):
            return rank
    return 3


def _titles(contract: Contract) -> list[str]:
    return [contract.title, contract.title_en, contract.name]


def _texts(contract: Contract) -> list[str]:
    vietnamese = [contract.purpose_vi, contract.usage_vi, contract.limitations_vi]
    return [*vietnamese, contract.purpose, contract.usage, contract.limitations]


def _said(column: Column) -> str:
    return f"{column.title} {column.name} {column.description_vi} {column.description}"


def _has(said: Sequence[str], word: str) -> bool:
    return any(each == word or (len(word) > SHORT and each.startswith(word)) for each in said)
