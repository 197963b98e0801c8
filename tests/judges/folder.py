"""What judges find in a folder of published sets: they know its files and nothing of the program that wrote them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def versions(home: Path) -> Iterator[tuple[str, Path]]:
    """Each set by its name, and the folder of its last version."""
    for folder in sorted(home.iterdir()):
        yield folder.name, folder / "latest"


def declared(version: Path) -> dict[str, str]:
    """The columns of a set and their types, as its data package tells every reader."""
    package = json.loads((version / "datapackage.json").read_text("utf-8"))
    [fields] = [each["schema"]["fields"] for each in package["resources"] if each["format"] == "csv"]
    return {field["name"]: {"datetime": "timestamp"}.get(field["type"], field["type"]) for field in fields}


def judge(read: Callable[[str, Path], dict[str, Any]], *, needs: str = "datapackage.json") -> None:
    """Let a judge read every set of the folder named on the command line; print what it read, by set and format.

    needs: the file without which there is nothing to read: rows of a set with personal columns lie in no file.
    """
    sets = [each for each in versions(Path(sys.argv[1])) if not needs or (each[1] / needs).exists()]
    told = {name: read(name, version) for name, version in sets}
    json.dump(told, sys.stdout)
