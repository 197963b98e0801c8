"""Coverage of a mapping: which members of the source it uses, ignores or does not know, and how far it fills our columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.mapping.bench import seen
from gateway.mapping.compile import Mapping
from gateway.mapping.members import ASKED, Members, opened
from gateway.mapping.reject import Reject
from gateway.sources import Source, is_in, sources

COLUMNS = ("stream", "side", "name", "count", "of", "share", "use")


@dataclass
class Shapes:
    """Members of records. kinds: dotted path → kind of value, lists walked through; counts: in how many records it is.

    filled: the same, but only where there is something in it.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)

    def add(self, record: dict[str, Any]) -> None:
        """Count a record's members."""
        leaves = [*_leaves(record, "")]
        for path, value in leaves:
            if self.kinds.get(path, "null") == "null":
                self.kinds[path] = "null" if value is None else type(value).__name__
        self.counts.update({path for path, _ in leaves})
        self.filled.update({path for path, value in leaves if value not in (None, "", [], {})})


def columns_of(path: str, uses: Iterable[Source]) -> list[str]:
    """The columns that a member, or something in or around it, is read for."""
    return sorted({each.column for each in uses if is_in(path, each.path) or is_in(each.path, path)})


def is_ignored(path: str, mapping: Mapping) -> bool:
    """Whether the mapping leaves a member out on purpose."""
    return any(is_in(path, name) for name in mapping.stream.document.content.get("ignored", ()))


class Coverage:
    """Counts records as they pass; `rows` tells what came of them. read: all records; refused: those that do not fit."""

    def __init__(self, mapping: Mapping) -> None:
        self.read = self.refused = 0
        self._mapping, self._shapes = mapping, Shapes()
        self._rows: Counter[str] = Counter()
        self._filled: Counter[str] = Counter()

    def add(self, members: Members) -> None:
        """Count one record. Its columns count only when it passes whole, for only then they are filled."""
        self.read += 1
        try:
            self._shapes.add(opened(members, [name for name in members if name != ASKED]))
            mapped = self._mapping.apply(members)
        except Reject:
            self.refused += 1
            return
        named = dict(zip(self._mapping.columns, mapped.values, strict=True))
        self._fill(self._mapping.entity.table.name, named)
        for part in self._mapping.parts:
            for row in mapped.parts[part.name]:
                self._fill(part.table.name, row)

    def _fill(self, table: str, row: dict[str, Any]) -> None:
        self._rows[table] += 1
        self._filled.update(f"{table}.{column}" for column, value in row.items() if value not in (None, ""))

    def rows(self) -> Iterator[dict[str, Any]]:
        """A line for each member of the source with its use, then for each column with the share of rows that fill it."""
        uses = sources(self._mapping)
        for path, count in sorted(self._shapes.filled.items() | {(name, 0) for name in self._empty()}):
            yield self._line("source", path, count, self.read, self._use(path, uses))
        for place in dict.fromkeys((each.name, each.table.name) for each in seen.places(self._mapping)):
            name, table = place
            yield self._line("column", name, self._filled[name], self._rows[table], self._from(name))
        missing = (column for column in self._mapping.entity.columns if column not in self._mapping.columns)
        for column in missing:
            name = f"{self._mapping.entity.name}.{column}"
            yield self._line("column", name, 0, self._rows[self._mapping.entity.name], "not mapped")

    def _empty(self) -> set[str]:
        return self._shapes.counts.keys() - self._shapes.filled.keys()

    def _use(self, path: str, uses: tuple[Source, ...]) -> str:
        columns = columns_of(path, uses)
        if columns:
            return f"→ {', '.join(columns)}"
        return "ignored" if is_ignored(path, self._mapping) else "unknown"

    def _from(self, name: str) -> str:
        read = [source for each in seen.places(self._mapping) if each.name == name for source in each.field.sources]
        return f"← {', '.join(dict.fromkeys(read))}" if read else "no member: constant, or a running number"

    def _line(self, side: str, name: str, count: int, whole: int, use: str) -> dict[str, Any]:
        share = f"{100 * count / whole:.1f}%" if whole else ""
        return {
            "stream": self._mapping.stream.name,
            "side": side,
            "name": name,
            "count": count,
            "of": whole,
            "share": share,
            "use": use,
        }


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for each in value:
            yield from _leaves(each, path)
    else:
        yield path, value
