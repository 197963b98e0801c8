"""A stand-in for the database's socket that cuts a connection in the middle of its n-th COMMIT: nobody knows whether it is stored."""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

COMMIT = b"COMMIT\x00"
READY = b"Z\x00\x00\x00\x05"
"""Ends what the server says to a statement."""


@contextmanager
def cutting(url: str, number: int, is_stored: bool) -> Iterator[str]:
    """The address through which to speak; the COMMIT arrives before the cut (is_stored) or does not. A process of its own.

    The calling process must have no other threads.
    """
    address = make_url(url)
    with TemporaryDirectory(prefix="cut-") as folder:
        name = f".s.PGSQL.{address.query['port']}"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(Path(folder) / name))
            listening.listen(50)
            child = os.fork()
            if child == 0:
                _serve(listening, f"{address.query['host']}/{name}", number, is_stored)
        try:
            yield address.update_query_dict({"host": folder}).render_as_string(hide_password=False)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _serve(listening: socket.socket, server: str, number: int, is_stored: bool) -> None:
    try:
        _Between(listening, server, number, is_stored).work()
    finally:
        os._exit(1)


class _Between:
    """Passes on what both sides say, in one thread, so that COMMITs of all connections have one count."""

    def __init__(self, listening: socket.socket, server: str, number: int, is_stored: bool) -> None:
        self._listening, self._server, self._left, self._is_stored = listening, server, number, is_stored
        self._peers: dict[socket.socket, socket.socket] = {}
        self._clients: set[socket.socket] = set()

    def work(self) -> None:
        """Until killed."""
        while True:
            ready, _, _ = select.select([self._listening, *self._peers], [], [])
            for each in ready:
                if each is self._listening:
                    self._accept()
                elif each in self._peers:
                    self._pass_on(each)

    def _accept(self) -> None:
        client, _ = self._listening.accept()
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._server)
        self._clients.add(client)
        self._peers |= {client: server, server: client}

    def _pass_on(self, source: socket.socket) -> None:
        target = self._peers[source]
        said = _heard(source)
        if source in self._clients and COMMIT in said:
            self._left -= 1
            if self._left == 0:
                if self._is_stored:
                    _until_stored(target, said)
                said = b""
        if said:
            with suppress(OSError):
                target.sendall(said)
        else:
            self._cut(source, target)

    def _cut(self, one: socket.socket, other: socket.socket) -> None:
        for each in (one, other):
            self._peers.pop(each)
            self._clients.discard(each)
            each.close()


def _heard(source: socket.socket) -> bytes:
    with suppress(OSError):
        return source.recv(1 << 16)
    return b""


def _until_stored(server: socket.socket, said: bytes) -> None:
    server.sendall(said)
    heard = b""
    while READY not in heard:
        heard += server.recv(1 << 16) or READY
