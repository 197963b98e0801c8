"""The change file between two versions of a set: which rows came, went, and differ in what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gateway.publish.files import Record
from gateway.publish.json_lines import line

Change = dict[str, Any]


def write_changes(path: Path, key: Sequence[str], old: Iterator[Record], new: Iterator[Record]) -> dict[str, int]:
    """One JSON line per change, in the order of the key; returns how many of each kind. Both sides are in that order.

    A line: `change` (added, removed or changed), the key's columns, and of what differs `before` and `after`.
    """
    counts = Counter({"added": 0, "removed": 0, "changed": 0})
    with path.open("wb") as file:
        for change in _changes(key, old, new):
            counts[change["change"]] += 1
            file.write(line(change))
    return dict(counts)


def _changes(key: Sequence[str], old: Iterator[Record], new: Iterator[Record]) -> Iterator[Change]:
    """Walk both sides at once, so that memory stays flat."""
    before, after = next(old, None), next(new, None)
    while before is not None or after is not None:
        left, right = _key(key, before), _key(key, after)
        if after is None or (before is not None and left < right):
            yield _change("removed", key, before, {})
            before = next(old, None)
        elif before is None or right < left:
            yield _change("added", key, {}, after)
            after = next(new, None)
        else:
            if before != after:
                yield _change("changed", key, before, after)
            before, after = next(old, None), next(new, None)


def _key(key: Sequence[str], row: Record | None) -> tuple[Any, ...]:
    return () if row is None else tuple(row[name] for name in key)


def _change(kind: str, key: Sequence[str], before: Record | None, after: Record | None) -> Change:
    old, new = before or {}, after or {}
    names = [name for name in {**new, **old} if name not in key and old.get(name) != new.get(name)]
    told: Change = {"change": kind, **{name: (new or old)[name] for name in key}}
    if old:
        told["before"] = {name: old.get(name) for name in names}
    if new:
        told["after"] = {name: new.get(name) for name in names}
    return told
