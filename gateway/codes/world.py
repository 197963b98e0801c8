"""The units as they were before a reform, to be found by name: the names of communes repeat, within one province too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from gateway.codes.held import Holding, Version
from gateway.codes.names import folded, unit_word, without_unit_word
from gateway.codes.phrases import Mention
from gateway.codes.units import COMMUNE, DISTRICT, PROVINCE


class World:
    """Units in force on the day before. A province is known by its entity id."""

    def __init__(self, holding: Holding) -> None:
        self.holding = holding
        self.province_of: dict[int, int | None] = {}
        self.district_of: dict[int, int | None] = {}
        self.units_of: defaultdict[tuple[int | None, str | None], list[Version]] = defaultdict(list)
        self._by_name: defaultdict[tuple[int | None, str | None, str], list[Version]] = defaultdict(list)
        for unit in holding.versions:
            self._place(unit)

    def _place(self, unit: Version) -> None:
        above = {each.level_code: each.entity_id for each in self.holding.chain(unit)}
        province = None if unit.level_code == PROVINCE else above.get(PROVINCE)
        self.province_of[unit.entity_id], self.district_of[unit.entity_id] = province, above.get(DISTRICT)
        self.units_of[province, unit.level_code].append(unit)
        self._by_name[province, unit.level_code, bare_name(unit.name)].append(unit)

    def named(self, mention: Mention, level: str, provinces: Iterable[int | None]) -> list[Version]:
        """Units of a level in these provinces with the mention's name and kind, in its places; any kind where none is written."""
        found = [unit for province in provinces for unit in self._by_name[province, level, bare_name(mention.name)]]
        if level != PROVINCE:
            same_kind = [unit for unit in found if unit_word(unit.name) == (mention.word or mention.assumed)]
            found = same_kind if mention.word else same_kind or found
        return [unit for unit in found if self.lies_in(unit, mention.places)]

    def lies_in(self, unit: Version, places: Iterable[str]) -> bool:
        """Whether every place is one above the unit; places are written with their kind: huyện Châu Thành."""
        above = {folded(each.name) for each in self.holding.chain(unit)}
        return all(folded(place) in above for place in places)

    def communes(self, provinces: Iterable[int | None]) -> list[Version]:
        """All communes of these provinces."""
        return [unit for province in provinces for unit in self.units_of[province, COMMUNE]]


def bare_name(name: str) -> str:
    """A unit's name without its kind, for comparison; some lists write the kind twice: Phường Phường Đúc."""
    once = without_unit_word(name)
    return folded(without_unit_word(once) if unit_word(once) == unit_word(name) else once)
