"""All dossiers of one ministry: of its own procedures, told by the world's seed, moving on as the world's days pass."""

from collections.abc import Callable, Iterator
from functools import cached_property

from sandbox.ministry.dossier import MinistryDossier
from sandbox.world.chance import Dice
from sandbox.world.clock import day_of
from sandbox.world.dossiers import Dossiers
from sandbox.world.life import Fate
from sandbox.world.local import LocalProcedure
from sandbox.world.procedure import Procedure
from sandbox.world.world import World

# A ministry holds one dossier for so many of the province's.
PROVINCE_PER_MINISTRY = 10
# Codes of procedures that passing days add. A world that starts on a later day has them already, one that waited has not;
# ministries never deal with them, so that both are the same world.
ADDED_BY_DAYS = "2.9"


def share_of(dossiers: int) -> int:
    """How many dossiers a ministry holds on day 0 beside a province with so many."""
    return -(-dossiers // PROVINCE_PER_MINISTRY)


class MinistryDossiers:
    """The dossiers of one ministry's system, in the order of filing; `code` says how that system numbers them."""

    def __init__(
        self,
        world: World,
        ministry: str,
        size: int,
        belongs: Callable[[Procedure], bool],
        code: Callable[[MinistryDossier], str],
    ) -> None:
        self._world, self._ministry, self.code = world, ministry, code
        self._size, self._belongs = size, belongs
        self._seed = Dice(world.seed, "ministry", ministry).below(1 << 32)
        self._day = -1
        self._shown: list[MinistryDossier] = []
        self._by_code: dict[str, MinistryDossier] = {}

    def __iter__(self) -> Iterator[MinistryDossier]:
        """Every dossier as it stands tonight."""
        self._catch_up()
        return iter(self._shown)

    def find(self, code: str) -> MinistryDossier | None:
        """The dossier with a code of this ministry's own style, None when there is none."""
        self._catch_up()
        return self._by_code.get(code)

    def between(
        self, first_day: int, last_day: int, moment: Callable[[MinistryDossier], int | None]
    ) -> list[MinistryDossier]:
        """Those whose `moment` (ms) falls on one of the days, both inclusive; in the order of filing."""
        dated = ((dossier, moment(dossier)) for dossier in self)
        return [dossier for dossier, at in dated if at is not None and first_day <= day_of(at) <= last_day]

    @cached_property
    def _dossiers(self) -> Dossiers:
        """Told when somebody first asks: most runs of the sandbox never do."""
        locals_ = _founding(self._world, self._belongs)
        fate = Fate(self._seed, locals_, self._world.agencies)
        return Dossiers(fate, self._size if locals_ else 0, self._seed)

    def _catch_up(self) -> None:
        if self._day == self._world.day:
            return
        self._day = self._world.day
        self._dossiers.pass_to(self._day)
        self._shown = [self._dossier(index, stage) for index, stage in enumerate(self._dossiers.stage)]
        self._by_code = {self.code(dossier): dossier for dossier in self._shown}

    def _dossier(self, index: int, stage: int) -> MinistryDossier:
        return MinistryDossier(self._ministry, self._seed, self._dossiers.life(index), stage)


def _founding(world: World, belongs: Callable[[Procedure], bool]) -> list[LocalProcedure]:
    """The ministry's procedures of day 0; a catalogue (a very small one) that has none lends all it has."""
    founding = [local for local in world.local if not local.entry.procedure.code.startswith(ADDED_BY_DAYS)]
    return [local for local in founding if belongs(local.entry.procedure)] or founding
