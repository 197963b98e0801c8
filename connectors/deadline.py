"""A total deadline for one HTTP call: a timeout bounds one socket read, a slow drip of bytes passes it for ever.

When the time is up a watchdog shuts the socket the call is using, which ends any read or write on it at once.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any, Self

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_call = threading.local()


class Watch:
    """The deadline of one call: bounds all that this thread does on watched connections inside the `with` block.

    `expired` tells afterwards whether it was the watchdog that cut the socket.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _call.watch = self
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        _call.watch = None

    def guard(self, sock: socket.socket | None) -> None:
        """Put a socket under this deadline (a reused connection brings an old one)."""
        if sock is not None:
            self._sockets.append(sock)
            if self.expired:
                self._expire()

    def _expire(self) -> None:
        self.expired = True
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _guard(sock: Any) -> None:
    watch = getattr(_call, "watch", None)
    if watch is not None:
        watch.guard(sock)


class _Watched:
    """Puts the socket under the thread's deadline at every call: a new one, or the one kept from the call before."""

    sock: socket.socket | None

    def connect(self) -> None:
        """Connect, then guard the new socket."""
        super().connect()  # type: ignore[misc]
        _guard(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Guard a socket kept alive, then send."""
        _guard(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


class _WatchedHTTP(_Watched, HTTPConnection):
    pass


class _WatchedHTTPS(_Watched, HTTPSConnection):
    pass


class WatchedHTTPPool(HTTPConnectionPool):
    """urllib3's pool with connections that a deadline can cut."""

    ConnectionCls = _WatchedHTTP


class WatchedHTTPSPool(HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = _WatchedHTTPS


POOLS = {"http": WatchedHTTPPool, "https": WatchedHTTPSPool}
