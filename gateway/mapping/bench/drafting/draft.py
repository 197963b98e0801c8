"""`gateway mapping draft`: a mapping file to edit, each line with how sure it is and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import yaml

from gateway.canonical import ENTITIES, Entity
from gateway.mapping.bench.drafting.names import Names, learn
from gateway.mapping.bench.drafting.parts import Drafted, draft_parts, known_lists
from gateway.mapping.bench.drafting.propose import Proposal, Record, blank, propose
from gateway.mapping.compile import Mapping as Compiled

LOOKED_AT = 500
"""Records that are looked at."""


def draft(head: str, portal: str, into: str, records: Sequence[Record], known: Sequence[Compiled]) -> str:
    """The YAML text: `head` (everything before the fields), a line per column, the parts, and what is left over."""
    entity, names = ENTITIES[into], learn(known, portal)
    lines = lines_of(entity, names, records)
    parts = draft_parts(entity, known_lists(known), names, records)
    used = {each.path.split(".")[0] for each in lines} | {each.each.split(".")[0] for each in parts}
    left = [
        name for name in dict.fromkeys(name for each in records for name in each) if name not in used | {"@request"}
    ]
    return "\n".join([head.rstrip("\n"), *_rendered(lines, parts, left), *_open(entity, lines)]) + "\n"


def lines_of(entity: Entity, names: Names, records: Sequence[Record]) -> list[Proposal]:
    """A line for each column that something fits, and a blank one for each that must be filled."""
    found = {each.column: each for each in propose(entity.table, entity.columns, names, records)}
    for column in entity.columns:
        if column not in found and not entity.table.c[column].nullable:
            found[column] = blank(entity.table.c[column])
    return [found[column] for column in entity.columns if column in found]


def likely_entity(records: Sequence[Record], known: Sequence[Compiled]) -> str:
    """The entity whose required columns are found best, and which leaves the fewest members of the records over."""
    names = learn(known)
    members = {name for each in records for name in each}

    def _likeness(entity: Entity) -> float:
        lines = lines_of(entity, names, records)
        must = [each.score for each in lines if not entity.table.c[each.column].nullable]
        return sum(must) / len(must) + len({each.path.split(".")[0] for each in lines} & members) / len(members)

    return max(ENTITIES.values(), key=_likeness).name


def header_text(said: dict[str, Any]) -> str:
    """The beginning of a stream file, as YAML."""
    return "\n".join(f"{word}: {flow(value)}" for word, value in said.items())


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=float("inf"))
    return text.removesuffix("...\n").strip()


def _rendered(lines: Sequence[Proposal], parts: Sequence[Drafted], left: Sequence[str]) -> Iterator[str]:
    yield "fields:"
    yield from _aligned(lines, "  ")
    if parts:
        yield "parts:"
    for name in dict.fromkeys(each.part for each in parts):
        yield f"  {name}:"
        for each in (each for each in parts if each.part == name):
            yield f"    - each: {flow(each.each)}    # {each.reason}"
            yield "      fields:"
            yield from _aligned(each.lines, "        ")
    if left:
        yield "# Nothing reads these: map them, or leave them here on purpose."
        yield f"ignored: {flow(list(left))}"


def _aligned(lines: Iterable[Proposal], indent: str) -> Iterator[str]:
    listed = list(lines)
    widest = max((len(each.column) for each in listed), default=0) + 1
    for each in listed:
        is_blank = "TODO" in (each.said.get("from"), each.said.get("lookup"))
        todo = "TODO: " if is_blank else ""
        yield f"{indent}{each.column + ':':<{widest}} {flow(each.said)}    # {todo}{each.score:.2f} {each.reason}"


def _open(entity: Entity, lines: Sequence[Proposal]) -> Iterator[str]:
    missing = [column for column in entity.columns if column not in {each.column for each in lines}]
    if missing:
        yield f"# Nothing was found for: {', '.join(missing)}."
