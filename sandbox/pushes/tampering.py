"""How the pushes of one call are to be mishandled: a fault says it before the call is answered, the store obeys."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tampering:
    """An order about all items of a batch, or about those with the code `item` or at the place `position` (from 0).

    refusal: refuse the whole call with this text and `error_code`. copies: keep each item so often (0 = say that it is
    kept, and keep nothing). calls_late: show it only after so many further calls. calls_kept: forget it after so many
    further calls. is_kept_today: forget it on the next simulated day.
    """

    item: str | None = None
    position: int | None = None
    refusal: str = ""
    error_code: int = 1
    copies: int = 1
    calls_late: int = 0
    calls_kept: int | None = None
    is_kept_today: bool = False

    def hits(self, place: int, code: str) -> bool:
        """Whether the item with this code, at this place of its batch, is meant."""
        return (self.item is None and self.position is None) or code == self.item or place == self.position

    def hits_any(self, codes: Sequence[str]) -> bool:
        """Whether any item of a batch is meant."""
        return any(self.hits(place, code) for place, code in enumerate(codes))


NONE = Tampering()
_CURRENT: ContextVar[Tampering] = ContextVar("tampering", default=NONE)


def current() -> Tampering:
    """The order about the call that is being answered; one that changes nothing when there is none."""
    return _CURRENT.get()


@contextmanager
def tampering(order: Tampering) -> Iterator[None]:
    """Has an order obeyed by everything that is kept inside the block."""
    token = _CURRENT.set(order)
    try:
        yield
    finally:
        _CURRENT.reset(token)
