"""`gateway` commands that need not import anything: each is forked from a process that has imported the program already.

As `python -m tests.helpers.forked_gateway` it is that process: each line of its standard input is an order (JSON), and
it answers each with a number. A command sees only the environment, the folder and the files that its order names.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300
"""After which a command that does not end is ended by a signal."""
OFTEN_NEEDED = (
    "gateway.cli",
    "gateway.personal.completion",
    "gateway.personal.export",
    "gateway.personal.retention",
    "gateway.probe",
    "gateway.publish.sets",
    "gateway.replay",
    "gateway.run",
    "gateway.serve.server",
    "gateway.service_levels.report",
    "jsonschema",
    "psycopg",
    "typer._adapters",
)
SECONDS_TO_END = 30
"""After which one that was asked to end is killed."""
_ONE_AT_A_TIME = Lock()


def gateway(arguments: Sequence[str], environment: Mapping[str, str], place: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as `subprocess.run` would with `python -m gateway`."""
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("stdout", "stderr")]
        order = {"arguments": arguments, "environment": environment, "place": place, "files": files}
        code = _answer(command=order, lasts=False)
        return subprocess.CompletedProcess(["gateway", *arguments], code, *(file.read_text("utf-8") for file in files))


class Lasting:
    """A command that goes on while the test does. first_line: of its standard output, "" when it ended before it wrote one."""

    def __init__(self, pid: int, stdout: TextIO, stderr: Path) -> None:
        self._pid, self._stdout, self._stderr = pid, stdout, stderr
        self.first_line = stdout.readline()

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send it a signal, and wait: its exit code, and what it wrote to standard error."""
        os.kill(self._pid, number)  # its number is its own until we ask for its exit code
        if not self._is_over():
            os.kill(self._pid, signal.SIGKILL)
        return _answer(wait=self._pid), self._stderr.read_text("utf-8")

    def _is_over(self) -> bool:
        while select.select([self._stdout], [], [], SECONDS_TO_END)[0]:
            if not os.read(self._stdout.fileno(), 65_536):
                return True
        return False


@contextmanager
def lasting(arguments: Sequence[str], environment: Mapping[str, str], place: Path) -> Iterator[Lasting]:
    """Begin a command, as `subprocess.Popen` would, and wait for its first line. Who asks for it ends it."""
    with TemporaryDirectory() as folder:
        stdout, stderr = (Path(folder, name) for name in ("stdout", "stderr"))
        os.mkfifo(stdout)
        # Opened before anybody writes: a command that dies at once is then the end of the file, and no wait for ever.
        with os.fdopen(os.open(stdout, os.O_RDONLY | os.O_NONBLOCK), encoding="utf-8") as written:
            order = {"arguments": arguments, "environment": environment, "place": place, "files": [stdout, stderr]}
            pid = _answer(command=order, lasts=True)
            select.select([written], [], [], SECONDS)
            os.set_blocking(written.fileno(), True)
            yield Lasting(pid, written, stderr)


def _answer(**order: Any) -> int:
    with _ONE_AT_A_TIME:
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(f"{json.dumps(order, default=str)}\n")
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
    _read_ahead()
    gc.freeze()  # what was there before a fork need not be copied to be tidied up after it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while line := sys.stdin.readline():
        order = json.loads(line)
        if "wait" in order:
            answer = _exit_code(order["wait"])
        else:
            child = os.fork()
            if child == 0:
                return _command(**order["command"], seconds=0 if order["lasts"] else SECONDS)
            answer = child if order["lasts"] else _exit_code(child)
        print(answer, flush=True)
    return 0


def _exit_code(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _read_ahead() -> None:
    """Mapping files and contracts as they are in the repository; a command reads again what a test has changed."""
    from gateway.delivery.spec import deliveries_of
    from gateway.portals import load_portal, portal_names
    from gateway.publish.contract import load_contracts
    from gateway.reconcile.pairs import pairs_of

    folders = (ROOT / "mappings",)
    for portal in (load_portal(folders, name) for name in portal_names(folders)):
        _ = portal.streams, list(deliveries_of(portal)), list(pairs_of(portal))
    load_contracts(ROOT / "schemas")


def _command(arguments: list[str], environment: dict[str, str], place: str, files: list[str], seconds: int) -> int:
    from gateway import cli

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.alarm(seconds)
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
