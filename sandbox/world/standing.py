"""How a dossier (hồ sơ) stands tonight: its dates, its applicant, and one of the ten national states.

Every portal beside iGate tells its dossiers from here, so that all of them show one world.
"""

from bisect import bisect_left
from dataclasses import dataclass

from sandbox.world.chance import Dice
from sandbox.world.clock import HOUR, after_working_days, date_code, day_from_code, day_of, midnight
from sandbox.world.life import Life
from sandbox.world.people import Person, person
from sandbox.world.status import DUTY, FINISHED, NEW, PROCESSING, REFUSED, RETURNED, SUPPLEMENT
from sandbox.world.world import World

# The ten states of a dossier (TrangThaiHoSo), as the national portal names them.
NATIONAL_STATES = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
_PLAIN = {NEW: 1, SUPPLEMENT: 5, DUTY: 6, FINISHED: 9, RETURNED: 10}
OFFICE_CLOSES = 17 * HOUR


@dataclass(frozen=True, slots=True)
class Standing:
    """The part of a life that lies before tonight; every time is in ms since the Unix epoch, None = not yet."""

    life: Life
    steps: tuple[tuple[int, int], ...]
    seed: int
    applicant: Person
    code_national: str | None

    @property
    def filed(self) -> int:
        """When it was handed in (ngày nộp)."""
        return self.steps[0][0]

    @property
    def changed(self) -> int:
        """When it last moved."""
        return self.steps[-1][0]

    @property
    def accepted(self) -> int | None:
        """When it was taken in (ngày tiếp nhận)."""
        return self._first(PROCESSING)

    @property
    def due(self) -> int | None:
        """The promised hour (ngày hẹn trả): the close of the last working day; an evening intake counts from the next."""
        if self.accepted is None:
            return None
        day = day_of(self.accepted)
        start = day + (self.accepted - midnight(day) > OFFICE_CLOSES)
        return midnight(after_working_days(start, self.life.local.entry.procedure.working_days)) + OFFICE_CLOSES

    @property
    def finished(self) -> int | None:
        """When its processing ended with a result (ngày kết thúc xử lý)."""
        return self._first(FINISHED, RETURNED)

    @property
    def returned(self) -> int | None:
        """When the applicant got the result (ngày trả)."""
        return self._first(RETURNED)

    @property
    def refused(self) -> int | None:
        """When it was refused, stopped or withdrawn."""
        return self._first(REFUSED)

    def state_at(self, place: int) -> int:
        """Its national state (1..10) after its step number `place` (0 = filed)."""
        state = self.steps[place][1]
        dice = Dice(self.seed, "national state", self.life.day, self.life.number)
        if state == PROCESSING:
            # Some wait with the office before anybody works on them.
            return 2 if place == 1 and dice.one_in(6) else 4
        if state == REFUSED:
            return 3 if place == 1 else dice.pick((7, 8))
        return _PLAIN[state]

    @property
    def state(self) -> int:
        """Its national state tonight."""
        return self.state_at(len(self.steps) - 1)

    def _first(self, *states: int) -> int | None:
        return next((at for at, state in self.steps if state in states), None)


def stand(world: World, index: int) -> Standing:
    """The standing of a dossier by its index in the world."""
    life = world.dossiers.life(index)
    # The same dice, thrown in the same order, as the province's own record: applicant first, then where it was filed.
    dice = Dice(world.seed, "record", life.day, life.number)
    applicant = person(dice)
    code = f"G22.99.99-{date_code(life.day)}-{life.number + 1:04}" if life.online and dice.one_in(2) else None
    return Standing(life, life.steps[: world.dossiers.stage[index] + 1], world.seed, applicant, code)


def first_of(world: World, day: int) -> int:
    """The index of the first dossier filed on a day or later; the number of dossiers when there is none."""
    return bisect_left(range(len(world.dossiers)), day, key=lambda index: world.dossiers.life(index).day)


def find_standing(world: World, code: str) -> Standing | None:
    """The dossier with this code, the office's own or the national portal's; None when there is none."""
    head, _, number = code.rpartition("-")
    try:
        index = first_of(world, day_from_code(head.rpartition("-")[2])) + int(number) - 1
    except ValueError:
        return None
    if not 0 <= index < len(world.dossiers):
        return None
    found = stand(world, index)
    return found if code in (found.life.code, found.code_national) else None
