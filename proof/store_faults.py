"""R15: our own store fails under a night: sessions are ended, a COMMIT is cut, a disk is full; then the same commands once more."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from proof.card import Line
from proof.crash import judged, times
from proof.shared_work import found

NAMES = {
    "sessions ended": "times all sessions ended",
    "commit cut": "COMMITs cut",
    "no room": "full disks of PostgreSQL",
    "no room to land": "full disks of the landing store",
}


def measure(sessions: int = 20, commits: int | None = None, rooms: int = 12) -> Line:
    """commits: the first so many cuts; every COMMIT of a night, stored and not stored, when not said. rooms: full disks, of
    which only root can make small ones.
    """
    wanted: dict[str, Iterable[int]] = {"sessions ended": range(sessions)}
    wanted["commit cut"] = count(1) if commits is None else range(1, commits + 1)
    if rooms:
        wanted |= {"no room": range(rooms), "no room to land": range(1, rooms + 1)}
    findings = found(wanted)
    return judged("R15", "store", times(findings, NAMES), "each named with code 4, 0 differences after", findings)
