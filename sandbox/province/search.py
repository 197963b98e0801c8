"""The dossier search: order, filters, pages. There is no filter for "changed since"; only the order helps."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.province.paging import BadRequest
from sandbox.world.clock import NEVER, day_from_code, instant_from
from sandbox.world.ordering import by_change
from sandbox.world.world import World

ORDERS = {"updatedDate,desc": True, "updatedDate,asc": False}
# Filtered lists kept for the next page of the same question.
KEPT_LISTS = 16


@dataclass(frozen=True, slots=True)
class Question:
    """What a client searches; times in ms, states empty = any."""

    newest_first: bool
    code: str
    states: frozenset[int]
    accepted_from: int
    accepted_to: int

    @property
    def is_plain(self) -> bool:
        """True when it asks for everything."""
        return not self.states and self.accepted_from == 0 and self.accepted_to == NEVER


def question(parameters: Mapping[str, str]) -> Question:
    """Reads sort, code, dossier-status and accepted-from/to; other parameters are ignored, as the product does."""
    sort = parameters.get("sort") or "updatedDate,desc"
    if sort not in ORDERS:
        raise BadRequest(f"sort: {sort}")
    return Question(
        newest_first=ORDERS[sort],
        code=parameters.get("code", ""),
        states=_states(parameters.get("dossier-status", "")),
        accepted_from=_instant(parameters, "accepted-from", 0),
        accepted_to=_instant(parameters, "accepted-to", NEVER),
    )


class Search:
    """Answers questions with the indexes of dossiers; keeps its lists until a day passes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._day = world.day
        self._lists: dict[Question, Sequence[int]] = {}

    def find(self, asked: Question) -> Sequence[int]:
        """The indexes of the dossiers asked for, in order."""
        if asked.code:
            return self._by_code(asked.code)
        if self._day != self._world.day:
            self._day, self._lists = self._world.day, {}
        if asked not in self._lists:
            if len(self._lists) >= KEPT_LISTS:
                self._lists.pop(next(iter(self._lists)))
            self._lists[asked] = self._list(asked)
        return self._lists[asked]

    def _list(self, asked: Question) -> Sequence[int]:
        dossiers = self._world.dossiers
        if asked.is_plain:
            return by_change(dossiers, asked.newest_first)
        everything = self.find(Question(asked.newest_first, "", frozenset(), 0, NEVER))
        status, accepted = dossiers.status, dossiers.accepted
        start, end = asked.accepted_from, asked.accepted_to
        dated = start > 0 or end < NEVER
        return array(
            "I",
            (
                index
                for index in everything
                if (not asked.states or status[index] in asked.states)
                and (not dated or (start <= accepted[index] <= end and accepted[index] < NEVER))
            ),
        )

    def _by_code(self, code: str) -> Sequence[int]:
        _, _, tail = code.rpartition("-")
        date = code[: -len(tail) - 1].rpartition("-")[2]
        if not tail.isdecimal() or not date.isdecimal():
            return ()
        try:
            found = self._world.dossiers.find(code, day_from_code(date), int(tail) - 1)
        except ValueError:
            return ()
        return () if found is None else (found,)


def _states(text: str) -> frozenset[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() for part in parts):
        raise BadRequest(f"dossier-status: {text}")
    return frozenset(map(int, parts))


def _instant(parameters: Mapping[str, str], name: str, usual: int) -> int:
    text = parameters.get(name, "")
    try:
        return instant_from(text, end_of_day=name.endswith("-to")) if text else usual
    except ValueError:
        raise BadRequest(f"{name}: {text}") from None
