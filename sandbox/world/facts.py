"""Reads the small fact files under `sandbox/data`."""

import csv
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent.parent / "data"


def table(name: str) -> list[dict[str, str]]:
    """The rows of a tab-separated fact file, each a dict by column name."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def document(name: str) -> Any:
    """The content of a YAML fact file."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def text(name: str) -> str:
    """The content of a text file."""
    return (FOLDER / name).read_text(encoding="utf-8")
