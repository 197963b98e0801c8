"""Working hours (giờ làm việc) of offices: which sessions a weekday has, and from when on a day what comes in counts as the next day's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from gateway.documents import Document
from gateway.errors import ConfigError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT = "default"


@dataclass(frozen=True)
class Session:
    """A stretch of office time on one day: `begin` belongs to it, `end` no more."""

    begin: time
    end: time


@dataclass(frozen=True)
class Office:
    """hours: sessions of each weekday (0 is Monday), in order. after: later on a day counts as received the next working day."""

    name: str
    hours: Mapping[int, tuple[Session, ...]]
    after: time | None = None

    def sessions(self, day: date) -> tuple[Session, ...]:
        """The sessions of a working day. A make-up Saturday or Sunday has those of Friday when it has none of its own."""
        return self.hours.get(day.weekday()) or self.hours.get(WEEKDAYS.index("fri"), ())


def load_office(folders: Sequence[Path], schemas: Path, name: str = DEFAULT) -> Office:
    """An office of `calendar/offices.yaml`, from the first mappings folder that has it. Raises ConfigError with file and line."""
    for folder in folders:
        path = folder / "calendar" / "offices.yaml"
        if not path.is_file():
            continue
        said = Document(path)
        said.check(schemas / "calendar.schema.json", "offices")
        if name in said.content:
            return _office(said, name)
    raise ConfigError(f"no office {name!r}", where="calendar/offices.yaml", do="add it, or leave --office away")


def _office(said: Document, name: str) -> Office:
    entry: dict[str, Any] = said.content[name]
    hours = {
        WEEKDAYS.index(day): tuple(_session(text, said.where([name, "hours", day])) for text in texts)
        for day, texts in entry["hours"].items()
    }
    after = entry.get("after")
    return Office(name, hours, time.fromisoformat(after) if after else None)


def _session(text: str, where: str) -> Session:
    session = Session(*map(time.fromisoformat, text.split("-")))
    if session.begin >= session.end:
        raise ConfigError(f"{text!r} ends before it begins", where=where, do="write it as 07:30-11:30")
    return session
