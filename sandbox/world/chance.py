"""Chance that repeats: the same key always throws the same numbers, on every machine and in every process."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A pool of 512 bits drawn from a key; some forty small throws are fair, far more than anybody here needs."""

    __slots__ = ("_pool",)

    def __init__(self, *key: object) -> None:
        text = "/".join(map(str, key))
        self._pool = int.from_bytes(blake2b(text.encode(), digest_size=64).digest(), "big")

    def below(self, bound: int) -> int:
        """A whole number from 0 to `bound` - 1."""
        self._pool, number = divmod(self._pool, bound)
        return number

    def pick(self, choices: Sequence[T]) -> T:
        """One of `choices`, each as likely as the other."""
        return choices[self.below(len(choices))]

    def one_in(self, bound: int) -> bool:
        """True once in `bound` throws."""
        return self.below(bound) == 0


def object_id(*key: object) -> str:
    """A stable id of 24 hexadecimal digits, as MongoDB gives them."""
    return blake2b("/".join(map(str, key)).encode(), digest_size=12).hexdigest()


def short_mark(text: str) -> str:
    """Six capital hexadecimal digits that stand for a text in a generated code."""
    return blake2b(text.encode(), digest_size=3).hexdigest().upper()
