"""Every kind of fault once, shared out among three seeds; `make prove` takes every kind with twenty."""

from __future__ import annotations

import pytest

from proof.alone import alone
from proof.card import Line
from proof.fault_kinds import KINDS, Kind
from proof.faults import judged, played
from proof.faulty import Verdict

pytestmark = pytest.mark.long
SEEDS = (1, 2, 3)


def _line(seed: int, kinds: list[Kind]) -> Line:
    return judged(played([seed], kinds), 1, kinds)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_kind_of_fault(seed: int) -> None:
    line = alone(_line, seed, list(KINDS[seed - 1 :: len(SEEDS)]))
    assert line.detail == ()
    assert line.passed


def test_the_catalogue_is_long_and_names_every_kind_once() -> None:
    assert len(KINDS) >= 40
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert {kind.act for kind in KINDS} == {"national", "province", "deliver"}


def test_one_complaint_fails_the_line() -> None:
    kinds = KINDS[:2]
    good, bad = Verdict(kinds[0].name, 1), Verdict(kinds[1].name, 1, ["lost: province/dossiers H1 was shown"])
    line = judged([good, bad], 1, kinds)
    assert not line.passed
    assert "1 not as promised: 1 lost" in line.measured
    assert not judged([good], 1, kinds).passed
