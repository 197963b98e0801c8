"""Frictionless validates the data package of a version: its form, size and hash of every file, and every cell of the text files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from folder import judge
from frictionless import Package


def read(_name: str, version: Path) -> dict[str, Any]:
    """What is wrong, what could not be checked, the files that were looked at, and the rows of those with typed cells."""
    report = Package(version / "datapackage.json").validate()
    errors = [*report.errors, *(error for task in report.tasks for error in task.errors)]
    return {
        "wrong": [f"{error.type}: {error.message}" for error in errors],
        "unsure": [warning for task in report.tasks for warning in task.warnings],
        "files": [task.place for task in report.tasks],
        "rows": {task.place: task.stats.get("rows") for task in report.tasks if task.type == "table"},
    }


judge(read)
