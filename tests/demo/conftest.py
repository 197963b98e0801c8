"""What the demo's tests share: waiting without sleeping, owners that can be killed, a check for what is left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from gateway.demo.lifesigns import is_alive, marked
from gateway.demo.patience import Patience

ROOT = Path(__file__).resolve().parents[2]


def eventually(ask: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until `ask` is true; fail the test when it does not become so."""
    assert Patience().until(lambda: bool(ask()), seconds), "did not happen in time"


def gone(pid: int) -> bool:
    """True when the process has ended, a zombie or not."""
    try:
        return not is_alive(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder. Fails the test that leaves one of its processes behind."""
    folder = tmp_path / "state"
    yield folder
    left = list(marked(folder.resolve()))
    for process in left:
        process.kill()
    assert not left


@pytest.fixture
def owner() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a Python program that can be killed as the owner of children; the program waits at `input()`."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", program, *map(str, arguments)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
