"""The days of receipt (ngày tiếp nhận) that a comparison is about; days are Vietnamese days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.dates import parsed, today
from gateway.errors import ConfigError
from gateway.reconcile.pairs import DossierPair, Pair


@dataclass(frozen=True)
class Period:
    """first, last: both included; None where it is not bounded. is_whole: all that the pair compares by itself."""

    first: date | None = None
    last: date | None = None
    is_whole: bool = True

    @property
    def binds(self) -> dict[str, date | None]:
        """Parameters `first` and `last` of a statement."""
        return {"first": self.first, "last": self.last}


WITHIN = """coalesce({day} >= cast(:first as date), true) and coalesce({day} <= cast(:last as date), true)"""
"""Whether a day lies in the period; a row without a day lies in every one."""


def period(pair: Pair, first: str = "", last: str = "") -> Period:
    """The days a person named, or all of the pair's. Raises ConfigError for days that are none, or in the wrong order."""
    begin, end = _bounds(pair)
    found = Period(_day(first) or begin, _day(last) or end, is_whole=not (first or last))
    if found.first and found.last and found.first > found.last:
        raise ConfigError(f"{found.first} is after {found.last}", where="--from, --to", do="turn them round")
    if pair.kind == "procedure" and not found.is_whole:
        raise ConfigError("a catalogue has no period", where=pair.name, do="leave out --from and --to")
    return found


def _bounds(pair: Pair) -> tuple[date | None, date | None]:
    if isinstance(pair, DossierPair) and pair.window:
        return parsed(pair.window.first_day, today()), today()
    return None, None


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise ConfigError(f"{said!r} is no day", where="--from, --to", do="write it as 2026-11-30") from None
