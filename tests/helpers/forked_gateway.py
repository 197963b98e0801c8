"""`gateway` commands that need not import anything: each is forked from a process that has imported the program already.

As `python -m tests.helpers.forked_gateway` it is that process: each line of its standard input is an order (JSON), and
it answers each with the exit code. A command sees only the environment, the folder and the files that its order names.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300
"""After which a command that does not end is ended by a signal."""
OFTEN_NEEDED = ("gateway.cli", "gateway.run", "gateway.probe", "gateway.service_levels.report", "jsonschema", "psycopg")
_ONE_AT_A_TIME = Lock()


def gateway(arguments: Sequence[str], environment: Mapping[str, str], place: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as `subprocess.run` would with `python -m gateway`."""
    with TemporaryDirectory() as folder, _ONE_AT_A_TIME:
        files = [Path(folder, name) for name in ("stdout", "stderr")]
        order = {"arguments": arguments, "environment": environment, "place": place, "files": files}
        code = _answer(json.dumps(order, default=str))
        return subprocess.CompletedProcess(["gateway", *arguments], code, *(file.read_text("utf-8") for file in files))


def _answer(order: str) -> int:
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(f"{order}\n")
    server.stdin.flush()
    return int(server.stdout.readline())


@cache
def _server() -> subprocess.Popen[str]:
    """Ends when its standard input does, which is when this process ends, however it ends."""
    command = [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-m", "tests.helpers.forked_gateway"]
    server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)
    return server


def main() -> int:
    """Serve orders until standard input ends. Returns in a command: its exit code."""
    for name in OFTEN_NEEDED:
        import_module(name)
    gc.freeze()  # what was there before a fork need not be copied to be tidied up after it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while order := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            return _command(**json.loads(order))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return 0


def _command(arguments: list[str], environment: dict[str, str], place: str, files: list[str]) -> Any:
    from gateway import cli

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.alarm(SECONDS)
    for number, name in enumerate([os.devnull, *files]):
        file = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(place)
    sys.argv = ["gateway", *arguments]
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
