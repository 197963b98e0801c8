"""Dossiers (hồ sơ) that ministries handle themselves: invented, a function of seed, office and day like all the rest."""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from sandbox.world.chance import Dice
from sandbox.world.clock import HOUR, MINUTE, day_of, midnight, night
from sandbox.world.people import Person, person

HISTORY_DAYS = 60
FEWEST_A_DAY, SPREAD_A_DAY = 4, 5


class Stage(IntEnum):
    """How far a dossier has come; each office has its own numbers and words for it."""

    RECEIVED = 0
    PROCESSING = 1
    SUPPLEMENT = 2
    DONE = 3
    REFUSED = 4


ROUTES = (
    (Stage.RECEIVED, Stage.PROCESSING, Stage.DONE),
    (Stage.RECEIVED, Stage.PROCESSING, Stage.DONE),
    (Stage.RECEIVED, Stage.PROCESSING, Stage.SUPPLEMENT, Stage.PROCESSING, Stage.DONE),
    (Stage.RECEIVED, Stage.REFUSED),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier as it stands tonight; instants in ms of the Unix epoch, `day` and `number` name it."""

    day: int
    number: int
    applicant: Person
    stage: Stage
    filed: int
    changed: int
    due: int


def cases(seed: int, office: str, day: int) -> list[Case]:
    """Everything an office holds on the night of a day, in the order of filing."""
    first = 1 - HISTORY_DAYS
    return [
        case
        for filed in range(first, day + 1)
        for number in range(_filed_on(seed, office, filed))
        if (case := _case(seed, office, filed, number, day)).filed <= night(day)
    ]


def _filed_on(seed: int, office: str, day: int) -> int:
    return FEWEST_A_DAY + Dice(seed, "cases", office, day).below(SPREAD_A_DAY)


def _case(seed: int, office: str, day: int, number: int, today: int) -> Case:
    steps = _steps(seed, office, day, number)
    changed, stage = next(step for step in reversed(steps) if step[0] <= night(today) or step is steps[0])
    filed = steps[0][0]
    due = midnight(day_of(filed) + 15) + 17 * HOUR
    return Case(day, number, person(Dice(seed, "applicant", office, day, number)), stage, filed, changed, due)


@lru_cache(maxsize=4096)
def _steps(seed: int, office: str, day: int, number: int) -> tuple[tuple[int, Stage], ...]:
    dice = Dice(seed, "case", office, day, number)
    at = midnight(day) + 8 * HOUR + MINUTE * dice.below(9 * 60)
    steps = []
    for stage in dice.pick(ROUTES):
        steps.append((at, stage))
        at += 24 * HOUR * (1 + dice.below(7)) + MINUTE * dice.below(60)
    return tuple(steps)
