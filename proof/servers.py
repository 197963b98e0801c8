"""Servers on raw loopback sockets: they say exactly the bytes a proof wants, at the speed it wants."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass
class Talk:
    """One connection of a server. `over` is set when the server ends."""

    sock: socket.socket
    over: threading.Event

    def hear(self) -> bytes:
        """The head of a request (a proof sends no long bodies), empty when the caller hung up."""
        heard = b""
        while b"\r\n\r\n" not in heard:
            more = self.sock.recv(65536)
            if not more:
                return b""
            heard += more
        return heard

    def say(self, data: bytes) -> None:
        """Send at once."""
        self.sock.sendall(data)

    def drip(self, pieces: Iterable[bytes], pause: float) -> None:
        """Send piece by piece, `pause` seconds apart, until the caller hangs up or the server ends."""
        for piece in pieces:
            if self.over.wait(pause):
                return
            self.sock.sendall(piece)

    @contextmanager
    def secured(self, context: ssl.SSLContext) -> Iterator[Talk]:
        """The same connection after a TLS handshake. When that fails, the caller is heard out, so that our alert arrives."""
        with context.wrap_socket(self.sock, server_side=True, do_handshake_on_connect=False) as sock:
            try:
                sock.do_handshake()
            except OSError:
                while socket.socket.recv(sock, 65536):
                    pass
                raise
            yield Talk(sock, self.over)


Manner = Callable[[Talk], None]


@contextmanager
def serving(manner: Manner) -> Iterator[int]:
    """A server that speaks to each caller in its own thread; gives its port on 127.0.0.1."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    open_sockets: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def _accept() -> None:
            while not over.is_set():
                try:
                    sock, _ = listening.accept()
                except OSError:
                    return
                open_sockets.append(sock)
                threads.append(threading.Thread(target=_speak, args=(manner, Talk(sock, over))))
                threads[-1].start()

        acceptor = threading.Thread(target=_accept)
        acceptor.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            _shut(listening)
            acceptor.join()
            for sock in open_sockets:
                _shut(sock)
            for thread in threads:
                thread.join()


def _speak(manner: Manner, talk: Talk) -> None:
    with talk.sock, suppress(OSError):
        manner(talk)


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
