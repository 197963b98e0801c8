"""A verdict for each case: met, missed, running or unknown. What is not known is never counted as met or missed (null ≠ 0)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from connectors.dates import VIETNAM
from gateway.calendar.clock import Clock
from gateway.calendar.due import Unit
from gateway.service_levels.cases import Case
from gateway.service_levels.rules import Rule

MINUTE = "minute"


class Verdict(StrEnum):
    """met (đạt), missed (trễ), running (đang tính), unknown (không đủ dữ liệu)."""

    MET = "met"
    MISSED = "missed"
    RUNNING = "running"
    UNKNOWN = "unknown"


def deadline(rule: Rule, begun_at: datetime, clock: Clock) -> datetime:
    """Until when a case that began then is in time, UTC."""
    if rule.unit == MINUTE:
        return begun_at + timedelta(minutes=rule.amount)
    local = begun_at.astimezone(VIETNAM).replace(tzinfo=None)
    return clock.end(local, rule.amount, Unit(rule.unit)).replace(tzinfo=VIETNAM).astimezone(UTC)


def verdict(case: Case, until: datetime | None, now: datetime) -> Verdict:
    """What is known of a case that had to be over by `until`; None where nobody has told when it began."""
    if until is None:
        return Verdict.UNKNOWN
    if case.latest_at is not None:
        return _of_what_happened(case, case.latest_at, until)
    if case.seen_until is not None and case.seen_until > until:
        return Verdict.MISSED
    # Nobody has looked since; as long as there is time left it may still come in time.
    return Verdict.RUNNING if case.seen_until is not None and now <= until else Verdict.UNKNOWN


def _of_what_happened(case: Case, latest: datetime, until: datetime) -> Verdict:
    if latest <= until:
        return Verdict.MET
    return Verdict.MISSED if case.earliest_at is not None and case.earliest_at > until else Verdict.UNKNOWN


def lateness(case: Case, until: datetime) -> timedelta:
    """How far a missed case is beyond its end: since when it happened at the earliest, or until when it is known not to have."""
    known = case.earliest_at or case.seen_until
    assert known is not None
    return known - until
