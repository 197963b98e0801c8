"""Whatever is done to an entry of the audit log is found; a verification that overlooks something is noticed."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.access import chain
from proof.tampered import measure

ENTRIES = 60


def test_a_short_log() -> None:
    line = measure(ENTRIES)
    assert line.detail == ()
    assert line.passed


def test_a_verification_that_trusts_the_numbers_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = chain._breaches

    def breaches(row: Any, last: Any, keys: Any) -> list[chain.Breach]:
        return [each for each in right(row, last, keys) if "removed" not in each.what]

    monkeypatch.setattr(chain, "_breaches", breaches)
    line = measure(ENTRIES)
    assert not line.passed
    assert any("removed" in each for each in line.detail)
