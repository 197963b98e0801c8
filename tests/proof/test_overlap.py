"""Two runs at once: one works, the other is turned away and told by whom."""

from __future__ import annotations

from proof.alone import alone
from proof.overlap import measure


def test_two_at_once() -> None:
    line = alone(measure, (2,))
    assert line.detail == ()
    assert line.passed
