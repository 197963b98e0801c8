"""What one process and its helpers cost: time on the clock, processor seconds, and memory at its peak."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

import psutil

from benchmarks.programs import ROOT, end_group

EVERY = 0.1
"""Seconds between two looks at the memory. Reading it costs about a millisecond."""


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock from start to exit, processor seconds of it and of the database server, MB at the peak.

    The processor seconds and the memory are those of the process and all helpers it started.
    """

    seconds: float
    cpu: float
    server_cpu: float
    peak_mb: float

    def as_dict(self) -> dict[str, float]:
        """Rounded, for JSON."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


class Failed(Exception):
    """A contestant ended with an error; the message holds the end of what it said."""


def measure(command: Sequence[str], env: dict[str, str], server: int) -> tuple[Cost, str]:
    """Run a command to its end; what it cost, and its output. `server`: the database server's process number.

    Raises Failed when it ends with another code than 0.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        server_before, began = tree_cpu(server), time.perf_counter()
        process = subprocess.Popen(  # noqa: S603  # our own words
            command, stdout=out, stderr=err, env=env, cwd=ROOT, start_new_session=True
        )
        with _PeakMemory(process.pid) as memory:
            cpu, code = _wait(process)
        seconds = time.perf_counter() - began
        out.seek(0)
        err.seek(0)
        if code != 0:
            raise Failed(f"{' '.join(command[:4])} … ended with code {code}:\n{err.read().decode()[-3000:]}")
        return Cost(seconds, cpu, tree_cpu(server) - server_before, memory.peak / 1e6), out.read().decode()


def tree_cpu(pid: int) -> float:
    """Processor seconds of a process, of its living helpers, and of those it has seen end."""
    root = psutil.Process(pid)
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _wait(process: subprocess.Popen[bytes]) -> tuple[float, int]:
    """Processor seconds, helpers included, and the exit code."""
    try:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        end_group(process)
    return used.ru_utime + used.ru_stime, process.returncode


class _PeakMemory:
    """Watches a process tree from a thread. Pages that processes share count once (PSS)."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._process = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            self.peak = max(self.peak, self._now())

    def _now(self) -> int:
        total = 0
        try:
            for process in [self._process, *self._process.children(recursive=True)]:
                total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            return 0
        return total
