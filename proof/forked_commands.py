"""Commands that begin at the same instant: each in a process forked from this one, which has imported everything already."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gateway import cli

SECONDS = 60
"""After which a command that does not end is killed."""


class Ended(NamedTuple):
    """How a command ended, and what it said to a person."""

    code: int
    said: str


def together(commands: Sequence[Sequence[str]], environment: Mapping[str, str], place: Path) -> list[Ended]:
    """Run `gateway …` commands at once. The calling process must have no other threads."""
    reading, writing = os.pipe()
    files = [place / f"said {number}" for number in range(len(commands))]
    children = [_begin(each, environment, file, reading, writing) for each, file in zip(commands, files, strict=True)]
    os.close(reading)
    os.close(writing)  # the last one to hold it: all of them go
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return [Ended(code, file.read_text("utf-8")) for code, file in zip(codes, files, strict=True)]


def _begin(command: Sequence[str], environment: Mapping[str, str], said: Path, reading: int, writing: int) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        gc.freeze()
        os.close(writing)
        os.read(reading, 1)
        code = _command(command, environment, said)
    finally:
        os._exit(code)


def _command(command: Sequence[str], environment: Mapping[str, str], said: Path) -> int:
    signal.alarm(SECONDS)
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.argv = ["gateway", *command]
    return cli.main()
