"""R8, hostile input is refused: redirects, encodings, framing, XML, WSDL. Nobody is called and no file is read for it.

Every case goes through the public connectors. Refused means: one of our own errors, which names what is wrong and
holds nothing of the canaries. A few things are answered because they are only text to us (an XInclude element without
a processor): for them, too, no file is opened and nobody called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from connectors.errors import PortalError
from proof import canary, hostile_wire, hostile_wsdl, hostile_xml
from proof.canary import Canary
from proof.card import Line

Case = Callable[[Canary], object]


@dataclass(frozen=True)
class Verdict:
    """How one case ended. faults: what should not have happened."""

    name: str
    said: str
    faults: tuple[str, ...]


def measure() -> Line:
    """Try every case."""
    with Canary() as bird:
        awake = _is_awake(bird)
        verdicts = list(tried(bird)) if awake else []
    bad = [verdict for verdict in verdicts if verdict.faults]
    touched = sum(any(fault.startswith("touched") for fault in verdict.faults) for verdict in bad)
    return Line(
        "R8",
        "hostile",
        measured=f"{len(verdicts) - len(bad)}/{len(verdicts)} refused, {touched} calls or files opened",
        required="all refused, 0",
        passed=awake and bool(verdicts) and not bad,
        detail=tuple(f"{verdict.name}: {'; '.join(verdict.faults)}" for verdict in bad)
        or (() if awake else ("the canaries notice nothing",)),
    )


def tried(bird: Canary) -> Iterator[Verdict]:
    """Each case with its verdict, in order."""
    for name, case in refused_cases().items():
        yield judged(bird, name, case)
    for name, case in hostile_xml.HARMLESS.items():
        yield judged(bird, name, case, may_answer=True)


def refused_cases() -> Mapping[str, Case]:
    """All cases that must end in an error of ours."""
    return {**hostile_wire.CASES, **hostile_xml.CASES, **hostile_wsdl.CASES}


def judged(bird: Canary, name: str, case: Case, *, may_answer: bool = False) -> Verdict:
    """Run one case and look at what it said and touched."""
    bird.connections(), bird.opened()
    place = canary.mark()
    faults: list[str] = []
    try:
        said = str(case(bird))
        if not may_answer:
            faults.append("was taken for a good answer")
    except PortalError as error:
        said = str(error)
        if not error.what.strip():
            faults.append("the error does not say what is wrong")
    except Exception as error:  # noqa: BLE001 - any other error is the finding
        said = repr(error)
        faults.append(f"ended in {type(error).__name__}, which is none of our errors")
    faults += _touched(bird, place)
    if bird.secret in said:
        faults.append("the canary's text stands in what came back")
    return Verdict(name, said, tuple(faults))


def _touched(bird: Canary, place: int) -> Iterator[str]:
    if count := bird.connections():
        yield f"touched: {count} calls to the canary"
    if count := bird.opened():
        yield f"touched: {count} files opened"
    elsewhere = [each for each in canary.called_since(place) if "127.0.0.1" not in each]
    if elsewhere:
        yield f"touched: {', '.join(elsewhere)}"


def _is_awake(bird: Canary) -> bool:
    """The canaries notice an opening and a call: else their silence would mean nothing."""
    bird.file("awake.txt").read_text("utf-8")
    hostile_wire.fetch(bird.address)
    return bird.opened() == 1 and bird.connections() == 1
