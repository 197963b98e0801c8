"""For tests and proofs: a sandbox that is ready sooner, since it is forked from one that has imported everything."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STDERR = 2


class Forked:
    """A process that behaves as `python -m sandbox ARGUMENTS` started here, handled as `subprocess.Popen` is.

    `stdout` is text; its stderr is ours. `close` it after its end.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._news, theirs = _pair()
        reading, writing = os.pipe()
        self.stdout = os.fdopen(reading, encoding="utf-8")
        self._code: int | None = None
        try:
            socket.send_fds(_server(), [json.dumps(arguments).encode()], [writing, STDERR, theirs.fileno()])
        finally:
            os.close(writing)
            theirs.close()
        self.pid = self._told()

    def terminate(self) -> None:
        """Asks it to end (SIGTERM), unless it has ended."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it by force (SIGKILL), unless it has ended."""
        self._signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, a signal as a negative number; `subprocess.TimeoutExpired` when these seconds do not do."""
        if self._code is None:
            self._news.settimeout(timeout)
            try:
                self._code = self._told()
            except (BlockingIOError, TimeoutError) as late:
                raise subprocess.TimeoutExpired("sandbox", timeout or 0) from late
        return self._code

    def close(self) -> None:
        """Lets go of its standard output."""
        self.stdout.close()
        self._news.close()

    def _signal(self, number: signal.Signals) -> None:
        try:
            self.wait(0)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):  # it has ended since
                os.kill(self.pid, number)

    def _told(self) -> int:
        said = self._news.recv(100)
        if not said:
            raise RuntimeError("the fork server of the sandboxes ended; its reason stands on stderr")
        return int(said)


@cache
def _server() -> socket.socket:
    """The channel to this process's fork server. When it closes, however we end, the server ends and all it has forked."""
    ours, theirs = _pair()
    with theirs:
        channel = theirs.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.fork_server", str(channel)],
            cwd=ROOT,
            pass_fds=[channel],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def _pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
