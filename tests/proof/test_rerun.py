"""Two days once more, from the portals and from the landed bytes: nothing changes and nothing is told again."""

from __future__ import annotations

from proof.alone import alone
from proof.rerun import measure


def test_two_days_once_more() -> None:
    line = alone(measure, 2)
    assert line.detail == ()
    assert line.passed
