"""What a killed PostgreSQL leaves in its data directory: a lock file, sometimes a process at work."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

from gateway.demo.ending import end
from gateway.demo.lifesigns import is_alive
from gateway.demo.patience import Patience


def clear(cluster: Path, patience: Patience) -> None:
    """End servers of this cluster that no owner has, and drop a lock file whose server is gone.

    PostgreSQL takes a zombie, or another program with the same number, for a living server and refuses to start;
    it does not notice when only the number is left. The caller holds the folder's lock: no owner can be about.
    """
    lock = cluster / "postmaster.pid"
    if not lock.exists():
        return  # shut down cleanly
    server = _number(lock)
    left = {process: _signal(process, server) for process in _of(cluster)}
    if not left:
        lock.unlink(missing_ok=True)  # the shared memory's own check, by the folder's inode, still stands
        return
    end(left, lambda: _of(cluster), 20.0, patience)


def _number(lock: Path) -> int | None:
    try:
        return int(lock.read_text(encoding="utf-8", errors="replace").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _signal(process: psutil.Process, server: int | None) -> signal.Signals:
    """The server is asked to shut down fast; a backend without one is told to leave at once."""
    return signal.SIGINT if process.pid == server else signal.SIGQUIT


def _of(cluster: Path) -> Iterator[psutil.Process]:
    """PostgreSQL's processes that work in this folder: all of them do, whatever their title says."""
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and is_alive(process) and Path(process.cwd()) == cluster.resolve():
                yield process
        except (psutil.Error, OSError):
            continue
