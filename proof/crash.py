"""R2: SIGKILL before every system call of the write path, and the same commands once more: as if it had never happened.

One night: a province's dossiers are fetched, landed, loaded and told to the national portal. The calls are those with which
the gateway changes anything outside of itself: statements to the database, calls of portals, files of the landing store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import count

from proof.card import Line
from proof.shared_work import found
from proof.trials import Found


def measure(numbers: Iterable[int] | None = None) -> Line:
    """Kill at these calls; at every one, until a night has no call left, when not said."""
    killed = found("killed", count(1) if numbers is None else numbers)
    reached = {number: each for number, each in killed.items() if each.reached}
    wrong = [f"call {number} ({each.what}): {line}" for number, each in killed.items() for line in each.wrong]
    differing = sum(bool(each.wrong) for each in killed.values())
    kinds = Counter(each.what for each in reached.values())
    said = ", ".join(f"{many} {name}" for name, many in kinds.most_common())
    return Line(
        number="R2",
        name="crash",
        measured=f"{len(reached)} kills ({said}), {differing} differences",
        required="every call, 0 differences",
        passed=bool(reached) and not wrong,
        detail=tuple(wrong[:20]),
    )


def reached_all(killed: dict[int, Found]) -> bool:
    """Whether the numbers went past the last call."""
    return any(not each.reached for each in killed.values())
