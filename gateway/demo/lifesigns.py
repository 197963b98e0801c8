"""Is this process alive, and is it still the one we started? A process number alone answers neither."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

STATE_VARIABLE = "GATEWAY_DEMO_STATE"
NAME_VARIABLE = "GATEWAY_DEMO_CHILD"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_START_FIELD = 19  # field 22 of /proc/PID/stat, counted after the name, which may hold blanks and brackets


def start_mark(pid: int) -> str | None:
    """When the process began, exact and immune to changes of the clock; None when there is none.

    On Linux the boot's id and the kernel's ticks since boot; elsewhere the time as psutil gives it.
    """
    try:
        if not _BOOT.exists():
            return f"{psutil.Process(pid).create_time():.3f}"
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return f"{_BOOT.read_text(encoding='ascii').strip()}:{stat.rpartition(')')[2].split()[_START_FIELD]}"
    except (OSError, psutil.Error):
        return None


def is_alive(process: psutil.Process) -> bool:
    """True when it runs. A zombie does not: where process 1 does not reap, zombies stay for ever."""
    try:
        return process.is_running() and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.Error:
        return False


def family(leaders: Iterable[psutil.Process]) -> set[psutil.Process]:
    """The processes and all their descendants, in whatever group or session those are."""
    found: set[psutil.Process] = set()
    for leader in leaders:
        try:
            found |= {leader, *leader.children(recursive=True)}
        except psutil.Error:
            continue
    return found


def marked(state: Path, names: Iterable[str] | None = None) -> Iterator[psutil.Process]:
    """Living processes that carry the mark of this state folder, or of a folder in it, in their environment.

    The mark is inherited, so it finds children whose parents died, too. Never the caller or one of its parents.
    """
    wanted = None if names is None else set(names)
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        if process.pid in spared or not is_alive(process):
            continue
        try:
            environment = process.environ()
        except (psutil.Error, OSError):
            continue
        owner = environment.get(STATE_VARIABLE)
        if owner is None or not Path(owner).is_relative_to(state):
            continue
        if wanted is None or environment.get(NAME_VARIABLE) in wanted:
            yield process
