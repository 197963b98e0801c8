"""What a changed mapping would make of the same records: values that come, change or go, and records that begin or cease to pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, NamedTuple

from gateway.mapping.bench import seen
from gateway.mapping.bench.golden import plain
from gateway.mapping.compile import Mapped, Mapping
from gateway.mapping.members import Members
from gateway.mapping.reject import Reject, shown

EXAMPLES = 3

Apart = tuple[str, Any, Any]
"""`table.column`, the old value, the new one; None is "nothing there"."""


class Outcome(NamedTuple):
    """What became of a record that not both mappings take: its key, and why the one of them refuses it."""

    record: str
    reason: str
    path: str
    value: str


@dataclass
class Change:
    """How many values of a column are new, changed or removed; examples: (record, old, new), personal values masked."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    examples: list[tuple[str, Any, Any]] = field(default_factory=list)


@dataclass
class Differences:
    """The whole of it. columns: by `table.column`; quarantined: no longer pass; passing: pass from now on."""

    records: int = 0
    columns: dict[str, Change] = field(default_factory=dict)
    quarantined: list[Outcome] = field(default_factory=list)
    passing: list[Outcome] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values: every count, and of records up to EXAMPLES by name."""
        columns = [
            {
                "column": name,
                "new": each.new,
                "changed": each.changed,
                "removed": each.removed,
                "examples": _named(each),
            }
            for name, each in sorted(self.columns.items())
        ]
        return {"records": self.records, "columns": columns} | {
            name: {"count": len(listed), "examples": [each._asdict() for each in listed[:EXAMPLES]]}
            for name, listed in (("quarantined", self.quarantined), ("passing", self.passing))
        }


def differences(old: Mapping, new: Mapping, records: Iterable[Members]) -> Differences:
    """Map every record with both. Of records with one key the last one counts, as in the database.

    Raises nothing for a record that does not fit: that is an outcome. Memory grows with what differs only.
    """
    found = Differences()
    apart: dict[str, list[Apart] | tuple[Mapped | Reject, Mapped | Reject]] = {}
    for number, members in enumerate(records):
        found.records += 1
        before, after = _outcome(old, members), _outcome(new, members)
        key = old.key_of(members) or new.key_of(members) or f"record {number}"
        apart.pop(key, None)
        if isinstance(before, Mapped) and isinstance(after, Mapped):
            if differing := _differing(old, new, before, after):
                apart[key] = differing
        elif isinstance(before, Mapped) or isinstance(after, Mapped):
            apart[key] = (before, after)
    _sum_up(found, apart, _personal(old) | _personal(new))
    return found


def _outcome(mapping: Mapping, members: Members) -> Mapped | Reject:
    try:
        return mapping.apply(members)
    except Reject as reject:
        return reject


def _differing(old: Mapping, new: Mapping, before: Mapped, after: Mapped) -> list[Apart]:
    if before.content_hash == after.content_hash and old.columns == new.columns:
        return []
    was, will = _rows(old, before), _rows(new, after)
    nothing: dict[str, Any] = {}
    return [
        (f"{table}.{column}", one.get(column), other.get(column))
        for table in dict.fromkeys((*was, *will))
        for one, other in zip_longest(was.get(table, []), will.get(table, []), fillvalue=nothing)
        for column in dict.fromkeys((*one, *other))
        if one.get(column) != other.get(column)
    ]


def _rows(mapping: Mapping, mapped: Mapped) -> dict[str, list[dict[str, Any]]]:
    """Rows by table; of a part's row its place says which it is, so that is no value."""
    parts = {
        part.table.name: [{name: row[name] for name in row if name != "ordinal"} for row in mapped.parts[part.name]]
        for part in mapping.parts
    }
    return {mapping.entity.table.name: [dict(zip(mapping.columns, mapped.values, strict=True))], **parts}


def _sum_up(found: Differences, apart: dict[str, Any], personal: set[str]) -> None:
    for key, each in apart.items():
        if isinstance(each, list):
            for name, was, will in each:
                _count(found.columns.setdefault(name, Change()), key, was, will, name in personal)
        elif isinstance(each[1], Reject):
            found.quarantined.append(_why(key, each[1]))
        else:
            found.passing.append(_why(key, each[0]))


def _count(change: Change, key: str, was: Any, will: Any, is_personal: bool) -> None:
    if was is None:
        change.new += 1
    elif will is None:
        change.removed += 1
    else:
        change.changed += 1
    if len(change.examples) < EXAMPLES:
        change.examples.append((key, _example(was, is_personal), _example(will, is_personal)))


def _example(value: Any, is_personal: bool) -> Any:
    if value is None or isinstance(value, bool):
        return value
    told = plain(value)
    return shown(told, is_personal) if is_personal or isinstance(told, str) else told


def _why(key: str, reject: Reject) -> Outcome:
    return Outcome(key, reject.reason, reject.path, reject.value)


def _personal(mapping: Mapping) -> set[str]:
    """Columns that either mapping or our model calls personal."""
    return set(_personal_of(mapping))


def _personal_of(mapping: Mapping) -> Iterator[str]:
    for place in seen.places(mapping):
        if place.field.personal or place.table.c[place.field.column].info.get("personal"):
            yield place.name


def _named(change: Change) -> list[dict[str, Any]]:
    return [dict(zip(("record", "old", "new"), each, strict=True)) for each in change.examples]
