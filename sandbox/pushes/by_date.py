"""Codes in the order of a date, so that a page of a hundred thousand dossiers is a slice of a list."""

from bisect import bisect_left, insort
from collections.abc import Sequence


class ByDate:
    """Codes by date and then by code; dates are texts that sort as they are (yyyyMMddHHmmss)."""

    def __init__(self) -> None:
        self._dates: dict[str, str] = {}
        self._order: list[tuple[str, str]] = []

    def put(self, code: str, date: str | None) -> None:
        """Sets the date of a code; None takes it out."""
        before = self._dates.pop(code, None)
        if before is not None and before != date:
            del self._order[bisect_left(self._order, (before, code))]
        if date is not None:
            self._dates[code] = date
            if before != date:
                insort(self._order, (date, code))

    def page(self, start: str, end: str, skip: int, size: int) -> tuple[int, Sequence[str]]:
        """How many codes lie from `start` (included) to `end` (not included), and `size` of them after the first `skip`."""
        low, high = (bisect_left(self._order, (bound, "")) for bound in (start, end))
        chosen = self._order[low + skip : min(high, low + skip + size)]
        return high - low, [code for _, code in chosen]
