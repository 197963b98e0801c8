"""The proof against hostile input: it passes case by case, it would notice, and honest answers are not refused."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import pytest

from connectors.errors import FatalPortalError
from proof import hostile, hostile_wire, hostile_wsdl, hostile_xml
from proof.canary import Canary

REFUSED = hostile.refused_cases()


@pytest.fixture
def bird() -> Iterator[Canary]:
    with Canary() as found:
        yield found


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_and_nothing_is_touched(name: str, bird: Canary) -> None:
    assert hostile.judged(bird, name, REFUSED[name]).faults == ()


@pytest.mark.parametrize("name", hostile_xml.HARMLESS)
def test_it_stays_text(name: str, bird: Canary) -> None:
    verdict = hostile.judged(bird, name, hostile_xml.HARMLESS[name], may_answer=True)
    assert (verdict.faults, verdict.said[:1]) == ((), "[")


def _reads_a_file(bird: Canary) -> object:
    return bird.file("read.txt").read_bytes()


def _opens_a_file_and_refuses(bird: Canary) -> object:
    with bird.file("open.txt").open():
        raise FatalPortalError("refused too late")


def _calls(bird: Canary) -> object:
    with urllib.request.urlopen(bird.address) as answer:
        answer.read()
    raise FatalPortalError("refused too late")


def _quotes(bird: Canary) -> object:
    raise FatalPortalError(f"not expected: {bird.secret}")


def _falls_over(_: Canary) -> object:
    return {}["missing"]


PLANTED = {
    _reads_a_file: (
        "was taken for a good answer",
        "touched: 1 files opened",
        "the canary's text stands in what came back",
    ),
    _opens_a_file_and_refuses: ("touched: 1 files opened",),
    _calls: ("touched: 1 calls to the canary",),
    _quotes: ("the canary's text stands in what came back",),
    _falls_over: ("ended in KeyError, which is none of our errors",),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_the_proof_would_notice(planted: hostile.Case, bird: Canary) -> None:
    assert set(PLANTED[planted]) <= set(hostile.judged(bird, "planted", planted).faults)


def test_an_honest_answer_is_taken(bird: Canary) -> None:
    assert hostile_wire.answered(hostile_wire.whole(b"{}")).body == b"{}"


def test_an_honest_xml_answer_is_taken(bird: Canary) -> None:
    honest = hostile_wire.answered(hostile_wire.whole(b"<R><a><b>x</b></a></R>"), hostile_xml.ASK)
    assert list(hostile_xml.xml.records(honest.open(), "a.b")) == [{"#text": "x"}]


def test_an_honest_soap_answer_is_taken() -> None:
    [row, _] = hostile_wsdl.answer(hostile_wsdl.row())  # type: ignore[misc]
    assert row == {"name": "a", "state": "1", "day": "2026-11-20"}
