"""Drift (thay đổi cấu trúc nguồn): members that appear, vanish or change their type, seen while records are mapped.

Only top members are watched. The first byte of a member's JSON tells its type, so nothing is parsed; what a shape (its members
in their order, with the types of those that are read) means is decided once, not for each record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from gateway.mapping.compile import Mapping as Compiled
from gateway.mapping.members import Members
from gateway.mapping.reject import Reject, shown

ENOUGH = 100
"""Records in which a member must always have been before its absence is drift."""

MANY = 100
"""Different drifts noted of one batch; a portal that writes codes as names of members would have no end of them."""

SHAPES = 4000
"""Shapes remembered."""

NOTHING = 0
KINDS: Mapping[int, str] = {1: "text", 2: "number", 3: "bool", 4: "object", 5: "list"}
"""What the types are called."""

_LONG_NUMBER = re.compile(r"\d{6,}")
_FIRST = itemgetter(0)
_BEGINS = {b'"': 1, b"-0123456789": 2, b"tf": 3, b"{": 4, b"[": 5}
_TABLE = bytes(next((kind for signs, kind in _BEGINS.items() if byte in signs), NOTHING) for byte in range(256))
# In XML an element that comes once is no list, so a list is no type of its own there.
_TABLE_XML = bytes(NOTHING if kind == 5 else kind for kind in _TABLE)


class Drift(NamedTuple):
    """A member of a record that is not as usual. kind: appeared, vanished, or `became` and the type."""

    path: str
    kind: str


class Seen(NamedTuple):
    """In how many records a drift was seen, and how the first of them writes the member: fit to be shown."""

    records: int
    sample: str | None


class Habit(NamedTuple):
    """What is usual of a member: its types, and whether every record has it."""

    kinds: frozenset[str]
    is_always: bool = False


Found = dict[Drift, Seen]
Usual = dict[str, Habit]
Sample = Callable[[str, msgspec.Raw], str]
"""Member's name and bytes → what may be shown of it."""


@dataclass
class _Shape:
    """The members of some records. doubts: the types of `read` → those that are not usual."""

    read: tuple[str, ...]
    pick: Callable[[Members], Sequence[msgspec.Raw]]
    drift: tuple[Drift, ...]
    doubts: dict[bytes, tuple[tuple[str, str], ...]] = field(default_factory=dict)


