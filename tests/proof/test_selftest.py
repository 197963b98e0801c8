"""The checker finds what planted bugs do, each by its kind, and complains of nothing else."""

from __future__ import annotations

from proof.alone import alone
from proof.bugs import BUGS
from proof.selftest import measure

KINDS = ("lost", "twice", "wrong", "silent", "leaked")
ONE_EACH = [next(bug for bug in BUGS if bug.shows == kind) for kind in KINDS]


def test_one_bug_of_each_kind_is_found_and_no_other() -> None:
    line = alone(measure, ONE_EACH)
    assert line.detail == ()
    assert line.measured == "5/5 caught, 0 false alarms"


def test_there_are_at_least_twelve_and_of_every_kind() -> None:
    assert len(BUGS) >= 12
    assert {bug.shows for bug in BUGS} == set(KINDS)
