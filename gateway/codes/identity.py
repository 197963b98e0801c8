"""Which row of a new list is which body we hold: the rules, in this order, each for what those before left open.

1. A row that names the units it was formed from is a new body, even under an old code and name: its territory is another.
   (The same text under the same code as in an earlier list: the body that was formed then.)
2. A row with the id of a body we hold is that body, whatever its code and name are now. An unlike name is put to a person.
3. A row with the code of a body we hold is that body when its name is the same or nearly the same; otherwise the code was
   given to another body. Names that are neither near nor plainly unlike are put to a person.
4. A row without any of these is a body whose code was changed when exactly one body with its name and parent is gone from the
   list; that is put to a person too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from gateway.codes.held import Holding, Version
from gateway.codes.names import NEAR, SAME, UNLIKE, folded, likeness, without_unit_word
from gateway.codes.phrases import is_unchanged
from gateway.codes.snapshot import Row, Snapshot

T = TypeVar("T")


@dataclass(frozen=True)
class Match:
    """A row and the body it is (None: a new one). reason: why a person should look, with `other`, the body it was compared with."""

    row: Row
    held: Version | None
    reason: str = ""
    other: Version | None = None


def match(snapshot: Snapshot, holding: Holding) -> tuple[list[Match], list[Version]]:
    """Every row with its body, in the list's order; and the bodies that no row is."""
    finder = _Finder(snapshot, holding)
    for rule in (finder.formed, finder.same_id, finder.same_code):
        for row in finder.open_rows():
            finder.settle(rule(row))
    finder.settle_recoded()
    matches = [finder.settled.get(row.number) or Match(row, None) for row in snapshot.rows]
    return matches, [each for each in holding.versions if each.entity_id not in finder.taken]


class _Finder:
    def __init__(self, snapshot: Snapshot, holding: Holding) -> None:
        self._snapshot, self._holding = snapshot, holding
        self._ids = {row.id for row in snapshot.rows if row.id}
        self.settled: dict[int, Match] = {}
        self.taken: set[int] = set()

    def open_rows(self) -> list[Row]:
        """Rows no rule has settled."""
        return [row for row in self._snapshot.rows if row.number not in self.settled]

    def settle(self, found: Match | None) -> None:
        """Keep what a rule found."""
        if found is not None:
            self.settled[found.row.number] = found
            if found.held is not None:
                self.taken.add(found.held.entity_id)

    def formed(self, row: Row) -> Match | None:
        """Rule 1."""
        if row.predecessors is None or is_unchanged(row.predecessors):
            return None
        held = self._free(self._holding.by_code.get(row.code or ""))
        return Match(row, held if held and held.formed_from == row.predecessors else None)

    def same_id(self, row: Row) -> Match | None:
        """Rule 2."""
        held = self._free(self._holding.by_source_id.get(row.id or ""))
        if held is None:
            return None
        unlike = self._likeness(row, held) < UNLIKE
        return Match(row, held, "same_id_unlike_name" if unlike else "", held)

    def same_code(self, row: Row) -> Match | None:
        """Rule 3."""
        held = self._free(self._holding.by_code.get(row.code or ""))
        if held is None:
            return None
        if row.predecessors is not None:  # it says: unchanged
            return Match(row, held)
        like = self._likeness(row, held)
        if like < NEAR or (held.source_id in self._ids and held.source_id != row.id):
            return Match(row, None, "code_given_to_another" if like >= UNLIKE else "", held)
        return Match(row, held, "" if like >= SAME else "nearly_same_name", held)

    def settle_recoded(self) -> None:
        """Rule 4, for all rows at once."""
        rows = _by_name((row.name, row.parent, row) for row in self.open_rows() if row.code)
        gone = _by_name((each.name, each.parent_key, each) for each in self._holding.versions if self._free(each))
        for key in rows.keys() & gone.keys():
            if len(rows[key]) == len(gone[key]) == 1:
                row, held = rows[key][0], gone[key][0]
                if not (row.id and held.source_id):
                    self.settle(Match(row, held, "code_changed", held))

    def _free(self, held: Version | None) -> Version | None:
        return held if held is not None and held.entity_id not in self.taken else None

    def _likeness(self, row: Row, held: Version) -> float:
        if self._snapshot.kind == "unit":
            return likeness(without_unit_word(row.name), without_unit_word(held.name))
        return likeness(row.name, held.name)


def _by_name(found: Iterable[tuple[str, str | None, T]]) -> dict[tuple[str, str | None], list[T]]:
    groups: dict[tuple[str, str | None], list[T]] = {}
    for name, parent, each in found:
        groups.setdefault((folded(name), parent), []).append(each)
    return groups
