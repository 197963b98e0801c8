"""R7, whatever a portal sends ends as rows or in quarantine: no other error, and nothing unfit among the rows.

Arbitrary JSON and XML, and golden samples in which values were replaced, doubled, dropped, nested or spoilt, go through the
same decoding and mapping that a load uses. `read = passed + quarantined` is counted here, not by the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from connectors.errors import ExplainedError
from gateway.mapping.compile import Mapped
from gateway.records import Refused
from proof.card import Line
from proof.mutation import Choices, document, mutated, parsed, written
from proof.mutation_xml import mutated_xml
from proof.recorded import Recorded, recorded
from proof.soundness import check_name, check_passed, check_refused

EXAMPLES = 20_000
RUN = 10_000
"""Examples of one run of Hypothesis, which remembers what it tried."""
DECISIONS = 48
"""Bytes that decide one payload."""
SEED = 7
"""Of the first run; the next ones count on."""


@dataclass
class Tally:
    """What became of the payloads. unreadable: answers that were refused as a whole, with one of our own errors."""

    payloads: int = 0
    unreadable: int = 0
    read: int = 0
    passed: int = 0
    quarantined: int = 0


@dataclass(frozen=True)
class Payload:
    """What a portal sends of a stream: a whole answer, or a record alone as a page holds it."""

    of: Recorded
    body: bytes
    is_record: bool = field(kw_only=True)

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """What Hypothesis shows of it."""
        printer.text(f"{self.of.stream.name} {'record' if self.is_record else 'answer'} {self.body[:600]!r}")


def measure(examples: int = EXAMPLES) -> Line:
    """Try so many payloads; the first that breaks something is shown as small as it can be made."""
    tally = Tally()
    found = next(filter(None, (_run(number, tally, examples) for number in range(-(-examples // RUN)))), ())
    return Line(
        "R7",
        "payloads",
        measured=f"{tally.payloads} payloads, {tally.read} records: {tally.passed} passed, {tally.quarantined} quarantined",
        required="no other error, nothing unfit passed",
        passed=not found and tally.payloads >= examples and tally.read == tally.passed + tally.quarantined,
        detail=found,
    )


def _run(number: int, tally: Tally, examples: int) -> tuple[str, ...]:
    """What one run of Hypothesis found; nothing when all is well."""
    try:
        seed(SEED + number)(payloads_tried(min(RUN, examples - number * RUN), lambda each: judge(each, tally)))()
        check_drift()
    except ExceptionGroup as group:
        return tuple(f"seed {SEED + number}: {_said(error)}" for error in group.exceptions)
    except Exception as error:  # noqa: BLE001 - any error is the finding
        return (f"seed {SEED + number}: {_said(error)}",)
    return ()


def _said(error: Exception) -> str:
    """An error with the payload that Hypothesis says it comes from, which is invented, on one line."""
    notes = " ".join(" ".join(getattr(error, "__notes__", ())).split())
    return f"{type(error).__name__}: {str(error)[:200]} {notes[:1000]}"


def payloads_tried(examples: int, judged: Callable[[Payload], object]) -> Callable[[], None]:
    """A property of all payloads, tried when it is called."""

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        print_blob=False,
    )
    @given(st.binary(min_size=DECISIONS, max_size=DECISIONS).map(payload))
    def _tried(found: Payload) -> None:
        judged(found)

    return _tried


def judge(sent: Payload, tally: Tally) -> list[Mapped]:
    """Decode and map a payload; gives what passed. Raises Unsound, or whatever the engine let through."""
    tally.payloads += 1
    rows = []
    try:
        for raw in [msgspec.Raw(sent.body)] if sent.is_record else sent.of.opened(sent.body):
            tally.read += 1
            found = sent.of.mapped(raw)
            if isinstance(found, Refused):
                check_refused(found)
                tally.quarantined += 1
            else:
                check_passed(sent.of.mapping, found)
                tally.passed += 1
                rows.append(found)
    except ExplainedError:
        tally.unreadable += 1
    return rows


def check_drift() -> None:
    """The names that appeared at the source are stored, too."""
    for each in recorded():
        for name, _ in each.watch.found:
            check_name(name)
        each.watch.begin()


def payload(data: bytes) -> Payload:
    """The payload that bytes decide; mostly a record, which reaches the mapping more often than an answer does."""
    choose = Choices(data)
    of = choose.one_of(recorded())
    kind = choose.below(16)
    if kind < 11:
        return Payload(of, _bytes(mutated(choose, parsed(choose.one_of(of.records)))), is_record=True)
    if kind == 11:
        return Payload(of, _bytes(document(choose)), is_record=True)
    return Payload(of, _answer(choose, of), is_record=False)


def _answer(choose: Choices, of: Recorded) -> bytes:
    if of.stream.form.kind == "json":
        return _bytes(mutated(choose, parsed(of.answer)))
    if of.stream.form.kind in {"xml", "diffgram"}:
        return mutated_xml(choose, of.answer)
    return of.answer


def _bytes(changed: Any) -> bytes:
    return written(changed).encode("utf-8", "surrogatepass")