class Watch:
    """Looks at every record that is mapped. usual: what was learned before; learning: the members still to be learned.

    Members that are neither are not judged by their type. found: what was seen since `begin`.
    """

    def __init__(self, mapping: Compiled, usual: Usual, learning: frozenset[str], sample: Sample) -> None:
        self._known, self._columns = mapping.known, {path.split(".")[0] for f in mapping.fields for path in f.reads}
        self._read = read_members(mapping)
        self._kinds = {name: set(habit.kinds) for name, habit in usual.items()}
        self._always = {name for name, habit in usual.items() if habit.is_always and name not in learning}
        self._learning, self._sample = learning, sample
        # A load that goes on where another stopped has seen the records before only through what that one has kept.
        self._begun = learning & {name for name, habit in usual.items() if habit.is_always}
        self._everywhere = set(self._begun if learning & usual.keys() else learning)
        self._anywhere: set[str] = set()
        self._table = _TABLE_XML if mapping.stream.form.kind in {"xml", "diffgram"} else _TABLE
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self.looked = 0
        self.found: Found = {}

    def begin(self) -> None:
        """Forget what was found, not what was learned: other records follow, or the same ones again."""
        self.found = {}

    def look(self, members: Members) -> Sequence[Drift]:
        """What of one record is not as usual; mostly nothing."""
        self.looked += 1
        names = tuple(members)
        shape = self._shapes.get(names) or self._new_shape(names)
        kinds = bytes(map(_FIRST, map(bytes, shape.pick(members)))).translate(self._table)
        doubts = shape.doubts.get(kinds)
        if doubts is None:
            doubts = shape.doubts[kinds] = self._unusual(shape, kinds)
        return self._drifted(shape, doubts, members) if doubts or shape.drift else ()

    def vanished(self) -> Found:
        """Members that columns are read from and that no record had, of those whose absence is not noted with each record.

        True of a batch only when all its records were looked at: those known by their hash still have them.
        """
        missing = self._columns - self._anywhere - self._always if self.looked else set()
        return {Drift(name, "vanished"): Seen(self.looked, None) for name in missing}

    def usual(self) -> Usual:
        """What is usual of the members that are being learned, as far as was seen."""
        enough = self.looked >= ENOUGH
        came = self._learning & (self._anywhere | self._kinds.keys())
        return {name: Habit(frozenset(self._kinds.get(name, ())), enough and name in self._everywhere) for name in came}

    def reject(self, drift: Drift) -> Reject:
        """The refusal of a record for a drift it shows."""
        usual = " or ".join(sorted(self._kinds.get(drift.path, ())))
        seen = self.found.get(drift)
        return Reject(f"drift: {told(drift.kind, usual)}", drift.path, (seen and seen.sample) or "")

    def _new_shape(self, names: tuple[str, ...]) -> _Shape:
        if len(self._shapes) >= SHAPES:
            self._shapes.clear()
        read = tuple(name for name in names if name in self._read)
        self._anywhere.update(read)
        self._everywhere.intersection_update(read)
        appeared = [Drift(path, "appeared") for path in dict.fromkeys(map(_named, names)) if path not in self._known]
        vanished = [Drift(name, "vanished") for name in sorted(self._always.difference(names))]
        shape = self._shapes[names] = _Shape(read, _picker(read), (*appeared[:MANY], *vanished))
        return shape

    def _unusual(self, shape: _Shape, kinds: bytes) -> tuple[tuple[str, str], ...]:
        pairs = ((name, KINDS[kind]) for name, kind in zip(shape.read, kinds, strict=True) if kind != NOTHING)
        return tuple(
            (name, kind)
            for name, kind in pairs
            if (name in self._learning or self._kinds.get(name)) and kind not in self._kinds.get(name, ())
        )

    def _drifted(self, shape: _Shape, doubts: Sequence[tuple[str, str]], members: Members) -> Sequence[Drift]:
        drifted = list(shape.drift)
        for name, kind in doubts:
            if bytes(members[name]) == b'""':
                continue  # Nothing, as null is: a number that is not there is often written so.
            if name in self._learning:
                self._learn(name, kind)
            else:
                drifted.append(Drift(name, f"became {kind}"))
        for each in drifted:
            self._count(each, members)
        return drifted

    def _learn(self, name: str, kind: str) -> None:
        self._kinds.setdefault(name, set()).add(kind)
        for shape in self._shapes.values():
            shape.doubts.clear()

    def _count(self, drift: Drift, members: Members) -> None:
        seen = self.found.get(drift)
        if seen is None and len(self.found) < MANY:
            raw = members.get(drift.path)
            seen = Seen(0, None if raw is None else self._sample(drift.path, raw))
        if seen is not None:
            self.found[drift] = Seen(seen.records + 1, seen.sample)


def read_members(mapping: Compiled) -> frozenset[str]:
    """The top members that a mapping reads."""
    paths = [path for each in mapping.fields for path in each.reads]
    paths += [path for part in mapping.parts for path, _ in part.lists]
    return frozenset(path.split(".")[0] for path in paths)


def told(kind: str, usual: str) -> str:
    """A kind of drift in words."""
    if kind == "appeared":
        return "a member that the mapping neither reads nor ignores"
    if kind == "vanished":
        return "a member that was always there is missing"
    return f"its type is {kind.removeprefix('became ')}, it was always {usual or 'another'}"


def _named(name: str) -> str:
    """A member's name as it may be shown: some portals write numbers of people or dossiers as names of members."""
    return shown(_LONG_NUMBER.sub(lambda found: "0" * len(found[0]), name), False)


def _picker(names: tuple[str, ...]) -> Callable[[Members], Sequence[Any]]:
    """Itemgetter, that gives a tuple also of one name and of none."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda members: [members[name] for name in names]
