"""`gateway codes resolve`: what a code meant on a day, and where that body belongs on another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from gateway.errors import ConfigError

_ON = "valid_from <= :day and (valid_to is null or valid_to > :day)"
_VERSION = (
    "v.entity_id, v.kind, v.issuer, v.code, v.source_id, v.name, v.level_code, v.parent_key, v.valid_from, v.valid_to"
)

_BY_CODE = f"select {_VERSION} from xref.code_version v where v.kind = :kind and :code in (v.code, v.source_id) and {_ON} order by v.issuer"
_BY_ENTITY = f"select {_VERSION} from xref.code_version v where v.entity_id = :entity and {_ON}"
_PARENT = f"""
    select {_VERSION} from xref.code_version v
    where v.kind = :kind and v.issuer = :issuer and :key in (v.code, v.source_id) and {_ON} limit 1"""
_FORWARD = """
    select successor_id as entity_id, relation, evidence, said from xref.code_succession
    where entity_id = :entity and since <= :until order by succession_id"""
_BACK = """
    select entity_id, relation, evidence, said from xref.code_succession
    where successor_id = :entity and since > :until and relation <> 'derived' order by succession_id"""


@dataclass(frozen=True)
class Place:
    """A body on a day. above: what it belonged to, nearest first, each as (code, name)."""

    entity_id: int
    kind: str
    issuer: str
    code: str | None
    name: str
    level_code: str | None
    valid_from: date
    valid_to: date | None
    above: tuple[tuple[str | None, str], ...]


@dataclass(frozen=True)
class Passage:
    """A body on the other day that a body is, went to or came from. said: the words, oldest step first.

    relation: `same` while it is the same body; else whole, part, remainder, renamed, derived, or `parent` when nothing tells what
    became of it and only what it belonged to is left.
    """

    place: Place
    relation: str
    evidence: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Resolved:
    """What a code meant, and with `to` asked for, the bodies of that day."""

    place: Place
    passages: tuple[Passage, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether what became of the body is known, and not only where its parent is."""
        return all(each.relation != "parent" for each in self.passages) and bool(self.passages)


def resolve(engine: Engine, kind: str, code: str, on: date, to: date | None = None) -> list[Resolved]:
    """Every body (one for each issuer) that had this code, or this source id, on a day. ConfigError when there was none."""
    with engine.connect() as connection:
        found = connection.execute(text(_BY_CODE), {"kind": kind, "code": code, "day": on}).all()
        if not found:
            raise ConfigError(
                f"no {kind} had the code {code!r} on {on}", do=f"see: gateway codes history {kind} {code}"
            )
        return [_resolved(connection, row, on, to) for row in found]


def _resolved(connection: Connection, row: Row[Any], on: date, to: date | None) -> Resolved:
    place = _place(connection, row, on)
    if to is None:
        return Resolved(place)
    steps = _steps(connection, place.entity_id, on, to, Trace())
    passages = tuple(steps) or tuple(_parents(connection, row, on, to))
    return Resolved(place, _once(passages))


@dataclass(frozen=True)
class Trace:
    """How a body was reached: the relations and words of the steps, and the bodies passed."""

    relations: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    passed: frozenset[int] = frozenset()

    def then(self, row: Row[Any]) -> Trace:
        """One step more."""
        said = (*self.said, row.said) if row.said else self.said
        passed = self.passed | {row.entity_id}
        return Trace((*self.relations, row.relation), (*self.evidence, row.evidence), said, passed)

    @property
    def relation(self) -> str:
        """The weakest of the steps: what is a part once stays a part."""
        order = ("derived", "part", "remainder", "whole", "renamed")
        return min(self.relations, key=order.index) if self.relations else "same"


def _steps(connection: Connection, entity: int, on: date, to: date, trace: Trace) -> Iterator[Passage]:
    alive = connection.execute(text(_BY_ENTITY), {"entity": entity, "day": to}).first()
    if alive is not None:
        place = _place(connection, alive, to)
        yield Passage(place, trace.relation, ", ".join(dict.fromkeys(trace.evidence)), trace.said)
        return
    links = connection.execute(text(_FORWARD if to > on else _BACK), {"entity": entity, "until": to})
    for link in links.all():
        if link.entity_id not in trace.passed:
            yield from _steps(connection, link.entity_id, on, to, trace.then(link))


def _parents(connection: Connection, row: Row[Any], on: date, to: date) -> Iterator[Passage]:
    """Nothing tells what became of the body: what its nearest parent is on the other day."""
    seen: set[str] = set()
    key = row.parent_key
    while key is not None and key not in seen:
        seen.add(key)
        parent = connection.execute(text(_PARENT), {**_of(row), "key": key, "day": on}).first()
        if parent is None:
            return
        steps = list(_steps(connection, parent.entity_id, on, to, Trace()))
        if steps:
            yield from (Passage(each.place, "parent", each.evidence, each.said) for each in steps)
            return
        key = parent.parent_key


def _place(connection: Connection, row: Row[Any], day: date) -> Place:
    above: list[tuple[str | None, str]] = []
    key = row.parent_key
    while key is not None:
        parent = connection.execute(text(_PARENT), {**_of(row), "key": key, "day": day}).first()
        if parent is None or (parent.code, parent.name) in above:
            break
        above.append((parent.code, parent.name))
        key = parent.parent_key
    own = (row.entity_id, row.kind, row.issuer, row.code, row.name, row.level_code, row.valid_from, row.valid_to)
    return Place(*own, above=tuple(above))


def _of(row: Row[Any]) -> dict[str, str]:
    return {"kind": row.kind, "issuer": row.issuer}


def _once(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """Each body once, by the way found first."""
    return tuple({each.place.entity_id: each for each in reversed(passages)}.values())[::-1]
