"""For tests and proofs: forks sandboxes from a process that has imported the program already; see sandbox/forked.py.

    python -m sandbox.fork_server CHANNEL

Each message on the socket CHANNEL asks for one sandbox. Between this process and the sandbox stands one that waits for
its end: only a parent can tell an exit code.
"""

import gc
import json
import os
import signal
import socket
import sys

from sandbox import __main__ as program

MOST_BYTES = 65_536
STDOUT, STDERR = 1, 2


def serve(channel: socket.socket) -> int:
    """Forks until nobody can ask any more, and then ends its whole process group. Returns in a sandbox: its exit code."""
    gc.freeze()  # what was there before a fork need not be copied to be tidied up after it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        said, given, _, _ = socket.recv_fds(channel, MOST_BYTES, 3)
        if not said:
            os.killpg(0, signal.SIGKILL)
        if os.fork() == 0:
            channel.close()
            return _attended(json.loads(said), *given)
        for each in given:
            os.close(each)


def _attended(arguments: list[str], stdout: int, stderr: int, news: int) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sandbox = os.fork()
    if sandbox:
        os.close(stdout)
        os.close(stderr)
        _tell_of(sandbox, news)
    os.close(news)
    for given, usual in ((stdout, STDOUT), (stderr, STDERR)):
        os.dup2(given, usual)
        os.close(given)
    return program.main(arguments)


def _tell_of(sandbox: int, news: int) -> None:
    """Sends its process id, then its exit code, and ends."""
    os.write(news, str(sandbox).encode())
    os.write(news, str(os.waitstatus_to_exitcode(os.waitpid(sandbox, 0)[1])).encode())
    os._exit(0)


if __name__ == "__main__":
    sys.exit(serve(socket.socket(fileno=int(sys.argv[1]))))
