"""The register of a state folder's processes, kept on disk for whoever must clean up after a killed demo."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from gateway.demo.ending import end
from gateway.demo.lifesigns import is_alive, marked, start_mark
from gateway.demo.patience import Patience


@dataclass(frozen=True)
class Entry:
    """One started process: `started` is its start mark, `signal` the polite way to end it."""

    name: str
    pid: int
    started: str
    signal: int


def register_file(state: Path) -> Path:
    """Where the register of this state folder lies."""
    return state / "processes.json"


def write_register(state: Path, entries: Iterable[Entry]) -> None:
    """Replace the register in one step: a reader sees the old one or the new one."""
    file = register_file(state)
    draft = file.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps([asdict(entry) for entry in entries], indent=1), encoding="utf-8")
    draft.replace(file)


def read_register(state: Path) -> list[Entry]:
    """What the register says; nothing when there is none or it cannot be understood."""
    try:
        return [Entry(**fields) for fields in json.loads(register_file(state).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def living(entry: Entry) -> psutil.Process | None:
    """The process of an entry, if it lives and is the same one: number *and* start must agree."""
    if start_mark(entry.pid) != entry.started:
        return None
    try:
        process = psutil.Process(entry.pid)
    except psutil.Error:
        return None
    return process if is_alive(process) else None


def end_leftovers(state: Path, seconds: float = 4.0, patience: Patience | None = None) -> list[str]:
    """End what an earlier, killed owner of this state folder left; returns the ended processes as `name (pid)`.

    Finds them by the register, as their descendants, and by the mark in their environment. The caller must hold
    the folder's lock, else these may be a living demo's.
    """
    state = state.resolve()
    if not state.is_dir():
        return []
    leaders = {process: entry for entry in read_register(state) if (process := living(entry))}
    others = list(marked(state))
    names = [f"{entry.name} ({process.pid})" for process, entry in leaders.items()]
    names += [f"{process.pid}" for process in others if process not in leaders]
    polite = {process: signal.Signals(entry.signal) for process, entry in leaders.items()}
    end(polite, lambda: marked(state), seconds, patience or Patience())
    register_file(state).unlink(missing_ok=True)
    return names
