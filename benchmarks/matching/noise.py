"""What a province writes beside a name: field, level and agency, missing, spelt otherwise or wrong in stated shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from benchmarks.matching.ways import accents_lost
from gateway.matching.entry import Entry


@dataclass(frozen=True)
class Shares:
    """Of all rows: how many lack a column, spell it otherwise, or have that of another row."""

    missing: float
    respelt: float
    wrong: float


SHARES: Mapping[str, Shares] = {
    "field": Shares(0.15, 0.20, 0.03),
    "level": Shares(0.15, 0.25, 0.05),
    "agency": Shares(0.25, 0.35, 0.05),
}
_UNITS = ("Ea Sar", "Cư Ni", "Krông Na", "Hoà Phú", "Tân Tiến")


def blurred(column: str, row: Entry, others: list[Entry], chance: Random) -> str:
    """The column's value as a province would have it."""
    shares, value, drawn = SHARES[column], str(getattr(row, column)), chance.random()
    if drawn < shares.missing:
        return ""
    if drawn < shares.missing + shares.respelt:
        return _RESPELL[column](value, chance)
    if drawn < shares.missing + shares.respelt + shares.wrong:
        return str(getattr(chance.choice(others), column))
    return value


def _field(value: str, chance: Random) -> str:
    without = accents_lost(value, Entry("", ""), chance)
    return chance.choice(
        (f"Lĩnh vực {value}", value.upper(), without, value.split(",", maxsplit=1)[0], f"{value} (tỉnh)")
    )


def _level(value: str, chance: Random) -> str:
    bare = value.replace("Cấp ", "")
    return chance.choice(
        (bare, value.upper(), accents_lost(value, Entry("", ""), chance), value.split(", ", maxsplit=1)[0])
    )


def _agency(value: str, chance: Random) -> str:
    first = value.split(" | ", maxsplit=1)[0]
    if "cấp xã" in first.lower():
        return f"UBND xã {chance.choice(_UNITS)}"
    short = first.replace("Ủy ban nhân dân", "UBND").replace("Nông nghiệp và Môi trường", "NN&MT")
    return chance.choice((short, f"{first} tỉnh Đắk Lắk", first.split(" - ")[0], first.upper()))


_RESPELL: Mapping[str, Callable[[str, Random], str]] = {"field": _field, "level": _level, "agency": _agency}
