"""The end of an Airflow task's log, as a person reads it: the file holds one JSON object per line."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.demo.airflow_client import DagRun, TaskState
from gateway.demo.processes import last_lines


def task_log_file(logs: Path, run: DagRun, task: TaskState) -> Path:
    """Where the log of the task's last attempt lies."""
    folder = logs / f"dag_id={run.dag_id}" / f"run_id={run.run_id}" / f"task_id={task.task_id}"
    if task.map_index >= 0:
        folder /= f"map_index={task.map_index}"
    return folder / f"attempt={max(1, task.try_number)}.log"


def readable_end(file: Path, count: int = 12) -> str:
    """The last lines, times and messages only, exceptions with their text."""
    return "\n".join(_readable(line) for line in last_lines(file, count).splitlines())


def _readable(line: str) -> str:
    try:
        fields = json.loads(line)
        text = f"{str(fields.get('timestamp', ''))[11:19]} {fields.get('level', ''):<7} {fields['event']}"
        faults = [f"{fault['exc_type']}: {fault['exc_value']}" for fault in fields.get("error_detail") or ()]
    except (ValueError, KeyError, TypeError, AttributeError):
        return line
    return " | ".join([text, *faults])
