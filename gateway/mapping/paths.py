"""Where a value lies in a source record: dotted paths, repeated parts, and values a portal writes in several shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.mapping.reject import Unfit

Getter = Callable[[Any], Any]


def getter(path: str, first: bool = False) -> Getter:
    """A function record → value at a dotted path; None where a step is absent.

    With `first`, a list on the way stands for its first element: portals write an object or a list of one.
    """
    steps = path.split(".")
    if not first and len(steps) <= 2:
        return _member(steps[0]) if len(steps) == 1 else _member_of_member(*steps)

    def _get(record: Any) -> Any:
        found = record
        for step in steps:
            if first and found.__class__ is list:
                found = found[0] if found else None
            if found is None:
                return None
            if found.__class__ is not dict:
                raise Unfit(f"no object above {step!r}")
            found = found.get(step)
        return found[0] if first and found.__class__ is list and found else found

    return _get


def _member(name: str) -> Getter:
    def _get(record: Any) -> Any:
        if record.__class__ is not dict:
            raise Unfit(f"no object above {name!r}")
        return record.get(name)

    return _get


def _member_of_member(outer: str, inner: str) -> Getter:
    """The most common path, written out: a loop over steps costs twice as much."""

    def _get(record: Any) -> Any:
        if record.__class__ is not dict:
            raise Unfit(f"no object above {outer!r}")
        above = record.get(outer)
        if above.__class__ is dict:
            return above.get(inner)
        if above is None:
            return None
        raise Unfit(f"no object above {inner!r}")

    return _get


def first_of(getters: list[Getter]) -> Getter:
    """The first value that is there (neither absent nor "")."""

    def _get(record: Any) -> Any:
        return next((found for each in getters if (found := each(record)) not in (None, "")), None)

    return _get


def beginning(inner: Getter, start: str) -> Getter:
    """The value where it begins with `start`, else nothing: for members that hold now a code, now something else.

    What is neither text nor a number is left for the field's type to judge.
    """

    def _get(record: Any) -> Any:
        found = inner(record)
        is_other = isinstance(found, str | int) and not str(found).startswith(start)
        return None if is_other else found

    return _get


def picked(inner: Getter, where: Mapping[str, Any], take: str) -> Getter:
    """Of a list of objects the one whose members equal `where`, and of it the member `take`; plain text is itself."""

    def _get(record: Any) -> Any:
        found = inner(record)
        if found is None or found.__class__ is str:
            return found
        items = found if found.__class__ is list else [found]
        for item in items:
            if item.__class__ is dict and all(item.get(key) == value for key, value in where.items()):
                return item.get(take)
        return None

    return _get


def joined(inner: Getter, take: str, separator: str) -> Getter:
    """The members `take` of a list of objects (or the texts of a list) as one text, in order."""

    def _get(record: Any) -> Any:
        found = inner(record)
        if found is None or found == "":
            return None
        items = found if found.__class__ is list else [found]
        texts = [item.get(take) if item.__class__ is dict else item for item in items]
        if not all(each is None or each.__class__ is str for each in texts):
            raise Unfit("a list of something else than text")
        return separator.join(each for each in texts if each)

    return _get


class Scope:
    """An element of a nested list: the objects on the way down to it, and the running number at each level."""

    __slots__ = ("element", "numbers", "objects")

    def __init__(self, element: Any, objects: dict[str, Any], numbers: dict[str, int]) -> None:
        self.element, self.objects, self.numbers = element, objects, numbers


def elements(record: Any, path: str) -> Iterator[Scope]:
    """Every element of the lists named by a dotted path, in the record's order.

    `CACHTHUCTHUCHIEN.THOIGIAN` gives each time under each manner. A single object counts as a list of one; texts in a list
    are allowed at the end. Numbers count from 0 over the whole record, so an element can name the row of its parent.
    """
    counters: dict[str, int] = {}
    yield from _below(record, path.split("."), {"": record}, {}, counters)


def _below(
    value: Any, names: list[str], objects: dict[str, Any], numbers: dict[str, int], counters: dict[str, int]
) -> Iterator[Scope]:
    if not names:
        yield Scope(value, objects, numbers)
        return
    name, rest = names[0], names[1:]
    if value.__class__ is not dict:
        raise Unfit(f"no object above {name!r}")
    found = value.get(name)
    if found is None or found == "":
        return
    for item in found if found.__class__ is list else [found]:
        number = counters[name] = counters.get(name, -1) + 1
        yield from _below(item, rest, {**objects, name: item}, {**numbers, name: number}, counters)
