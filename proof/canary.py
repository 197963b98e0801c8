"""Canaries: files nobody may open and an address nobody may call. They notice every touch, whichever library did it."""

from __future__ import annotations

import ctypes
import os
import secrets
import struct
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from proof.servers import Talk, serving

_IN_OPEN = 0x20
_IN_ISDIR = 0x40000000
_EVENT = struct.Struct("iIII")
_called: list[str] = []
"""Every address this process connected to or looked up; only ever read from a mark on."""


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        _called.append(str(args[1]))
    elif event == "socket.getaddrinfo":
        _called.append(f"look-up of {args[0]}")


sys.addaudithook(_hear)


class Canary:
    """A folder of watched files that hold `secret`, and a listener at `address`. Use within `with`.

    The files are watched by the kernel (inotify), so that an opening by a C library is seen too. Raises OSError where
    the system has no inotify: nothing could then be promised.
    """

    def __init__(self) -> None:
        self.secret = f"canary-{secrets.token_hex(8)}"
        self._stack = ExitStack()
        self._connections = 0

    def __enter__(self) -> Self:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        port = self._stack.enter_context(serving(self._count))
        self.address = f"http://127.0.0.1:{port}"
        self._watch = _watch(self.folder)
        self._stack.callback(os.close, self._watch)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def file(self, name: str, text: str = "{secret}") -> Path:
        """A watched file; `{secret}` in its text is the secret."""
        path = self.folder / name
        path.write_text(text.replace("{secret}", self.secret), "utf-8")
        self.opened()
        return path

    def connections(self) -> int:
        """Calls to `address` since the last time this was asked."""
        count, self._connections = self._connections, 0
        return count

    def opened(self) -> int:
        """Openings of watched files since the last time this was asked."""
        try:
            events = os.read(self._watch, 1 << 16)
        except BlockingIOError:
            return 0
        count = at = 0
        while at < len(events):
            _, mask, _, length = _EVENT.unpack_from(events, at)
            at += _EVENT.size + length
            count += not mask & _IN_ISDIR
        return count

    def _count(self, talk: Talk) -> None:
        self._connections += 1
        talk.hear()
        talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(self.secret), self.secret.encode()))


def mark() -> int:
    """The present place in the list of addresses called."""
    return len(_called)


def called_since(place: int) -> list[str]:
    """Addresses this process connected to or looked up since a mark."""
    return _called[place:]


def _watch(folder: Path) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "inotify_init1"):
        raise OSError("this system cannot watch files (no inotify)")
    watch: int = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if watch < 0 or library.inotify_add_watch(watch, os.fsencode(folder), _IN_OPEN) < 0:
        raise OSError(ctypes.get_errno(), "this system cannot watch files (inotify)")
    return watch
