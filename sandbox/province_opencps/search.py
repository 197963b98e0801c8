"""The dossier list of OpenCPS: last changed first, narrowed by words, agency, procedure and day of reception."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.province_opencps.paging import BadRequest
from sandbox.province_opencps.record import words_at
from sandbox.province_opencps.words import WORLD_STATES
from sandbox.world.clock import NEVER, midnight
from sandbox.world.moments import day_from
from sandbox.world.ordering import by_change
from sandbox.world.standing import stand
from sandbox.world.world import World

KEPT_LISTS = 16


@dataclass(frozen=True, slots=True)
class Question:
    """What a client searches; times in ms, "" = any."""

    status: str = ""
    sub_status: str = ""
    agency: str = ""
    service: str = ""
    received_from: int = 0
    received_before: int = NEVER

    @property
    def is_dated(self) -> bool:
        """True when it asks for a time of reception."""
        return (self.received_from, self.received_before) != (0, NEVER)

    @property
    def needs_a_look(self) -> bool:
        """True when the numbers kept of each dossier do not answer it."""
        return any((self.status, self.sub_status, self.agency, self.service))


def question(parameters: Mapping[str, str]) -> Question:
    """Reads status, substatus, agency, service, fromReceiveDate and toReceiveDate (dd/MM/yyyy); raises BadRequest."""
    return Question(
        status=parameters.get("status", ""),
        sub_status=parameters.get("substatus", ""),
        agency=parameters.get("agency", ""),
        service=parameters.get("service", ""),
        received_from=_midnight(parameters, "fromReceiveDate", 0, 0),
        received_before=_midnight(parameters, "toReceiveDate", 1, NEVER),
    )


class Search:
    """Answers questions with the indexes of dossiers; keeps its lists until a day passes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._day = world.day
        self._lists: dict[Question, Sequence[int]] = {}

    def find(self, asked: Question) -> Sequence[int]:
        """The indexes of the dossiers asked for, last changed first."""
        if self._day != self._world.day:
            self._day, self._lists = self._world.day, {}
        if asked not in self._lists:
            if len(self._lists) >= KEPT_LISTS:
                self._lists.pop(next(iter(self._lists)))
            self._lists[asked] = self._list(asked)
        return self._lists[asked]

    def _list(self, asked: Question) -> Sequence[int]:
        if asked == Question():
            return by_change(self._world.dossiers, newest_first=True)
        return array("I", (index for index in self.find(Question()) if self._is_meant(asked, index)))

    def _is_meant(self, asked: Question, index: int) -> bool:
        dossiers = self._world.dossiers
        if asked.is_dated and not asked.received_from <= dossiers.accepted[index] < asked.received_before:
            return False
        if asked.status and dossiers.status[index] not in WORLD_STATES.get(asked.status, ()):
            return False
        return not asked.needs_a_look or self._fits(asked, index)

    def _fits(self, asked: Question, index: int) -> bool:
        dossier = stand(self._world, index)
        words = words_at(dossier, len(dossier.steps) - 1)
        pairs = (
            (asked.status, words.status),
            (asked.sub_status, words.sub_status),
            (asked.agency, dossier.life.agency_code),
            (asked.service, dossier.life.local.code),
        )
        return all(wanted in ("", has) for wanted, has in pairs)


def _midnight(parameters: Mapping[str, str], name: str, later: int, usual: int) -> int:
    text = parameters.get(name, "")
    try:
        return midnight(day_from(text, "%d/%m/%Y") + later) if text else usual
    except ValueError:
        raise BadRequest(f"{name}: {text}") from None
