"""All pushes of one portal: kept as they come, mishandled where a fault says so."""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from sandbox.pushes.by_date import ByDate
from sandbox.pushes.dossier import Dossier
from sandbox.pushes.record import NEVER, Kept, Kind, Push, keep
from sandbox.pushes.tampering import NONE, Tampering, current


class Pushes:
    """Dossiers by code. Its clock is the number of calls the portal received, beside the simulated day."""

    def __init__(self, day: int = 0) -> None:
        self.calls = 0
        self.day = day
        self.accepted = 0
        self._dossiers: dict[str, Dossier] = {}
        self._by_date = ByDate()
        self._due: list[tuple[int, str]] = []
        self._ends_today: set[str] = set()

    def __iter__(self) -> Iterator[Dossier]:
        """Every dossier that a push was accepted of, in the order of the first one."""
        return iter(self._dossiers.values())

    def find(self, code: str) -> Dossier | None:
        """What was told of a code; None when nothing was."""
        return self._dossiers.get(code)

    def holds(self, code: str) -> bool:
        """Whether the portal has a dossier with this code, shown or not."""
        found = self._dossiers.get(code)
        return found is not None and found.held is not None

    def held_count(self) -> int:
        """How many dossiers the portal has."""
        return sum(dossier.held is not None for dossier in self)

    def shown_rows(self, code: str, kind: Kind) -> list[Kept]:
        """The rows of a kind that answers tell of, in the order in which they came."""
        found = self._dossiers.get(code)
        pushes = found.pushes if found is not None else []
        return [kept for kept in pushes if kept.push.kind is kind and kept.is_shown(self.calls, self.day)]

    def page(self, start: str, end: str, skip: int, size: int) -> tuple[int, list[Dossier]]:
        """How many dossiers are shown from a date to another (not included), and one page of them in order of date."""
        total, codes = self._by_date.page(start, end, skip, size)
        return total, [self._dossiers[code] for code in codes]

    def add(self, pushes: Sequence[Push]) -> None:
        """Keeps the items of one call as the order about this call says."""
        order = current()
        for place, push in enumerate(pushes):
            told = order if order.hits(place, push.code) else NONE
            for _ in range(max(1, told.copies)):
                self._keep(push, told)

    def tick(self) -> None:
        """One more call was received: some pushes come into sight, some are forgotten."""
        self.calls += 1
        while self._due and self._due[0][0] < self.calls:
            self._settle(self._dossiers[heappop(self._due)[1]])

    def pass_to(self, day: int) -> None:
        """A simulated day begins: what was kept for its day only is forgotten."""
        self.day = day
        ended, self._ends_today = self._ends_today, set()
        for code in ended:
            self._settle(self._dossiers[code])

    def _keep(self, push: Push, told: Tampering) -> None:
        self.accepted += 1
        kept = keep(push, self.accepted)
        self._spoil(kept, told)
        dossier = self._dossiers.setdefault(push.code, Dossier(push.code))
        dossier.add(kept)
        self._settle(dossier)

    def _spoil(self, kept: Kept, told: Tampering) -> None:
        if not told.copies:
            kept.last_call = NEVER
        if told.calls_late:
            kept.hidden_until = self.calls + told.calls_late
            heappush(self._due, (kept.hidden_until, kept.push.code))
        if told.calls_kept is not None:
            kept.last_call = self.calls + told.calls_kept
            heappush(self._due, (kept.last_call, kept.push.code))
        if told.is_kept_today:
            kept.last_day = self.day
            self._ends_today.add(kept.push.code)

    def _settle(self, dossier: Dossier) -> None:
        dossier.settle(self.calls, self.day)
        self._by_date.put(dossier.code, dossier.shown.push.date if dossier.shown else None)
