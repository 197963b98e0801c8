"""Which days public offices work: what the law says, by the `holidays` library, and days moved late, by a file with sources.

A day may be moved by a letter of a few days before: whoever computed a due date earlier was right by what was known then. So each
entry of the file has the date of its publication, and a Calendar is what was known on a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gateway import tsv
from gateway.errors import ConfigError

COLUMNS = ("date", "kind", "name_vi", "name_en", "published", "source")
KINDS = ("off", "worked")
SATURDAY = 5


@dataclass(frozen=True)
class Day:
    """A day that is not as its weekday says. kind: off or worked; published: when it was told, None where nobody has noted it."""

    day: date
    kind: str
    name_vi: str
    name_en: str
    published: date | None
    source: str


@dataclass(frozen=True)
class Calendar:
    """Days off and make-up days as known on a day (None: as known now). moved: entries of the file, of every publication."""

    moved: Sequence[Day] = ()
    known_on: date | None = None
    _years: dict[int, dict[date, Day]] = field(default_factory=dict, compare=False, repr=False)

    def is_working(self, day: date) -> bool:
        """Whether offices work: Monday to Friday and make-up Saturdays, but for days off."""
        entry = self.entry(day)
        return day.weekday() < SATURDAY if entry is None else entry.kind == "worked"

    def entry(self, day: date) -> Day | None:
        """What makes a day unlike its weekday; None for an ordinary one."""
        return self._known.get(day) or self._legal(day.year).get(day)

    def special(self, year: int) -> list[Day]:
        """All days of a year that are unlike their weekdays, in order."""
        found = {**self._legal(year), **{day: entry for day, entry in self._known.items() if day.year == year}}
        return [found[day] for day in sorted(found)]

    def working_days(self, year: int) -> int:
        """How many days of a year are worked."""
        first, end = date(year, 1, 1), date(year + 1, 1, 1)
        return sum(self.is_working(first + timedelta(days)) for days in range((end - first).days))

    @property
    def version(self) -> str:
        """Which calendar this is: the library's version, and the newest publication taken into account."""
        newest = max((entry.published for entry in self._known.values() if entry.published), default=None)
        return f"holidays-{_release()}" + (f"+{newest}" if newest else "")

    @cached_property
    def _known(self) -> dict[date, Day]:
        """Entries published by then; of two about one day the later one."""
        told = [each for each in self.moved if self.known_on is None or (each.published or date.min) <= self.known_on]
        return {each.day: each for each in sorted(told, key=lambda each: each.published or date.min)}

    def _legal(self, year: int) -> dict[date, Day]:
        if year not in self._years:
            self._years[year] = _library(year)
        return self._years[year]


@cache
def _release() -> str:
    """Reading the library's metadata takes milliseconds, and every due date bears it."""
    return version("holidays")


def _library(year: int) -> dict[date, Day]:
    """Days off of the Labour Code 2019 (Bộ luật Lao động), article 112, and the swaps of days the library has."""
    import holidays

    vi: Any = holidays.country_holidays("VN", years=year, language="vi")
    en: Any = holidays.country_holidays("VN", years=year, language="en_US")
    source = f"holidays {_release()}"
    off = {day: Day(day, "off", vi[day], en[day], None, source) for day in vi if day.year == year}
    worked = {
        day: Day(day, "worked", "Làm bù", "Make-up day", None, source)
        for day in vi.weekend_workdays
        if day.year == year
    }
    return off | worked


def load_calendar(folders: Sequence[Path], known_on: date | None = None) -> Calendar:
    """The calendar with `calendar/days.tsv` of each mappings folder. Raises ConfigError with file and line."""
    files = [folder / "calendar" / "days.tsv" for folder in folders]
    return Calendar(tuple(entry for file in files if file.is_file() for entry in _read(file)), known_on)


def _read(path: Path) -> list[Day]:
    file = tsv.read(path)
    file.check_header(COLUMNS, COLUMNS)
    return [_day(row, file.where(number)) for number, row in file.rows]


def _day(row: dict[str, str], where: str) -> Day:
    if row["kind"] not in KINDS:
        raise ConfigError(f"kind is {row['kind']!r}", where=where, do=f"write {' or '.join(KINDS)}")
    if not (row["published"] and row["source"]):
        raise ConfigError(
            "an entry without publication date or source", where=where, do="name the text and its date: both decide"
        )
    day, published = (_date(row[name], name, where) for name in ("date", "published"))
    return Day(day, row["kind"], row["name_vi"], row["name_en"], published, row["source"])


def _date(text: str, name: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{name} is {text!r}", where=where, do="write it as 2026-01-02") from None
