"""One dossier as a ministry shows it tonight: the part of its life that has already happened."""

from dataclasses import dataclass

from sandbox.world.chance import Dice
from sandbox.world.clock import HOUR, after_working_days, date_code, day_of, midnight
from sandbox.world.life import Life
from sandbox.world.people import Person, person
from sandbox.world.procedure import Procedure
from sandbox.world.status import FINISHED, RETURNED

OFFICE_CLOSES = 17 * HOUR


@dataclass(frozen=True, slots=True)
class MinistryDossier:
    """A life up to its step number `stage` (0 = filed). Times are instants in ms; `ministry` keeps chance apart."""

    ministry: str
    seed: int
    life: Life
    stage: int

    @property
    def steps(self) -> tuple[tuple[int, int], ...]:
        """(instant, state) of every step taken so far, the filing first."""
        return self.life.steps[: self.stage + 1]

    @property
    def state(self) -> int:
        """The state it is in (see sandbox.world.status)."""
        return self.steps[-1][1]

    @property
    def changed_at(self) -> int:
        """When its state last changed."""
        return self.steps[-1][0]

    @property
    def filed_at(self) -> int:
        """When it was handed in (ngày nộp)."""
        return self.life.steps[0][0]

    @property
    def received_at(self) -> int | None:
        """When the office first dealt with it (ngày tiếp nhận), be it to refuse it; None while it waits."""
        return self.steps[1][0] if self.stage else None

    @property
    def finished_at(self) -> int | None:
        """When the work on it ended, None while it goes on."""
        return self.first(FINISHED, RETURNED)

    @property
    def due_at(self) -> int | None:
        """The promised hour (ngày hẹn trả): the close of the last working day; None before it is received."""
        received = self.received_at
        if received is None:
            return None
        return midnight(after_working_days(day_of(received), self.procedure.working_days)) + OFFICE_CLOSES

    @property
    def procedure(self) -> Procedure:
        """The national procedure it was filed under."""
        return self.life.local.entry.procedure

    @property
    def applicant(self) -> Person:
        """Who filed it; nobody real."""
        return person(self.dice("applicant"))

    @property
    def serial(self) -> str:
        """`yyMMdd` of the filing, a dash and the day's number: the part every ministry's code is made of."""
        return f"{date_code(self.life.day)}-{self.life.number + 1:04}"

    def first(self, *states: int) -> int | None:
        """When it first came into one of these states, if it has."""
        return next((at for at, state in self.steps if state in states), None)

    def dice(self, purpose: str) -> Dice:
        """Chance that is the same each time this dossier is shown for this purpose."""
        return Dice(self.seed, self.ministry, purpose, self.life.day, self.life.number)
