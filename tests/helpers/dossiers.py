"""What tests of dossier portals share: the moved ones, counts of a batch, and times as portals write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

Json = Any
_VIETNAM = timezone(timedelta(hours=7))


def instant(written: str | None, form: str) -> datetime | None:
    """A time in Vietnam, written in a strptime form, as an instant in UTC; None for nothing."""
    return datetime.strptime(written, form).replace(tzinfo=_VIETNAM).astimezone(UTC) if written else None


def moved(before: dict[str, Json], after: dict[str, Json]) -> tuple[set[str], set[str]]:
    """The codes of the records that are new, and of those that were there and say something else now."""
    changed = {code for code in before.keys() & after.keys() if before[code] != after[code]}
    return after.keys() - before.keys(), changed
