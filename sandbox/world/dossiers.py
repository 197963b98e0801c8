"""All dossiers of the province, kept small: a few numbers each, everything else is told again when it is shown."""

from array import array
from bisect import bisect_right

from sandbox.world.chance import Dice
from sandbox.world.clock import NEVER, night
from sandbox.world.life import Fate, Life
from sandbox.world.status import CLOSED, PROCESSING

HISTORY_DAYS = 120


class Dossiers:
    """Dossiers numbered from 0 in the order of filing; parallel arrays say what each shows tonight (times in ms)."""

    def __init__(self, fate: Fate, size: int, seed: int) -> None:
        self._fate = fate
        self._size = size
        self._seed = seed
        self._first_day = 1 - HISTORY_DAYS
        self._starts: list[int] = []
        self.updated, self.accepted, self._next = array("q"), array("q"), array("q")
        self.status, self.stage = array("b"), array("b")
        # What a portal last wrote of each dossier; emptied when the dossier moves on.
        self.rendered: list[bytes | None] = []
        self.pass_to(0)

    def __len__(self) -> int:
        return len(self.updated)

    def life(self, index: int) -> Life:
        """The whole life of a dossier, the part after tonight included."""
        place = bisect_right(self._starts, index) - 1
        return self._fate.life(self._first_day + place, index - self._starts[place])

    def find(self, code: str, day: int, number: int) -> int | None:
        """The index of the dossier with this code, of which day and number were read; None when there is none."""
        place = day - self._first_day
        if not 0 <= place < len(self._starts):
            return None
        index = self._starts[place] + number
        end = self._starts[place + 1] if place + 1 < len(self._starts) else len(self)
        return index if self._starts[place] <= index < end and self.life(index).code == code else None

    def open_count(self) -> int:
        """How many dossiers are not yet returned or refused."""
        return sum(state not in CLOSED for state in self.status)

    def pass_to(self, day: int) -> None:
        """Let the days up to `day` pass: dossiers move on, new ones are filed."""
        tonight = night(day)
        for index in [index for index, at in enumerate(self._next) if at <= tonight]:
            self._show(index, self.life(index), tonight)
        for filing_day in range(self._first_day + len(self._starts), day + 1):
            self._file(filing_day, tonight)

    def _file(self, day: int, tonight: int) -> None:
        self._starts.append(len(self))
        for number in range(self._filed_on(day)):
            for numbers in (self.updated, self.accepted, self._next, self.status, self.stage):
                numbers.append(0)
            self.rendered.append(None)
            self._show(len(self) - 1, self._fate.life(day, number), tonight)

    def _filed_on(self, day: int) -> int:
        if day > 0:
            usual = self._size // HISTORY_DAYS
            return min(self._size, 1 + usual * (80 + Dice(self._seed, "filed", day).below(40)) // 100)
        place = day - self._first_day
        return self._size * (place + 1) // HISTORY_DAYS - self._size * place // HISTORY_DAYS

    def _show(self, index: int, life: Life, tonight: int) -> None:
        stage = sum(at <= tonight for at, _ in life.steps) - 1
        accepted = life.first(PROCESSING)
        self.updated[index], self.status[index] = life.steps[stage]
        self.stage[index] = stage
        self.accepted[index] = accepted if accepted is not None and accepted <= tonight else NEVER
        self._next[index] = life.steps[stage + 1][0] if stage + 1 < len(life.steps) else NEVER
        self.rendered[index] = None
