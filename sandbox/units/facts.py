"""Which administrative units exist on a day: provinces of both eras, and one province's districts and some communes."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import count, islice
from pathlib import Path

FILE = Path(__file__).resolve().parent / "units.tsv"
KINDS = ("Thành phố", "Thị trấn", "Thị xã", "Tỉnh", "Quận", "Huyện", "Phường", "Xã")
HOME = "66"
FIRST_MADE_UP = 100_000


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with the days on which it existed; `district` is empty since 1 July 2025, and for the upper levels."""

    level: str
    code: str
    name: str
    province: str
    district: str
    first: date
    last: date

    @property
    def kind(self) -> str:
        """LoaiHinh: the kind of unit, which every name begins with."""
        kind = next(kind for kind in KINDS if self.name.startswith(kind))
        return "Thành phố Trung ương" if (self.level, kind) == ("province", "Thành phố") else kind


@dataclass(frozen=True, slots=True)
class Register:
    """All units of one day by level and code."""

    day: date

    def of(self, level: str) -> list[Unit]:
        """The units of a level that exist on this day, by code."""
        return [unit for unit in _all() if unit.level == level and unit.first <= self.day <= unit.last]

    def name(self, level: str, code: str) -> str:
        """The name a code has on this day, "" for a code that has none."""
        return next((unit.name for unit in self.of(level) if unit.code == code), "")

    def communes(self, rows: int | None) -> Iterator[Unit]:
        """The communes, cut or filled up with made-up ones to `rows`; as they are when it is None."""
        real = self.of("commune")
        return iter(real) if rows is None else islice(_filled(real, self.day), rows)


def _filled(real: list[Unit], day: date) -> Iterator[Unit]:
    """Made-up communes have codes of six digits; real ones have five."""
    yield from real
    for number in count(FIRST_MADE_UP):
        yield Unit("commune", str(number), f"Xã Mô phỏng số {number}", HOME, "", day, day)


@cache
def _all() -> tuple[Unit, ...]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(_unit(row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _unit(row: dict[str, str]) -> Unit:
    first, last = row["first_day"], row["last_day"]
    return Unit(
        level=row["level"],
        code=row["code"],
        name=row["name"],
        province=row["province"],
        district=row["district"],
        first=date.fromisoformat(first) if first else date.min,
        last=date.fromisoformat(last) if last else date.max,
    )
