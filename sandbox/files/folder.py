"""The folder: each file is written under another name first, so that nobody finds it half written."""

from collections.abc import Callable
from pathlib import Path

from sandbox.files.agencies import write_agencies
from sandbox.files.procedures import write_procedures
from sandbox.files.units import write_units
from sandbox.world.world import World

WRITERS: dict[str, Callable[[Path, World], int]] = {
    "agencies.csv": write_agencies,
    "procedures.xlsx": write_procedures,
    "units.xml": write_units,
}
"""What writes each file into a path; gives the number of records."""


def fill(folder: Path, world: World, done_markers: bool = False) -> dict[str, int]:
    """Write all files of today's world; gives how many records each has."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, write in WRITERS.items():
        unfinished = folder / f".{name}.part"
        written[name] = write(unfinished, world)
        unfinished.replace(folder / name)
        if done_markers:
            (folder / f"{name}.done").touch()
    return written
