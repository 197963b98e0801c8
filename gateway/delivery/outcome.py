"""What became of a row that was sent, and what becomes of it next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connectors.decode import BrokenAnswer
from connectors.errors import (
    OutcomeUnknown,
    PortalError,
    RecordAbsent,
    RecordExists,
    RecordRefused,
    RetriablePortalError,
    UnclearAnswer,
)
from connectors.xml.parse import HostileAnswer
from connectors.xroad import AnswerOfAnother


@dataclass(frozen=True)
class Outcome:
    """word: accepted, rejected, exists, absent, later or unknown. said: what the portal answered, without personal data."""

    word: str
    said: str = ""

    @property
    def is_of_one(self) -> bool:
        """Whether it is about one dossier, so that of several sent together nobody knows which."""
        return self.word in {"rejected", "exists", "absent"}


ACCEPTED = Outcome("accepted")
UNKNOWN = "outcome unknown"
"""The cause of a row that may or may not have arrived."""


def of_error(error: PortalError) -> Outcome | None:
    """What an error says of the rows that were sent; None when it says something of the portal or of us, not of them.

    An answer that came broken, that is hostile or another call's, or that the contract does not speak of, proves nothing: the
    rows may have been taken.
    """
    if isinstance(error, RecordExists):
        return Outcome("exists", error.what)
    if isinstance(error, RecordAbsent):
        return Outcome("absent", error.what)
    if isinstance(error, RecordRefused):
        return Outcome("rejected", error.what)
    if isinstance(error, OutcomeUnknown | BrokenAnswer | UnclearAnswer | HostileAnswer | AnswerOfAnother):
        return Outcome("unknown", error.what)
    if type(error) is RetriablePortalError:
        return Outcome("later", error.what)
    return None


@dataclass(frozen=True)
class Next:
    """The new state of a row. is_created: what is now known of the dossier there."""

    state: str
    cause: str | None = None
    reason: str | None = None
    next_at: datetime | None = None
    is_created: bool | None = None


class Tried(NamedTuple):
    """A row as it stands after a try. kind: record or event."""

    kind: str
    attempt_count: int


def next_of(
    row: Tried, operation: str, outcome: Outcome, waits: tuple[float, ...], now: datetime, flipped: bool
) -> Next:
    """What follows from an outcome. flipped: whether this row already turned from making to changing, or back."""
    if outcome.word == "accepted":
        return Next("accepted", is_created=True if row.kind == "record" else None)
    if outcome.word == "unknown":
        return Next("unknown", UNKNOWN, outcome.said)
    if outcome.word == "later":
        return _later(row, outcome, waits, now)
    turns = {("create", "exists"): True, ("update", "absent"): False}
    created = turns.get((operation, outcome.word))
    if created is None or flipped:
        return Next("rejected", _cause(outcome), outcome.said, is_created=False if outcome.word == "absent" else None)
    return Next("waiting", is_created=created)


def again(row: Any, waits: tuple[float, ...], now: datetime, why: str) -> Next:
    """A row that is known not to have arrived: once more, at once the first time, then after growing waits."""
    if row.attempt_count <= 1:
        return Next("waiting", reason=why)
    return _later(row, Outcome("later", why), waits, now)


def _later(row: Any, outcome: Outcome, waits: tuple[float, ...], now: datetime) -> Next:
    """After so many tries as there are waits nobody tries any more by himself."""
    if row.attempt_count > len(waits):
        return Next("dead", "tried too often", outcome.said)
    wait = waits[max(0, row.attempt_count - 1)] if waits else 0
    return Next("waiting", "tried again later", outcome.said, now + timedelta(seconds=wait))


def _cause(outcome: Outcome) -> str:
    return {"exists": "exists and is absent by turns", "absent": "absent there"}.get(outcome.word, "refused")
