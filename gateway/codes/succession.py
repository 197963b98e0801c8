"""What became of each unit in a reform: from the texts of the new units to links, many to many, and to questions for a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.codes import derived
from gateway.codes.claims import Claim, Claims, Formed
from gateway.codes.links import RENAMED, Link, Question
from gateway.codes.phrases import PART, WHOLE, Mention, mentions
from gateway.codes.units import COMMUNE, DISTRICT, PROVINCE, level_of
from gateway.codes.world import World


@dataclass
class Reform:
    """Units as they were, and what is new. kept: entity ids that go on; parents: entity id of a new or kept unit → its parent's."""

    world: World
    kept: frozenset[int]
    formed: list[Formed]
    parents: dict[int, int | None]
    links: list[Link] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def work_out(self) -> None:
        """Fill links and questions."""
        top = [each for each in self.formed if each.level == PROVINCE]
        self._take(top, {})
        former: defaultdict[int | None, list[int]] = defaultdict(list)
        for link in self.links:
            former[link.successor_id].append(link.entity_id)
        self._take([each for each in self.formed if each.level != PROVINCE], former)
        self._derive()

    def _take(self, formed: list[Formed], former: dict[int | None, list[int]]) -> None:
        claims = Claims(self.world, self.kept)
        for each in formed:
            province = self.parents.get(each.entity_id)
            placed = Formed(
                each.entity_id, each.code, each.name, each.level, tuple(former.get(province, [province])), each.text
            )
            claims.all += [_claim(self.world, placed, mention) for mention in mentions(each.text)]
        claims.settle()
        self.links += _links(claims)
        self.questions += [_question(claim) for claim in claims.open()]
        self.questions += _rest_not_told(claims)

    def _derive(self) -> None:
        self.links += list(derived.communes_of_whole_districts(self.world, self.links))
        self.questions += list(_named_by_none(self))
        self.links += list(derived.districts(self.world, self.kept, self.links, self.parents))


def _claim(world: World, formed: Formed, mention: Mention) -> Claim:
    told = level_of(None, f"{mention.word} {mention.name}", formed.name)
    level = PROVINCE if formed.level == PROVINCE else (DISTRICT if told == DISTRICT else COMMUNE)
    provinces: tuple[int | None, ...] = (None,) if level == PROVINCE else formed.provinces
    return Claim(formed, mention, level, world.named(mention, level, provinces))


def _links(claims: Claims) -> list[Link]:
    """One link for each pair; what is named whole by several units is divided, and none of them has all of it."""
    chosen: dict[tuple[int, int], Claim] = {}
    for claim in claims.all:
        if claim.chosen is not None:
            pair = claim.chosen.entity_id, claim.formed.entity_id
            if pair not in chosen or chosen[pair].mention.relation == WHOLE:
                chosen[pair] = claim
    successors = Counter(old for old, _ in chosen)
    predecessors = Counter(new for _, new in chosen)
    open_ones = {claim.formed.entity_id for claim in claims.open()}
    return [
        _link(claim, successors[old] > 1, predecessors[new] == 1 and new not in open_ones)
        for (old, new), claim in chosen.items()
    ]


def _link(claim: Claim, is_divided: bool, is_alone: bool) -> Link:
    assert claim.chosen is not None
    relation, evidence = claim.mention.relation, claim.evidence
    if relation == WHOLE and is_divided:
        relation, evidence = PART, "named_by_several"
    elif relation == WHOLE and is_alone:
        relation = RENAMED
    return Link(claim.chosen.entity_id, claim.formed.entity_id, relation, evidence, claim.mention.said)


def _question(claim: Claim) -> Question:
    reason = "several_of_that_name" if claim.fits else "name_not_found"
    if not claim.fits and not claim.mention.word:
        reason = "no_unit"
    candidates = tuple(f"{unit.code} {unit.name}" for unit in claim.fits)
    return Question(
        claim.formed.entity_id, claim.formed.code, claim.formed.name, reason, claim.mention.said, candidates
    )


def _rest_not_told(claims: Claims) -> Iterator[Question]:
    """Units of which the texts say only where a part went."""
    for entity_id, taken in claims.takers().items():
        if len({claim.formed.entity_id for claim in taken}) == 1 and all(c.mention.relation != WHOLE for c in taken):
            unit, claim = claims.world.holding.by_entity[entity_id], taken[0]
            into = (f"{claim.formed.code} {claim.formed.name}",)
            yield Question(entity_id, unit.code, unit.name, "rest_not_told", claim.mention.said, into)


def _named_by_none(reform: Reform) -> Iterator[Question]:
    """Communes that ended and that no text names; candidates: what may have been meant, or the unit that has their code now."""
    answered = {link.entity_id for link in reform.links} | reform.kept
    fits: defaultdict[int, list[str]] = defaultdict(list)
    for asked in reform.questions:
        for candidate in asked.candidates:
            held = reform.world.holding.by_code.get(candidate.split(" ")[0])
            if held is not None:
                fits[held.entity_id].append(f"{asked.code} {asked.name}")
    codes = {each.code: each for each in reform.formed}
    for unit in reform.world.holding.versions:
        if unit.level_code == COMMUNE and unit.entity_id not in answered:
            now = codes.get(unit.code)
            may_be = fits[unit.entity_id] or ([f"{now.code} {now.name}"] if now else [])
            yield Question(unit.entity_id, unit.code, unit.name, "named_by_none", None, tuple(may_be))
