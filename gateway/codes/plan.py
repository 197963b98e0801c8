"""What a snapshot changes in the history: bodies opened, kept, renamed, changed and ended; worked out before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from gateway.codes.claims import Formed
from gateway.codes.held import Holding, Version
from gateway.codes.identity import Match, match
from gateway.codes.links import Link, Question
from gateway.codes.names import folded
from gateway.codes.phrases import WHOLE, is_unchanged
from gateway.codes.snapshot import Row, Snapshot
from gateway.codes.succession import Reform
from gateway.codes.units import level_of
from gateway.codes.world import World
from gateway.errors import ConfigError
from gateway.store.core import BEGINNING

OUTCOMES = ("new", "renamed", "changed", "unchanged", "closed")
"""What a row can be: `renamed` has another name, `changed` another code, parent, level or id, `closed` a status that says so."""


@dataclass
class Plan:
    """entities: new ones, with the text they were formed from. ended: version id → why it ended, on the snapshot's day."""

    snapshot: Snapshot
    entities: dict[int, str | None] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)
    ended: dict[int, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_empty(self) -> bool:
        """Whether the snapshot says nothing that is not held already."""
        return not (self.entities or self.versions or self.ended)


def make_plan(snapshot: Snapshot, holding: Holding, past: Holding, ids: Iterator[int]) -> Plan:
    """Compare a snapshot with what is in force (`holding`) and with what ended (`past`). ids: for new entities."""
    planner = _Planner(Plan(snapshot), holding, past, ids)
    matches, gone = match(snapshot, holding)
    for each in matches:
        planner.take(each)
    planner.end(gone)
    planner.succeed()
    if snapshot.kind == "unit" and holding.versions:
        planner.follow(matches)
    return planner.plan


class _Planner:
    def __init__(self, plan: Plan, holding: Holding, past: Holding, ids: Iterator[int]) -> None:
        self.plan, self._holding, self._past, self._ids = plan, holding, past, ids
        self._entity_of: dict[int, int] = {}
        self._succeeded: list[tuple[Row, Version]] = []

    def take(self, found: Match) -> None:
        """One row."""
        row, held = found.row, found.held
        if row.status is not None and row.status in self.plan.snapshot.closed:
            self._close(row, held)
            return
        told = self._version(row, held)
        self._entity_of[row.number] = told.entity_id
        outcome = _outcome(told, held)
        self.plan.counts[outcome] += 1
        if outcome != "unchanged":
            self.plan.versions.append(told)
            if held is not None:
                self.plan.ended[held.version_id] = "changed"
        if found.reason and found.other is not None:
            self._ask(found, told)

    def end(self, gone: list[Version]) -> None:
        """Bodies the list no longer has."""
        for held in gone:
            if held.version_id not in self.plan.ended:
                self.plan.ended[held.version_id] = "not_listed"
                self.plan.counts["ended"] += 1

    def follow(self, matches: list[Match]) -> None:
        """What became of the units that ended, from the texts of the new ones."""
        reform = Reform(World(self._holding), self._kept(matches), self._formed(matches), self._parents())
        if not reform.formed:
            return
        reform.work_out()
        self.plan.links += reform.links
        self.plan.questions += reform.questions
        succeeded = {link.entity_id for link in reform.links}
        for held in self._holding.versions:
            if held.entity_id in succeeded and self.plan.ended.get(held.version_id) == "not_listed":
                self.plan.ended[held.version_id] = "succeeded"

    def _version(self, row: Row, held: Version | None) -> Version:
        """What the row says; what a list does not tell (no level, no id) is as it was."""
        entity_id = held.entity_id if held else self._opened(row)
        was = held or Version(0, entity_id, None, None, "", None, None, None, self._since())
        level = level_of(row.level, row.name, row.parent) if self.plan.snapshot.kind == "unit" else row.level
        return replace(
            was,
            version_id=0,
            code=row.code or was.code,
            source_id=row.id or was.source_id,
            name=was.name if folded(was.name) == folded(row.name) else row.name,
            parent_key=row.parent or was.parent_key,
            level_code=level or was.level_code,
            status_code=row.status or was.status_code,
            valid_from=self.plan.snapshot.as_of if held else was.valid_from,
        )

    def _since(self) -> date:
        """A first list does not say since when its codes are; a later one shows what the one before did not have."""
        return self.plan.snapshot.as_of if self._holding.versions or self._past.versions else BEGINNING

    def _opened(self, row: Row) -> int:
        entity_id = next(self._ids)
        said = row.predecessors
        self.plan.entities[entity_id] = said if said and not is_unchanged(said) else None
        return entity_id

    def _close(self, row: Row, held: Version | None) -> None:
        self.plan.counts["closed"] += 1
        if held is not None:
            self.plan.ended[held.version_id] = "status"
            self._succeeded.append((row, held))
        elif not self._known_as_past(row):
            told = self._version(row, None)
            self.plan.versions.append(replace(told, valid_to=self.plan.snapshot.as_of, ended_by="status"))

    def succeed(self) -> None:
        """What closed rows say of who took over."""
        rows = self.plan.snapshot.rows
        of_code = {row.code: self._entity_of[row.number] for row in rows if row.code and row.number in self._entity_of}
        for row, held in self._succeeded:
            if row.successor in of_code:
                said = f"{self.plan.snapshot.file.name}:{row.number}"
                self.plan.links.append(Link(held.entity_id, of_code[row.successor], WHOLE, "list", said))

    def _known_as_past(self, row: Row) -> bool:
        past = self._past.by_source_id.get(row.id or "") or self._past.by_code.get(row.code or "")
        return past is not None and folded(past.name) == folded(row.name)

    def _ask(self, found: Match, told: Version) -> None:
        assert found.other is not None
        other = f"{found.other.code or found.other.source_id} {found.other.name}"
        where = f"{self.plan.snapshot.file.name}:{found.row.number}"
        self.plan.questions.append(Question(told.entity_id, told.code, told.name, found.reason, where, (other,)))

    def _kept(self, matches: list[Match]) -> frozenset[int]:
        return frozenset(each.held.entity_id for each in matches if each.held is not None)

    def _formed(self, matches: list[Match]) -> list[Formed]:
        told = {version.entity_id: version for version in self.plan.versions}
        return [
            Formed(entity_id, each.row.code, each.row.name, told[entity_id].level_code, (), said)
            for each in matches
            if (entity_id := self._entity_of.get(each.row.number)) in self.plan.entities
            and (said := self.plan.entities[entity_id])
        ]

    def _parents(self) -> dict[int, int | None]:
        """Entity → entity above, as the snapshot says."""
        rows = {row.number: row for row in self.plan.snapshot.rows}
        of_key = {
            key: self._entity_of[n]
            for n, row in rows.items()
            for key in (row.code, row.id)
            if key and n in self._entity_of
        }
        return {entity: of_key.get(rows[number].parent or "") for number, entity in self._entity_of.items()}


def _outcome(told: Version, held: Version | None) -> str:
    if held is None:
        return "new"
    if told.name != held.name:
        return "renamed"
    return "unchanged" if replace(told, version_id=held.version_id, valid_from=held.valid_from) == held else "changed"


def refuse_shrunk(plan: Plan, held: int) -> None:
    """Raise ConfigError when a list would end more than half of what is in force without saying what became of it."""
    silently = sum(why == "not_listed" for why in plan.ended.values())
    if silently * 2 > held:
        raise ConfigError(
            f"{silently} of {held} codes in force are not in this list",
            where=str(plan.snapshot.file),
            do="check that it is the whole list of this issuer; if it is right, add --accept-shrunk",
        )
