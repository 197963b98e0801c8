"""Planted differences are all found; and the proof would notice a comparison that sleeps, or that cries wolf."""

from __future__ import annotations

import pytest

from gateway.reconcile import causes
from proof import reconciled
from tests.helpers.house import House
from tests.helpers.planted import WAYS


def test_all_ways_among_a_thousand(house: House) -> None:
    line = reconciled.judged(house, 1000, 2)
    assert line.detail == ()
    assert line.passed
    assert line.measured.startswith(f"{2 * len(WAYS)} of {2 * len(WAYS)} differences")


def test_a_cause_taken_for_another_is_noticed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causes, "_IS_UNKNOWN", "false")
    line = reconciled.judged(house, 500, 1)
    assert not line.passed
    assert len(line.detail) == 4  # both ways of it: each found as something else, and not found
