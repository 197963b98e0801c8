"""The quick way for records that look like those before them: same members, same types. See decision 0018.

It never says what is wrong with a record: it declines, and the record is read field by field, which finds the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from connectors import decode
from gateway.mapping.fields import Field
from gateway.mapping.members import Members
from gateway.mapping.plan import Kinds, Plan, kinds
from gateway.mapping.reject import Reject, Unfit

TOGETHER = 64
"""Records read together, about: their values stay in the processor's cache from one column to the next."""

_DECLINED = (*decode.UNREADABLE, decode.BrokenAnswer, Reject, Unfit, OverflowError)
"""OverflowError: an instant that is in no year once it is in UTC."""


class Quick:
    """Fills the fields of a mapping."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields
        self._read = frozenset(name for each in fields for name in each.tops)
        self._members: dict[str, Kinds] = {}
        self._always: frozenset[str] = frozenset()
        self._plan: Plan | None = None

    def rows(self, raws: Sequence[msgspec.Raw]) -> list[tuple[Any, ...] | None]:
        """Of each record the fields' values, in their order; None when it declines.

        It reads only records that have no other members than those learned, all members that every one of those had, and
        values of the types that those had (or null, or "").
        """
        if self._plan is None:
            return [None] * len(raws)
        try:
            found = self._plan.rows(raws)
        except _DECLINED:
            # One of them does not fit: the halves of the list tell which.
            half = len(raws) // 2
            return [*self.rows(raws[:half]), *self.rows(raws[half:])] if half else [None]
        return [*found]

    def learn(self, record: Members) -> None:
        """Take in the members and types of a record that is as it should be."""
        if not all(map(_is_spellable, record)):
            return
        always = self._always.intersection(record) if self._members else frozenset(record)
        members = dict(self._members)
        for name, raw in record.items():
            seen = kinds(decode.plain(raw)) if name in self._read else frozenset()
            members[name] = members.get(name, frozenset()) | seen
        if (members, always) != (self._members, self._always):
            self._members, self._always = members, always
            self._plan = Plan(self._fields, members, always)


def _is_spellable(name: str) -> bool:
    """Whether msgspec takes it for a member's name."""
    return name.isprintable() and '"' not in name and "\\" not in name
