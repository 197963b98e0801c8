"""The world all portals show: a function of seed, day, sizes and catalogue, and of nothing else but what is pushed."""

from collections.abc import Callable, Sequence
from itertools import islice

from sandbox.pushes.store import Pushes
from sandbox.world.agencies import Agencies
from sandbox.world.builtin import builtin_procedures, made_up_procedures
from sandbox.world.catalogue import Catalogue
from sandbox.world.dossiers import Dossiers
from sandbox.world.life import Fate
from sandbox.world.local import local_procedures
from sandbox.world.procedure import Procedure


class World:
    """Procedures, agencies and dossiers on one simulated day; `day` 0 is the night of 2026-11-20."""

    def __init__(self, procedures: Sequence[Procedure], dossier_count: int, seed: int) -> None:
        self.seed = seed
        self.day = 0
        self.catalogue = Catalogue(procedures, seed)
        self.agencies = Agencies()
        self.local = local_procedures(self.catalogue)
        self.dossiers = Dossiers(Fate(seed, self.local, self.agencies), dossier_count if self.local else 0, seed)
        # The national portal and the proxy before it keep what is pushed in one place.
        self.pushes = Pushes()
        self._told: list[Callable[[], None]] = []

    def each_time(self, tell: Callable[[], None]) -> None:
        """Have something done each time that days have passed."""
        self._told.append(tell)

    def pass_days(self, count: int) -> None:
        """Let `count` days pass; passing one day twice gives the same world as passing two."""
        for _ in range(count):
            self.catalogue.pass_day()
        self.day += count
        self.local = local_procedures(self.catalogue)
        self.dossiers.pass_to(self.day)
        self.pushes.pass_to(self.day)
        for tell in self._told:
            tell()


def procedures_of_size(given: Sequence[Procedure] | None, size: int | None) -> list[Procedure]:
    """The procedures of a catalogue (the built-in one when None is given), cut or filled up to `size`."""
    real = list(builtin_procedures() if given is None else given)
    if size is None:
        return real
    made_up = made_up_procedures({procedure.code for procedure in real})
    return real[:size] + list(islice(made_up, max(0, size - len(real))))
