"""The change feed (/dossiersyncs): every step of every dossier, oldest first; a new night only adds at the end."""

from array import array
from collections.abc import Sequence
from typing import Any

from sandbox.province_opencps.record import FIRST_ID, reference, words_at
from sandbox.world.clock import night
from sandbox.world.moments import vietnamese_time
from sandbox.world.standing import stand
from sandbox.world.world import World


class Feed:
    """Which dossier took which step, in the order of time; a place in it is an id for ever."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._told_to = 0
        self._dossiers, self._places = array("I"), array("b")
        self._actions: list[str] = []

    def entries(self, action: str) -> Sequence[int]:
        """The places of all entries, or of those with one action code."""
        self._tell_to(night(self._world.day))
        everything = range(len(self._dossiers))
        return [number for number in everything if self._actions[number] == action] if action else everything

    def entry(self, number: int) -> dict[str, Any]:
        """One entry by its place."""
        index, place = self._dossiers[number], self._places[number]
        dossier = stand(self._world, index)
        words, at = words_at(dossier, place), vietnamese_time(dossier.steps[place][0])
        return {
            "dossierSyncId": number + 1,
            "createDate": at,
            "modifiedDate": at,
            "dossierId": FIRST_ID + index,
            "dossierRefUid": reference(dossier),
            "syncRefUid": "",
            "syncType": "1",
            "actionCode": words.action,
            "actionName": words.sub_status_text or words.status_text,
            "actionUser": "",
            "actionNote": "",
            "state": 2,
            "serverNo": "",
        }

    def _tell_to(self, tonight: int) -> None:
        """Adds what happened since the last time it was asked."""
        if tonight <= self._told_to:
            return
        changed = self._world.dossiers.updated
        moved = (number for number in range(len(changed)) if changed[number] > self._told_to)
        news = sorted(step for number in moved for step in self._news(number))
        for _, index, place, action in news:
            self._dossiers.append(index)
            self._places.append(place)
            self._actions.append(action)
        self._told_to = tonight

    def _news(self, index: int) -> list[tuple[int, int, int, str]]:
        """The steps of a dossier that nobody was told of: when, of which dossier, its number, the action."""
        dossier = stand(self._world, index)
        return [
            (at, index, place, words_at(dossier, place).action)
            for place, (at, _) in enumerate(dossier.steps)
            if at > self._told_to
        ]
