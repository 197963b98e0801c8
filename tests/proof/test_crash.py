"""The proof of crashes in small: some kills of each kind, and the line would notice a difference."""

from __future__ import annotations

import os

import pytest

from proof import crash, kills, store_faults, tracer
from proof.card import Impossible
from proof.trials import Found

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def _may_trace() -> None:
    try:
        tracer.run(lambda: 0, lambda *_: None)
    except Impossible as reason:
        pytest.skip(f"programs may be traced only by root, or where ptrace is allowed: {reason}")


def test_the_tracer_meets_each_call_once() -> None:
    def program() -> int:
        read, write = os.pipe()
        for _ in range(5):
            os.write(write, b"x")
        return len(os.read(read, 9))

    met: list[tuple[int, str]] = []
    ended = tracer.run(program, lambda number, name, _: met.append((number, name)))
    assert (ended.code, met) == (5, [(number, "write") for number in range(1, 6)])


def test_killed_at_some_calls_and_at_every_fail_point() -> None:
    line = crash.measure([2, 90, 260])
    assert line.passed, line.detail


def test_killed_nights_and_a_killed_server() -> None:
    line = kills.measure(1, 1)
    assert line.passed, line.detail


def test_sessions_ended_and_a_commit_cut() -> None:
    line = store_faults.measure(1, 2, 0)
    assert line.passed, line.detail


def test_a_difference_or_nothing_disturbed_is_no_pass() -> None:
    good, bad, unmet = Found(True, "sendto"), Found(True, "sendto", ["core.dossier differs"]), Found(False, "nothing")
    assert crash.judged("R2", "crash", "", "", {"killed": {1: good}}).passed
    assert not crash.judged("R2", "crash", "", "", {"killed": {1: good, 2: bad}}).passed
    assert not crash.judged("R2", "crash", "", "", {"killed": {1: unmet}}).passed
