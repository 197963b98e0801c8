"""A record's top members, still as bytes: fields that read the same member are mapped together, and what its bytes became is
remembered. Most members come again and again (an agency, a procedure, a status), so most of a record is never parsed.
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

REMEMBER = 4000
"""How many different contents of its members a group remembers."""


@dataclass(frozen=True)
class Group:
    """Fields that read the same top members."""

    names: tuple[str, ...]
    reads: tuple[Read, ...]
    remembered: dict[Any, tuple[Any, ...]] = field(default_factory=dict, compare=False)

    def values(self, members: Members) -> tuple[Any, ...]:
        """The fields' values. Raises Reject when one does not fit; a refusal is never remembered."""
        if len(self.names) == 1:
            raw = members.get(self.names[0])
            key: Any = None if raw is None else bytes(raw)
        else:
            key = tuple([bytes(members.get(name, b"")) for name in self.names])
        found = self.remembered.get(key)
        if found is None:
            record = opened(members, self.names)
            found = tuple([read(record) for read in self.reads])
            if len(self.remembered) < REMEMBER:
                self.remembered[key] = found
        return found


def opened(members: Members, names: Sequence[str]) -> dict[str, Any]:
    """Some members as plain values; the absent ones stay absent. Raises Reject for bytes that are no JSON."""
    found = {}
    for name in names:
        if name in members:
            try:
                found[name] = decode.plain(members[name])
            except (msgspec.DecodeError, RecursionError) as error:
                raise Reject(
                    f"not readable ({type(error).__name__})", name, f"{len(bytes(members[name]))} bytes"
                ) from None
    return found


def grouped(fields: Sequence[Field]) -> tuple[tuple[Group, ...], Callable[[Sequence[Any]], tuple[Any, ...]]]:
    """Fields by the members they read, and the function that puts all groups' values into the order of the fields."""
    places: dict[tuple[str, ...], list[int]] = {}
    for number, each in enumerate(fields):
        names = tuple(dict.fromkeys(source.split(".")[0] for source in each.sources))
        places.setdefault(names, []).append(number)
    groups = tuple(Group(names, tuple(fields[n].read for n in numbers)) for names, numbers in places.items())
    came = [number for numbers in places.values() for number in numbers]
    order = [came.index(number) for number in range(len(came))]
    return groups, itemgetter(*order) if len(order) > 1 else tuple
