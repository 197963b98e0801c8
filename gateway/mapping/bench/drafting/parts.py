"""Repeated parts of a draft: lists that some known mapping reads a part from, found again by their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.canonical import Entity, part_columns
from gateway.mapping import paths
from gateway.mapping.bench.drafting.names import Names, folded
from gateway.mapping.bench.drafting.propose import Proposal, Record, blank, propose
from gateway.mapping.compile import Mapping as Compiled
from gateway.mapping.reject import Unfit


@dataclass(frozen=True)
class List:
    """A list that some stream reads a part from, and what that stream says of its fields."""

    part: str
    each: str
    stream: str
    fields: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Drafted:
    """A part of the draft."""

    part: str
    each: str
    reason: str
    lines: list[Proposal]


def known_lists(mappings: Iterable[Compiled]) -> list[List]:
    """Every list of every part of these mappings."""
    return [
        List(part.name, path, mapping.stream.name, {each.column: dict(each.said) for each in fields})
        for mapping in mappings
        for part in mapping.parts
        for path, fields in part.lists
    ]


def draft_parts(entity: Entity, lists: Sequence[List], names: Names, records: Sequence[Record]) -> list[Drafted]:
    """A part for each list of the records that bears the name of a known one."""
    here = {folded(path): path for path in _list_paths(records)}
    drafted: dict[tuple[str, str], Drafted] = {}
    for known in lists:
        path = here.get(folded(known.each))
        if known.part in entity.parts and path is not None and (known.part, path) not in drafted:
            lines = _lines(entity, known, path, names, records)
            drafted[known.part, path] = Drafted(known.part, path, f"as {known.each} in {known.stream}", lines)
    order = list(entity.parts)
    return sorted(drafted.values(), key=lambda each: order.index(each.part))


def _lines(entity: Entity, known: List, path: str, names: Names, records: Sequence[Record]) -> list[Proposal]:
    table = entity.parts[known.part]
    copied = {
        column: Proposal(column, _moved(said, known.each, path), 0.9, f"as in {known.stream}")
        for column, said in known.fields.items()
        if {"const", "position_of", "of"} & said.keys() or said.get("from") == "."
    }
    open_ones = [column for column in part_columns(table) if column not in copied]
    elements = [each for record in records for each in _elements(record, path)]
    found = copied | {each.column: each for each in propose(table, open_ones, names, elements)}
    for column in part_columns(table):
        if column not in found and not table.c[column].nullable:
            found[column] = blank(table.c[column])
    return [found[column] for column in part_columns(table) if column in found]


def _moved(said: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """Names of lists as they are written here."""
    written = dict(zip(old.split("."), new.split("."), strict=False))
    return {word: written.get(value, value) if word in {"of", "position_of"} else value for word, value in said.items()}


def _elements(record: Record, path: str) -> list[Record]:
    try:
        return [scope.element for scope in paths.elements(record, path) if isinstance(scope.element, dict)]
    except Unfit:
        return []


def _list_paths(records: Iterable[Record]) -> dict[str, None]:
    """Every member that is a list or an object, dotted through lists."""
    found: dict[str, None] = {}
    for record in records:
        _collect(record, "", found)
    return found


def _collect(value: Any, above: str, found: dict[str, None]) -> None:
    for name, inner in value.items() if isinstance(value, dict) else ():
        path = f"{above}.{name}" if above else name
        if isinstance(inner, dict | list) or "\n" in str(inner):
            found[path] = None
        for each in inner if isinstance(inner, list) else [inner]:
            _collect(each, path, found)
