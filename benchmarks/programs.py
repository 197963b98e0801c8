"""Programs that run beside the measurement: started, asked for their first line, and ended whatever happens."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_END = 10


def environment(**more: str) -> dict[str, str]:
    """Our environment without what could lead a program astray: proxies, and settings of PostgreSQL's clients.

    Nor may a setting keep Python from storing compiled modules: an installed program has them, dlt's as well as ours.
    """
    astray = {"PYTHONDONTWRITEBYTECODE"} | {
        name for name in os.environ if name.lower().endswith("_proxy") or name[:2] == "PG"
    }
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


@contextlib.contextmanager
def running(module: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """`python -m module …` of ours, which says on its first line, as JSON, where it listens."""
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(  # noqa: S603  # our own words
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(), cwd=ROOT
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{module} ended before it was ready")
        yield json.loads(line)
    finally:
        end(process)


def end(process: subprocess.Popen[Any]) -> None:
    """Ask it to end, then make it; closes its pipes."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def end_group(process: subprocess.Popen[Any]) -> None:
    """Kill a process that leads its own group, and every helper it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.returncode is None:
        process.wait()
