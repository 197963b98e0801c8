"""Sessions and tokens: given at a login, good for some seconds, ended at once on command."""

import secrets
import time


class Sessions:
    """Marks that were given out and when each ends (seconds of the monotonic clock)."""

    def __init__(self, lifetime: float) -> None:
        self.lifetime = lifetime
        self._ends: dict[str, float] = {}

    def open(self) -> str:
        """A new mark, good for `lifetime` seconds from now."""
        now = time.monotonic()
        self._ends = {mark: end for mark, end in self._ends.items() if end > now}
        mark = secrets.token_hex(20)
        self._ends[mark] = now + self.lifetime
        return mark

    def is_valid(self, mark: object) -> bool:
        """True while a mark is good."""
        return isinstance(mark, str) and self._ends.get(mark, 0.0) > time.monotonic()

    def expire(self) -> int:
        """Ends every mark now; says how many were still good."""
        now = time.monotonic()
        good = sum(end > now for end in self._ends.values())
        self._ends.clear()
        return good
