"""R2: SIGKILL before every system call of the write path, and the same commands once more: as if it had never happened.

One night: a province's dossiers are fetched, landed, loaded and told to the national portal. The calls are those with which
the gateway changes anything outside of itself: statements to the database, calls of portals, files of the landing store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import count

from proof.card import Line
from proof.fail_points import PLACES
from proof.shared_work import Findings, found


def measure(numbers: Iterable[int] | None = None) -> Line:
    """Kill at these calls, and at each fail point; at every call, until a night has none left, when not said."""
    findings = found({"killed": count(1) if numbers is None else numbers, "killed at fail points": range(len(PLACES))})
    kinds = Counter(each.what for each in findings["killed"].values() if each.reached)
    said = ", ".join(f"{many} {name}" for name, many in kinds.most_common())
    points = f"{len(findings['killed at fail points'])} kills at fail points"
    return judged(
        "R2", "crash", f"{sum(kinds.values())} kills ({said}) and {points}", "every call, 0 differences", findings
    )


def judged(number: str, name: str, measured: str, required: str, findings: Findings) -> Line:
    """A line that passes when something was disturbed in every way, and nothing differs afterwards."""
    wrong = list(_wrong(findings))
    differing = sum(bool(each.wrong) for kind in findings.values() for each in kind.values())
    all_met = all(any(each.reached for each in kind.values()) for kind in findings.values())
    return Line(
        number=number,
        name=name,
        measured=f"{measured}, {differing} differences",
        required=required,
        passed=all_met and not wrong,
        detail=tuple(wrong[:20]),
    )


def times(findings: Findings, names: Mapping[str, str]) -> str:
    """How often each kind really disturbed something."""
    return ", ".join(
        f"{sum(each.reached for each in findings[kind].values())} {said}"
        for kind, said in names.items()
        if kind in findings
    )


def _wrong(findings: Findings) -> Iterable[str]:
    for kind, trials in findings.items():
        for number, each in trials.items():
            yield from (f"{kind} {number} ({each.what}): {line}" for line in each.wrong)
