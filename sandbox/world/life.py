"""The whole life of a dossier, told at once by its key; a portal shows the part that lies before tonight.

Offices here work seven days a week, so that every simulated day brings something; due dates count working days only.
"""

from dataclasses import dataclass

from sandbox.world.agencies import Agencies, Agency
from sandbox.world.chance import Dice
from sandbox.world.clock import HOUR, MINUTE, date_code, day_of, midnight
from sandbox.world.local import LocalProcedure
from sandbox.world.status import DUTY, FINISHED, NEW, PROCESSING, SUPPLEMENT, route

# A few events happen in one batch run at this time of day: many rows then share one updatedDate to the millisecond.
BATCH_TIME = 17 * HOUR + 30 * MINUTE
# How long a dossier really takes, in percent of the promised time.
PACES = (60, 80, 90, 95, 100, 100, 100, 100, 100, 100, 140, 200, 600, 900)
ONLINE_PERCENT = 55


@dataclass(frozen=True, slots=True)
class Life:
    """A dossier from filing to end; `steps` are (instant in ms, state), the first is the filing."""

    day: int
    number: int
    local: LocalProcedure
    agency: Agency
    old_style: bool
    online: bool
    steps: tuple[tuple[int, int], ...]

    @property
    def agency_code(self) -> str:
        """The code of the handling agency, in the style this dossier carries."""
        return self.agency.code(self.old_style)

    @property
    def code(self) -> str:
        """The dossier code (mã hồ sơ) `{agency}-{yyMMdd}-{nnnn}`, unique by day and number."""
        return f"{self.agency_code}-{date_code(self.day)}-{self.number + 1:04}"

    def first(self, *states: int) -> int | None:
        """When (ms) it first came into one of these states, if ever."""
        return next((at for at, state in self.steps if state in states), None)


class Fate:
    """Tells lives. Two calls with the same day and number tell the same life."""

    def __init__(self, seed: int, locals_: list[LocalProcedure], agencies: Agencies) -> None:
        self._seed = seed
        self._locals = locals_
        self._agencies = agencies

    def life(self, day: int, number: int) -> Life:
        """The life of the dossier filed as number `number` (from 0) on a day."""
        dice = Dice(self._seed, "life", day, number)
        local = self._procedure(dice, day)
        agency = self._agency(dice, local)
        old_style, online = dice.one_in(2), dice.below(100) < ONLINE_PERCENT
        steps = _steps(dice, day, online, local.entry.procedure.working_days)
        return Life(day, number, local, agency, old_style, online, steps)

    def _procedure(self, dice: Dice, day: int) -> LocalProcedure:
        count = len(self._locals)
        # The smaller of two throws: a few procedures make most of the dossiers, as in every one-stop office.
        index = min(dice.below(count), dice.below(count))
        for offset in range(count):
            local = self._locals[(index + offset) % count]
            abolished = local.entry.abolished_on
            if abolished is None or abolished > day:
                return local
        return self._locals[index]

    def _agency(self, dice: Dice, local: LocalProcedure) -> Agency:
        procedure = local.entry.procedure
        if procedure.is_communal and not dice.one_in(6):
            return dice.pick(self._agencies.communes)
        return self._agencies.provincial_office(procedure)


def _steps(dice: Dice, day: int, online: bool, working_days: int) -> tuple[tuple[int, int], ...]:
    at = midnight(day) + (7 * HOUR + HOUR // 2 + dice.below(14 * HOUR) if online else _office_time(dice))
    steps = [(at, NEW)]
    span = working_days * 7 * dice.pick(PACES) // 500
    for state in route(dice.below(100)):
        if steps[-1][1] == NEW and not online:
            at += MINUTE * (5 + dice.below(35))
        else:
            at = _later(dice, at, _days_until(dice, steps[-1][1], state, span))
        steps.append((at, state))
    return tuple(steps)


def _days_until(dice: Dice, before: int, state: int, span: int) -> int:
    if before == NEW:
        return dice.below(2)
    if state in (SUPPLEMENT, DUTY):
        return span // 3
    if before in (SUPPLEMENT, DUTY) and state == PROCESSING:
        return 2 + dice.below(12)
    return dice.below(4) if before == FINISHED else span


def _later(dice: Dice, at: int, days: int) -> int:
    time = BATCH_TIME if dice.one_in(16) else _office_time(dice)
    then = midnight(day_of(at) + days) + time
    return then if then > at else at + MINUTE * (5 + dice.below(35))


def _office_time(dice: Dice) -> int:
    """A time of day (ms) between 07:30 and 11:30 or between 13:30 and 17:00."""
    time = 7 * HOUR + HOUR // 2 + dice.below(15 * HOUR // 2)
    return time if time < 23 * HOUR // 2 else time + 2 * HOUR
