"""Which members of a source record a mapping reads, and for which columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gateway.mapped import ASKED
from gateway.mapping.compile import Mapping
from gateway.mapping.fields import Field


class Source(NamedTuple):
    """A member that is read. path: dotted, from the record; lists on the way are walked through.

    any_of: this path and those that may stand in for it.
    """

    path: str
    column: str
    is_personal: bool
    any_of: tuple[str, ...]


def sources(mapping: Mapping) -> tuple[Source, ...]:
    """Every member a mapping reads, its parts included. What a page was asked with is no member of a record."""
    return tuple(each for each in _all(mapping) if not is_in(each.path, ASKED))


def is_in(path: str, outer: str) -> bool:
    """Whether a path is another one or lies below it."""
    return path == outer or path.startswith(f"{outer}.")


def _all(mapping: Mapping) -> Iterator[Source]:
    for each in mapping.fields:
        yield from _of_field(each, each.sources)
    for part in mapping.parts:
        for lists, fields in part.lists:
            for each in fields:
                above = _above(lists, each)
                yield from _of_field(each, tuple(_joined(above, path) for path in each.sources))


def _of_field(field: Field, read: tuple[str, ...]) -> Iterator[Source]:
    return (Source(path, field.column, field.personal, read) for path in read)


def _above(lists: str, field: Field) -> str:
    """The list whose element a part's field is read from: the innermost, unless it says `of`."""
    if "of" not in field.said:
        return lists
    names = lists.split(".")
    return ".".join(names[: names.index(field.said["of"]) + 1])


def _joined(above: str, path: str) -> str:
    return above if path == "." else f"{above}.{path}"
