"""The national catalogue as days pass: procedures are amended, added and abolished."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.world.builtin import made_up
from sandbox.world.chance import Dice
from sandbox.world.procedure import Procedure

# Kept so that a long run of days never empties a small catalogue.
FEWEST = 5
DAYS_BETWEEN_ADDITIONS = 3
DAYS_BETWEEN_ABOLITIONS = 4


@dataclass(slots=True, eq=False)
class Entry:
    """A procedure and what days did to it; `revision` counts its amendments."""

    procedure: Procedure
    revision: int = 0
    amended_on: int = 0
    abolished_on: int | None = None

    @property
    def is_in_force(self) -> bool:
        """True until the day of its abolition (bãi bỏ)."""
        return self.abolished_on is None

    @property
    def is_amended(self) -> bool:
        """True when at least one amendment changed it."""
        return self.revision > 0


class Catalogue:
    """Every procedure the portal ever listed, by code; `day` is the last day that has passed."""

    def __init__(self, procedures: Sequence[Procedure], seed: int) -> None:
        self.day = 0
        self._seed = seed
        self._entries = {procedure.code: Entry(procedure) for procedure in procedures}
        self._models = list(procedures)

    def in_force(self) -> Iterator[Entry]:
        """The entries a list shows today, oldest first."""
        return (entry for entry in self._entries.values() if entry.is_in_force)

    def ever(self) -> Iterator[Entry]:
        """Every entry, the abolished too."""
        return iter(self._entries.values())

    def find(self, code: str) -> Entry | None:
        """The entry with a national code if it is in force today."""
        entry = self._entries.get(code)
        return entry if entry is not None and entry.is_in_force else None

    def pass_day(self) -> None:
        """One day: some amendments, an addition on days 1, 4, 7..., an abolition on days 2, 6, 10..."""
        self.day += 1
        dice = Dice(self._seed, "catalogue", self.day)
        if self.day % DAYS_BETWEEN_ABOLITIONS == 2:
            self._abolish(dice)
        self._amend(dice)
        if self.day % DAYS_BETWEEN_ADDITIONS == 1:
            self._add()

    def _amend(self, dice: Dice) -> None:
        candidates = [entry for entry in self.in_force() if entry.procedure.has_detail]
        if not candidates:
            return
        for _ in range(2 + dice.below(3)):
            entry = dice.pick(candidates)
            entry.revision, entry.amended_on = entry.revision + 1, self.day

    def _abolish(self, dice: Dice) -> None:
        candidates = list(self.in_force())
        if len(candidates) > FEWEST:
            dice.pick(candidates).abolished_on = self.day

    def _add(self) -> None:
        if self._models:
            code = f"2.9{self.day:05}"
            model = self._models[self.day % len(self._models)]
            self._entries.setdefault(code, Entry(made_up(code, self.day, model)))
