"""A small server on a raw socket, which may answer with any bytes a real one would never send on purpose."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

Piece = bytes | float
"""Bytes to send, or seconds to be silent."""


@dataclass(frozen=True)
class Received:
    """A request as it came: its first line, headers (names in lower case), body, and when (monotonic seconds)."""

    line: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Wire:
    """The running server: its address and what it was asked so far."""

    address: str
    received: list[Received] = field(default_factory=list)


Answer = Callable[[Received], bytes | Iterable[Piece]]


@contextmanager
def answering(answer: Answer) -> Iterator[Wire]:
    """A server that answers every request, one after the other, and then closes the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        wire = Wire(f"http://127.0.0.1:{listening.getsockname()[1]}")
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(listening, answer, wire, over))
        thread.start()
        try:
            yield wire
        finally:
            over.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listening: socket.socket, answer: Answer, wire: Wire, over: threading.Event) -> None:
    while not over.is_set():
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            request = _receive(connection)
            if request is None:
                continue
            wire.received.append(request)
            said = answer(request)
            for piece in [said] if isinstance(said, bytes) else said:
                if isinstance(piece, bytes):
                    connection.sendall(piece)
                else:
                    over.wait(piece)


def _receive(connection: socket.socket) -> Received | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        more = connection.recv(65536)
        if not more:
            return None
        raw += more
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in fields)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Received(line, headers, body, monotonic())


def reply(body: Any, status: str = "200 OK", **headers: str) -> bytes:
    """An honest answer; a body that is not bytes is written as JSON. `_` in a header's name stands for `-`."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Length": str(len(content)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{head}Connection: close\r\n\r\n".encode("latin-1") + content
