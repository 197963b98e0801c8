"""Readers who follow end with the current set; a change that is not told to them is noticed."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.publish import share
from proof.feed import measure

pytestmark = pytest.mark.long

CHANGES = 1500


def test_a_short_feed() -> None:
    line = measure(CHANGES)
    assert line.detail == ()
    assert line.passed


def test_a_change_that_is_not_told_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = share._forget

    def forget(connection: Any, contract: Any) -> None:
        right(connection, contract)
        connection.exec_driver_sql("delete from share.play__change where position = 1")

    monkeypatch.setattr(share, "_forget", forget)
    line = measure(CHANGES)
    assert not line.passed
    assert any("otherwise than the last version" in each or "does not fit" in each for each in line.detail)
