"""Ending processes: ask, wait, insist. Never a process number that meanwhile belongs to somebody else."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping

import psutil

from gateway.demo.lifesigns import family, is_alive
from gateway.demo.patience import Patience

INSIST_SECONDS = 5.0


def end(
    leaders: Mapping[psutil.Process, signal.Signals],
    others: Callable[[], Iterable[psutil.Process]],
    seconds: float,
    patience: Patience,
) -> list[psutil.Process]:
    """End each leader's group with its signal, then their descendants and the `others`; returns what still lives.

    For a third of the time the leaders may end their own children in order. Then those that are left (a task that
    hangs keeps Airflow's scheduler waiting) and the `others` get SIGTERM, too. After `seconds`, or as soon as
    `patience.hurry` is set, whatever is left gets SIGKILL. `others` is asked each time, as children may leave the
    family meanwhile.
    """
    began = time.monotonic()
    known = family(leaders)
    for leader, number in leaders.items():
        _signal_group(leader, number)
    _wait_gone(leaders, began + seconds / 3, patience)
    known = _alive(known | set(others()))
    for process in known - leaders.keys():
        _signal(process, signal.SIGTERM)
    _wait_gone(known, began + seconds, patience)
    rest = _alive(known | set(others()))
    for process in rest:
        _signal(process, signal.SIGKILL)
    _wait_gone(rest, time.monotonic() + INSIST_SECONDS, None)
    return list(_alive(rest))


def _alive(processes: Iterable[psutil.Process]) -> set[psutil.Process]:
    return {process for process in processes if is_alive(process)}


def _signal_group(leader: psutil.Process, number: signal.Signals) -> None:
    """To the whole group, when the process leads one of its own (all ours do); else to it alone."""
    if not is_alive(leader):
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(leader.pid) == leader.pid:
            os.killpg(leader.pid, number)
            return
    _signal(leader, number)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)  # psutil compares the start time first


def _wait_gone(processes: Iterable[psutil.Process], deadline: float, patience: Patience | None) -> None:
    """Poll, not `psutil.wait_procs`: that would reap our children and take their exit codes from Popen."""
    waiting = _alive(processes)
    while waiting and time.monotonic() < deadline:
        if patience is not None and patience.hurry.is_set():
            return
        time.sleep(0.01)
        waiting = _alive(waiting)
