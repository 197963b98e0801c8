"""Which commune a name in the text means: settled by facts, one rule after the other, or left for a person.

The names of communes repeat, so a name may fit several. In this order, each rule looks at what those before left open:

- `name`, `place`: one commune of the former provinces has that name (and lies in the place the text gives).
- `own_code`: one of those that fit had the code the new unit has: a new unit keeps the code of one it was formed from.
- `elimination`: all others that fit are left as they were, or are taken whole by units the rules before have settled.
- `neighbours`: exactly one that fits lies in a district of the other communes this unit was formed from, and no other name
  leads to it. Merged communes are neighbours; where this meets a contradiction it decides nothing.
- `spelling`: no commune has that name, but exactly one that nobody else names is written nearly so, and it had the new unit's
  code, or lies in a district of the others. Mỵ Hòa is then Mi Hòa of the same district, not Mỹ Hòa of another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gateway.codes.held import Version
from gateway.codes.names import SAME, folded, letters, likeness, unit_word
from gateway.codes.phrases import WHOLE, Mention
from gateway.codes.units import COMMUNE
from gateway.codes.world import World, bare_name

ALIKE, CLEARLY = 0.65, 0.1
"""Likeness (0 to 1) from which `spelling` looks at a name, and how much nearer than the next one it must be."""


@dataclass(frozen=True)
class Formed:
    """A unit formed from others. provinces: entity ids of the former provinces it lies in."""

    entity_id: int
    code: str | None
    name: str
    level: str | None
    provinces: tuple[int | None, ...]
    text: str


@dataclass(eq=False)
class Claim:
    """A unit's text names something: the units that fit, and by which rule one of them was chosen."""

    formed: Formed
    mention: Mention
    level: str
    fits: list[Version]
    chosen: Version | None = None
    evidence: str = ""

    def choose(self, unit: Version, evidence: str) -> None:
        """Settle on one unit."""
        self.chosen, self.evidence = unit, evidence


