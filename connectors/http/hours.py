"""The hours (khung giờ) in which a portal may be called: many allow bulk calls only at night."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from connectors.dates import VIETNAM

_DAY = 24 * 60


@dataclass(frozen=True)
class Hours:
    """A daily window in Vietnamese time, in minutes after midnight: `first` belongs to it, `last` no more.

    A window with `last` before `first` goes over midnight.
    """

    first: int
    last: int

    @classmethod
    def read(cls, text: str) -> Hours:
        """`22:00-05:00` → Hours. Raises ValueError that says what is wrong."""
        found = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text.strip(), re.ASCII)
        if found is None:
            raise ValueError(f"{text!r} is not of the form 22:00-05:00")
        first, last = _minutes(found[1], found[2]), _minutes(found[3], found[4])
        if first == last:
            raise ValueError(f"{text!r} begins where it ends: leave hours away when any hour will do")
        return cls(first, last)

    def hold(self, at: datetime) -> bool:
        """Whether an instant lies within."""
        local = at.astimezone(VIETNAM)
        minute = local.hour * 60 + local.minute
        if self.first < self.last:
            return self.first <= minute < self.last
        return minute >= self.first or minute < self.last

    def __str__(self) -> str:
        return f"{_written(self.first)}-{_written(self.last)}"


def _minutes(hours: str, minutes: str) -> int:
    count = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or count > _DAY:
        raise ValueError(f"{hours}:{minutes} is no time of day")
    return count


def _written(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
