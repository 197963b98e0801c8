"""The queue of changed statuses of judicial records: each change is shown again and again until it is acknowledged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sandbox.ministry.dossier import MinistryDossier
from sandbox.ministry.dossiers import MinistryDossiers
from sandbox.world.chance import object_id
from sandbox.world.clock import night
from sandbox.world.status import FINISHED, NEW, PROCESSING, RETURNED
from sandbox.world.world import World

PER_CALL = 100
# The guide of the interface knows these states and no others: what happens in between is not reported.
STATES = {NEW: 3, PROCESSING: 4, FINISHED: 5, RETURNED: 5}


@dataclass(slots=True)
class Change:
    """A dossier came into a state (DEC_STATUS_ID) at an instant (ms); `shown` counts the answers it was in."""

    id: str
    dossier: MinistryDossier
    code: str
    state: int
    at: int
    shown: int = 0


class Queue:
    """What waits and what was acknowledged, oldest change first; the same world always makes the same changes and ids."""

    def __init__(self, world: World, dossiers: MinistryDossiers) -> None:
        self._world, self._dossiers = world, dossiers
        self._until: int | None = None
        self._waiting: dict[str, Change] = {}
        self._acknowledged: dict[str, Change] = {}

    def next(self) -> list[Change]:
        """The oldest changes that wait, as many as one answer holds."""
        self._catch_up()
        found = list(islice(self._waiting.values(), PER_CALL))
        for change in found:
            change.shown += 1
        return found

    def acknowledge(self, ids: Sequence[str]) -> bool:
        """Marks changes as fetched; False, and nothing marked, when one id is unknown. Saying it twice does no harm."""
        self._catch_up()
        if not all(each in self._waiting or each in self._acknowledged for each in ids):
            return False
        for each in ids:
            if each in self._waiting:
                self._acknowledged[each] = self._waiting.pop(each)
        return True

    def ledger(self) -> dict[str, Any]:
        """What a checker compares with what a client believes."""
        self._catch_up()
        lists = {"waiting": self._waiting, "acknowledged": self._acknowledged}
        return {"per_call": PER_CALL} | {name: [_row(each) for each in held.values()] for name, held in lists.items()}

    def _catch_up(self) -> None:
        tonight = night(self._world.day)
        if self._until == tonight:
            return
        before, self._until = self._until, tonight
        fresh = [change for change in self._all() if before is None or change.at > before]
        self._waiting |= {change.id: change for change in sorted(fresh, key=lambda change: (change.at, change.code))}

    def _all(self) -> Iterator[Change]:
        return (change for dossier in self._dossiers for change in changes(dossier, self._dossiers.code(dossier)))


def changes(dossier: MinistryDossier, code: str) -> Iterator[Change]:
    """Every change of a dossier up to tonight, oldest first; the filing is one, so there is at least one."""
    known = 0
    for place, (at, state) in enumerate(dossier.steps):
        number = STATES.get(state, known)
        if number != known:
            known = number
            yield Change(object_id("change", dossier.seed, dossier.serial, place), dossier, code, number, at)


def _row(change: Change) -> dict[str, Any]:
    return {"id": change.id, "maHoSo": change.code, "DEC_STATUS_ID": change.state, "shown": change.shown}
