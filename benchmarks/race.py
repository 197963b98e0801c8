"""The race: each contestant loads everything, then everything again unchanged; in rounds, taking turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from statistics import median
from typing import Any

from benchmarks.contestants import Contestant, Course, Dlt
from benchmarks.meter import Cost, measure
from benchmarks.pages import Say
from benchmarks.stage import Stage

PHASES = ("first", "unchanged")
DLT_SETTINGS = ("delete-insert/csv", "upsert/csv", "delete-insert/parquet")
"""Merge strategy and file format: what dlt's guide offers for this destination."""


class NotTheSame(Exception):
    """Two contestants hold different rows: then their speeds say nothing."""


@dataclass
class Results:
    """Every measured run: costs[name][phase] has one entry a round. holdings: what each held at the end of a round."""

    costs: dict[str, dict[str, list[Cost]]] = field(default_factory=dict)
    holdings: dict[str, set[str]] = field(default_factory=dict)

    def middle(self, name: str, phase: str, what: str) -> float:
        """The median over the rounds of one of Cost's numbers."""
        return float(median(getattr(cost, what) for cost in self.costs[name][phase]))


def run_rounds(stage: Stage, contestants: Sequence[Contestant], rounds: int, say: Say) -> Results:
    """All rounds. Raises NotTheSame, and Failed when a contestant ends with an error."""
    results = Results()
    for number in range(1, rounds + 1):
        for contestant in contestants:
            run_one(stage, contestant, results, say, f"round {number} of {rounds}")
    _compare(results)
    return results


def best_dlt(stage: Stage, dlt: Dlt, say: Say) -> Dlt:
    """The setting of dlt that was fastest in a first load and an unchanged run together."""
    taken: dict[str, float] = {}
    for setting in DLT_SETTINGS:
        trial = Results()
        run_one(stage, Dlt(dlt.python, setting), trial, say, f"trial of {setting}")
        taken[setting] = sum(costs[0].seconds for costs in trial.costs[dlt.name].values())
    return Dlt(dlt.python, min(taken, key=lambda setting: taken[setting]))


def run_one(
    stage: Stage, contestant: Contestant, results: Results, say: Say, title: str, phases: Sequence[str] = PHASES
) -> None:
    """One round of one contestant, in a fresh database."""
    costs = results.costs.setdefault(contestant.name, {phase: [] for phase in phases})
    with stage.course(contestant) as course:
        for phase in phases:
            costs[phase].append(_run(stage, contestant, course))
            stage.settle(contestant)
            say(f"{title}: {contestant.name:<5} {phase:<9} {stage.count / costs[phase][-1].seconds:>8,.0f} rows/s")
        held = stage.rows(contestant)
        if len(held) != stage.count:
            raise NotTheSame(f"{contestant.name} holds {len(held):,} dossiers of {stage.count:,}")
        results.holdings.setdefault(contestant.name, set()).add(_digest(held))


def _run(stage: Stage, contestant: Contestant, course: Course) -> Cost:
    command, env = contestant.call(course)
    cost, _ = measure(command, env, stage.server.pid)
    return cost


def _compare(results: Results) -> None:
    """Codes, states and times of change must be the same in every round of everybody."""
    if len(set.union(*results.holdings.values())) != 1:
        raise NotTheSame(f"the contestants hold different rows: {results.holdings}")


def _digest(rows: list[tuple[Any, ...]]) -> str:
    digest = sha256()
    for code, status, changed_at in rows:
        digest.update(f"{code}\t{status}\t{changed_at.timestamp():.6f}\n".encode())
    return digest.hexdigest()
