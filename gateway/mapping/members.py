"""A record's top members, still as bytes. Members that hold objects or lists (an agency, a procedure, a status) come again and
again: what their bytes became is remembered, so most of a record is never parsed. Plain members are read one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import msgspec

from connectors import decode
from gateway.mapping.fields import Field, Read
from gateway.mapping.reject import Reject

Members = dict[str, msgspec.Raw]

ASKED = "@request"
"""The member under which a mapping reads what a page was asked with, as `@request.idQDCB`."""

REMEMBER = 4000
"""How many different contents of its members a group remembers."""


@dataclass(frozen=True)
class Group:
    """Fields that read the same top members. remembered: the members' bytes → the fields' values; None: not worth it."""

    names: tuple[str, ...]
    reads: tuple[Read, ...]
    remembered: dict[Any, tuple[Any, ...]] | None = field(default=None, compare=False)

    def values(self, members: Members) -> Sequence[Any]:
        """The fields' values. Raises Reject when one does not fit; a refusal is never remembered."""
        if self.remembered is None:
            record = opened(members, self.names)
            return [read(record) for read in self.reads]
        key = tuple([bytes(members.get(name, b"")) for name in self.names])
        found = self.remembered.get(key)
        if found is None:
            record = opened(members, self.names)
            found = tuple([read(record) for read in self.reads])
            if len(self.remembered) < REMEMBER:
                self.remembered[key] = found
        return found


def members_of(raw: msgspec.Raw, asked: dict[str, Any] | None) -> Members:
    """A record's members, with what its page was asked with where that belongs to it. Raises BrokenAnswer."""
    members = decode.members(raw)
    if asked:
        members[ASKED] = msgspec.Raw(msgspec.json.encode(asked))
    return members


def opened(members: Members, names: Sequence[str]) -> dict[str, Any]:
    """Some members as plain values; the absent ones stay absent. Raises Reject for bytes that are no JSON."""
    try:
        return {name: decode.plain(members[name]) for name in names if name in members}
    except decode.BrokenAnswer as error:
        raise Reject(f"not readable ({type(error).__name__})", ", ".join(names), "") from None


def grouped(fields: Sequence[Field]) -> tuple[tuple[Group, ...], Callable[[Sequence[Any]], tuple[Any, ...]]]:
    """Fields by the members they read, and the function that puts all groups' values into the order of the fields."""
    places: dict[tuple[str, ...] | None, list[int]] = {}
    for number, each in enumerate(fields):
        places.setdefault(_structured(each), []).append(number)
    groups = tuple(_group(names, [fields[n] for n in numbers]) for names, numbers in places.items())
    came = [number for numbers in places.values() for number in numbers]
    order = [came.index(number) for number in range(len(came))]
    return groups, itemgetter(*order) if len(order) > 1 else tuple


def _structured(each: Field) -> tuple[str, ...] | None:
    """The members a field reads when they hold objects or lists; None when they are plain values."""
    if any("." in source for source in each.reads) or not {"pick", "join", "first"}.isdisjoint(each.said):
        return each.tops
    return None


def _group(names: tuple[str, ...] | None, fields: list[Field]) -> Group:
    reads = tuple(each.read for each in fields)
    if names is None:
        plain = dict.fromkeys(name for each in fields for name in each.tops)
        return Group(tuple(plain), reads)
    return Group(names, reads, remembered={})