@dataclass
class Claims:
    """All claims of one reform. kept: entity ids of the units that are left as they were."""

    world: World
    kept: frozenset[int]
    all: list[Claim] = field(default_factory=list)

    def settle(self) -> None:
        """Apply every rule."""
        for claim in self.all:
            if len(claim.fits) == 1:
                claim.choose(claim.fits[0], "place" if claim.mention.places else "name")
        self._own_code()
        self._eliminate()
        self._choose_alone(((claim, near[0]) for claim, near in self._by_neighbours() if len(near) == 1), "neighbours")
        self._reopen_contested()
        self._by_spelling()

    def open(self) -> list[Claim]:
        """Claims that nothing has settled."""
        return [claim for claim in self.all if claim.chosen is None]

    def takers(self) -> dict[int, list[Claim]]:
        """Entity id of a former unit → the settled claims on it."""
        found: defaultdict[int, list[Claim]] = defaultdict(list)
        for claim in self.all:
            if claim.chosen is not None:
                found[claim.chosen.entity_id].append(claim)
        return found

    def _own_code(self) -> None:
        for claim in self.open():
            for unit in claim.fits:
                if unit.code == claim.formed.code:
                    claim.choose(unit, "own_code")

    def _eliminate(self) -> None:
        again = True
        while again:
            again = False
            whole = {unit for unit, taken in self.takers().items() if any(c.mention.relation == WHOLE for c in taken)}
            districts = self._districts()
            for claim in self.open():
                left = [unit for unit in claim.fits if unit.entity_id not in whole | self.kept]
                if len(left) == 1 and self._near(claim, districts) in ([], left):
                    claim.choose(left[0], "elimination")
                    again = True

    def _by_neighbours(self) -> Iterator[tuple[Claim, list[Version]]]:
        districts = self._districts()
        for claim in self.open():
            yield claim, self._near(claim, districts)

    def _near(self, claim: Claim, districts: dict[int, set[int | None]]) -> list[Version]:
        around = districts.get(claim.formed.entity_id, set())
        return [unit for unit in claim.fits if self.world.district_of[unit.entity_id] in around]

    def _districts(self) -> dict[int, set[int | None]]:
        """Entity id of a new unit → districts of the communes it is settled to have been formed from."""
        found: defaultdict[int, set[int | None]] = defaultdict(set)
        for claim in self.all:
            if claim.chosen is not None:
                found[claim.formed.entity_id].add(self.world.district_of[claim.chosen.entity_id])
        return found

    def _by_spelling(self) -> None:
        """In rounds: what one round settles shows the district for the next."""
        while proposals := self._alike():
            best: dict[int, tuple[float, str]] = {}
            for claim, unit, like in proposals:
                best[unit.entity_id] = max(best.get(unit.entity_id, (0.0, "")), (like, folded(claim.mention.name)))
            for claim, unit, _ in proposals:
                if folded(claim.mention.name) == best[unit.entity_id][1]:
                    claim.choose(unit, "spelling")

    def _alike(self) -> list[tuple[Claim, Version, float]]:
        """Open claims on names no commune has, with the one written nearly so, and how nearly."""
        districts, taken = self._districts(), self.takers().keys() | self.kept
        found = []
        for claim in self.open():
            if claim.mention.word and not claim.fits:
                around = districts.get(claim.formed.entity_id, set())
                free = (u for u in self.world.communes(claim.formed.provinces) if u.entity_id not in taken)
                near = (u for u in free if u.code == claim.formed.code or self.world.district_of[u.entity_id] in around)
                found += [(claim, unit, like) for unit, like in _nearest(claim.mention, near)]
        return found

    def _reopen_contested(self) -> None:
        """Let go of a commune that another unit takes too, where one of the same name lies beside the unit's others unnamed.

        The text writes Xã Xuân Hòa for Phường Xuân Hòa of the same district; it does not mean Xã Xuân Hòa of another.
        """
        takers, of_unit = self.takers(), self._by_unit()
        free: defaultdict[str, set[int | None]] = defaultdict(set)
        for unit in self.world.holding.versions:
            if unit.level_code == COMMUNE and unit.entity_id not in takers and unit.entity_id not in self.kept:
                free[letters(bare_name(unit.name))].add(self.world.district_of[unit.entity_id])
        for claim in self.all:
            if claim.chosen is not None and claim.evidence == "name" and len(takers[claim.chosen.entity_id]) > 1:
                others = [c.chosen for c in of_unit[claim.formed.entity_id] if c.chosen and c is not claim]
                around = {self.world.district_of[each.entity_id] for each in others}
                foreign = self.world.district_of[claim.chosen.entity_id] not in around
                if foreign and around & free[letters(bare_name(claim.chosen.name))]:
                    claim.chosen, claim.fits, claim.evidence = None, [], ""

    def _by_unit(self) -> dict[int, list[Claim]]:
        found: defaultdict[int, list[Claim]] = defaultdict(list)
        for claim in self.all:
            found[claim.formed.entity_id].append(claim)
        return found

    def _choose_alone(self, proposals: Iterable[tuple[Claim, Version]], evidence: str) -> None:
        """Settle proposals, except where two of them, or one and an earlier claim, want the same unit whole."""
        wanted = list(proposals)
        count = Counter(unit.entity_id for _, unit in wanted)
        taken = self.takers()
        for claim, unit in wanted:
            if count[unit.entity_id] == 1 and unit.entity_id not in taken and unit.entity_id not in self.kept:
                claim.choose(unit, evidence)


def _nearest(mention: Mention, units: Iterable[Version]) -> list[tuple[Version, float]]:
    """The one unit written nearly like a name, and how nearly; empty when there is none, or another one is about as near.

    Kinds may differ (a thị trấn the text calls xã), but among spellings of the same name the kind decides.
    """
    rated = [(likeness(mention.name, bare_name(unit.name)), unit.entity_id, unit) for unit in units]
    same = [each for each in rated if each[0] >= SAME and unit_word(each[2].name) == mention.word]
    rated = sorted(same or rated, reverse=True)[:2]
    if not rated or rated[0][0] < ALIKE:
        return []
    like, _, unit = rated[0]
    ahead = like - (rated[1][0] if len(rated) > 1 else 0)
    return [(unit, like)] if ahead >= CLEARLY or (like >= SAME and ahead > 0) else []
