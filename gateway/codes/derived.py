"""What follows from the links of communes: where the communes of a district went, and with them the district itself.

No text says what became of the districts abolished on 1 July 2025 (QĐ 19/2025/QĐ-TTg). Their successors are derived: the units
their communes went to, and the province those lie in. They are marked as derived, with the communes that say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from gateway.codes.links import DERIVED, Link
from gateway.codes.phrases import WHOLE
from gateway.codes.units import COMMUNE, DISTRICT
from gateway.codes.world import World


def communes_of_whole_districts(world: World, links: list[Link]) -> Iterator[Link]:
    """A text that names a district takes its communes with it, where no text names them themselves."""
    linked = {link.entity_id for link in links}
    into = {link.entity_id: link for link in links if link.relation == WHOLE or link.relation == "renamed"}
    for unit in world.holding.versions:
        link = into.get(world.district_of[unit.entity_id] or 0)
        if link is not None and unit.level_code == COMMUNE and unit.entity_id not in linked:
            yield Link(unit.entity_id, link.successor_id, WHOLE, "district", link.said)


def districts(world: World, kept: frozenset[int], links: list[Link], parents: dict[int, int | None]) -> Iterator[Link]:
    """The successors of every district that ended and that no text names: units of its communes, and its province."""
    into: defaultdict[int, set[int]] = defaultdict(set)
    for link in links:
        into[link.entity_id].add(link.successor_id)
    for entity_id in kept:
        into[entity_id].add(entity_id)
    by_communes = _by_communes(world, into)
    for district in world.holding.versions:
        if district.level_code == DISTRICT and district.entity_id not in kept:
            found = {} if district.entity_id in into else by_communes[district.entity_id]
            for successor, communes in found.items():
                yield Link(district.entity_id, successor, DERIVED, "communes", f"its communes: {', '.join(communes)}")
            yield from _province(district.entity_id, {parents.get(each) for each in found or into[district.entity_id]})


def _by_communes(world: World, into: dict[int, set[int]]) -> defaultdict[int, dict[int, list[str]]]:
    """District → successor → names of the district's communes that went to it."""
    found: defaultdict[int, dict[int, list[str]]] = defaultdict(dict)
    for unit in world.holding.versions:
        district = world.district_of[unit.entity_id]
        if unit.level_code == COMMUNE and district is not None:
            for successor in sorted(into.get(unit.entity_id, ())):
                found[district].setdefault(successor, []).append(unit.name)
    return found


def _province(district: int, provinces: set[int | None]) -> Iterator[Link]:
    for province in sorted(each for each in provinces if each is not None):
        yield Link(district, province, DERIVED, "province", "its province")
