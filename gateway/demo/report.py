"""The end of the night: what was counted, what failed and why, where to look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from gateway.demo.airflow_client import DagRun
from gateway.demo.airflow_settings import PASSWORD, USER
from gateway.demo.counts import batches, by_stream
from gateway.demo.stage import Stage
from gateway.demo.task_log import readable_end, task_log_file
from gateway.demo.told import compared, told
from gateway.demo.view import compared_table, summary_table, told_table


def report(stage: Stage, failed: Sequence[DagRun], console: Console) -> None:
    """Print the summary, then either what failed or where the data sets lie, then the addresses to open."""
    console.print(summary_table(by_stream(batches(stage.database, stage.since))))
    if targets := told(stage.database, stage.since):
        console.print(told_table(targets))
    if pairs := compared(stage.database, stage.since):
        console.print(compared_table(pairs))
    for run in failed:
        _explain(stage, run, console)
    _say(console, f"Data sets (dữ liệu dùng chung): {stage.state / 'datasets'}")
    for name in _listing(stage.state / "datasets"):
        _say(console, f"  {name}")
    _say(console, f"Data sets for their readers (xem, tìm, tải): {stage.pages}/")
    _say(console, f"Airflow: {stage.client.address} (user {USER}, password {PASSWORD})")
    _say(console, "Simulated portals (cổng mô phỏng):")
    for name, address in stage.addresses.addresses.items():
        _say(console, f"  {name}: {address}/")


def _explain(stage: Stage, run: DagRun, console: Console) -> None:
    """Which task failed, and the end of its log."""
    if run.state == "missing":
        console.print(f"{run.dag_id} was not started by its assets (không được kích hoạt)", style="red", markup=False)
        return
    console.print(f"{run.dag_id} failed (hỏng)", style="red", markup=False)
    for task in stage.client.tasks(run):
        if task.state != "failed":
            continue
        file = task_log_file(stage.settings.task_logs, run, task)
        _say(console, f"  task {task.task_id}, try {task.try_number}: {file}")
        for line in readable_end(file).splitlines():
            _say(console, f"    {line}")


def _listing(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def _say(console: Console, text: str) -> None:
    """A path or an address stays in one piece, for whoever copies it."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
