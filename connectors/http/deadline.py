"""A total deadline for one HTTP call: a timeout bounds one socket read, a slow drip of bytes passes it for ever.

When the time is up a watchdog shuts the socket the call is using, which ends any read or write on it at once: during the
TLS handshake, within headers, within a body.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any, Self

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_call = threading.local()


class Watch:
    """The deadline of one call: bounds all that this thread does on watched connections inside the `with` block.

    `expired` tells afterwards whether it was the watchdog that cut the socket; `sent` whether a byte of the request may
    have reached the other side.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self.sent = False
        self._until = time.monotonic() + seconds
        self._lock = threading.Lock()
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
        with self._lock:
            for sock in self._sockets:
                sock.close()
            self._sockets.clear()

    @property
    def left(self) -> float:
        """Seconds until the deadline, never below a thousandth: a timeout of zero would mean "do not wait at all"."""
        return max(0.001, self._until - time.monotonic())

    def guard(self, sock: socket.socket) -> None:
        """Put a socket under this deadline (a reused connection brings an old one).

        A second handle is kept, not the socket: TLS takes the first one over and would leave us an empty shell.
        """
        handle = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._sockets.append(handle)
        if self.expired:
            self._expire()

    def _expire(self) -> None:
        self.expired = True
        with self._lock:
            for sock in self._sockets:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)


def _watch() -> Watch | None:
    return getattr(_call, "watch", None)


def is_under_watch() -> bool:
    """Whether this thread is within a call of ours."""
    return _watch() is not None


class _Watched:
    """Puts the socket under the thread's deadline at every call: a new one, or the one kept from the call before."""

    sock: socket.socket | None
    timeout: float | None

    def _new_conn(self) -> socket.socket:
        """Connect within what is left, and guard the bare socket before TLS or a proxy's tunnel is spoken on it."""
        watch = _watch()
        if watch is None:
            return super()._new_conn()  # type: ignore[misc,no-any-return]
        self.timeout = min(self.timeout or watch.left, watch.left)
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        watch.guard(sock)
        return sock

    def _tunnel(self) -> None:
        """A tunnel whose answer we cut ourselves looks like one that stands: no TLS must be tried in it."""
        super()._tunnel()  # type: ignore[misc]
        watch = _watch()
        if watch is not None and watch.expired:
            raise TimeoutError

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Guard a socket kept alive, or connect; then send."""
        watch = _watch()
        if watch is not None:
            if self.sock is None:
                self.connect()  # type: ignore[attr-defined]
            else:
                watch.guard(self.sock)
            watch.sent = True
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
