"""The numbers as a table for people, and as JSON for programs."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.race import PHASES, Results

CONSOLE = Console(width=110)


def show(results: Results, count: int) -> None:
    """Medians of all rounds, and how many times as fast ours is."""
    table = Table(title=f"{count:,} dossiers, medians of {_rounds(results)} round(s)", title_justify="left")
    for heading in ("run", "who", "rows/s", "seconds", "CPU s", "server CPU s", "peak MB", "ours is × as fast"):
        table.add_column(heading, justify="left" if heading in {"run", "who"} else "right")
    for phase in PHASES:
        for name in results.costs:
            table.add_row(phase, name, *_cells(results, name, phase, count))
        table.add_section()
    CONSOLE.print(table)


def _cells(results: Results, name: str, phase: str, count: int) -> list[str]:
    seconds, cpu, server, peak = (
        results.middle(name, phase, what) for what in ("seconds", "cpu", "server_cpu", "peak_mb")
    )
    times = "" if name == "ours" else f"{ratio(results, name, phase):.2f}"
    return [f"{count / seconds:,.0f}", f"{seconds:.2f}", f"{cpu:.2f}", f"{server:.2f}", f"{peak:,.0f}", times]


def ratio(results: Results, other: str, phase: str) -> float:
    """How many times as fast ours is: the other's seconds over ours."""
    return results.middle(other, phase, "seconds") / results.middle("ours", phase, "seconds")


def as_dict(results: Results, count: int) -> dict[str, Any]:
    """Every run of every round, the medians' rates and ratios."""
    return {
        "dossiers": count,
        "runs": {
            name: {phase: [cost.as_dict() for cost in costs] for phase, costs in phases.items()}
            for name, phases in results.costs.items()
        },
        "rows_per_second": {
            name: {phase: round(count / results.middle(name, phase, "seconds")) for phase in PHASES}
            for name in results.costs
        },
        "ours_is_times_as_fast_as": {
            name: {phase: round(ratio(results, name, phase), 3) for phase in PHASES}
            for name in results.costs
            if name != "ours"
        },
    }


def _rounds(results: Results) -> int:
    return len(results.costs["ours"]["first"])
