"""What a portal was asked, counted by service or path, so that a test can compare it with what a client believes."""

from collections import Counter


class Ledger:
    """Counts of calls since the start; a call that a fault spoiled counts too."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.spoiled: Counter[str] = Counter()

    def count(self, name: str) -> None:
        """One call of a service or path."""
        self.calls[name] += 1

    def spoil(self, name: str) -> None:
        """One call answered wrongly on purpose."""
        self.spoiled[name] += 1
