"""R14, the deadline is kept: no call outlives its total limit, wherever the other side drips its bytes.

Each manner below keeps sending (or keeps silent) within every single timeout, so that only the total deadline can end
the call. Measured is the worst overrun over all of them.
"""

from __future__ import annotations

import socket
import ssl
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import chain, count, repeat
from pathlib import Path

from connectors.connection import Connection
from connectors.errors import PortalError
from connectors.http.client import HttpClient, Request
from connectors.http.politeness import Limits
from proof.card import Line
from proof.certificates import Authority
from proof.servers import Manner, Talk, serving

TOTAL = 0.6
ALLOWED = 0.5
PAUSE = 0.03
LIMITS = Limits(attempts=1, connect=20, read=20, total=TOTAL)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = OK + b"Content-Length: 1000000\r\n\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\nContent-Length: 1000000\r\n\r\n"
TLS_RECORD = b"\x16\x03\x03\x40\x00"
"""The header of a handshake record of 16 KiB: the client waits for all of it."""


def _drips(start: bytes, pieces: Iterator[bytes] | None = None) -> Manner:
    """Hear the request, say the start at once, then a byte at a time for ever."""

    def _manner(talk: Talk) -> None:
        if talk.hear():
            talk.say(start)
            talk.drip(pieces or repeat(b"x"), PAUSE)

    return _manner


def _byte_by_byte(text: bytes) -> Iterator[bytes]:
    return (text[at : at + 1] for at in range(len(text)))


def _silent(talk: Talk) -> None:
    talk.over.wait()


def _floods(talk: Talk) -> None:
    """Says without a pause that the real answer is still to come."""
    if talk.hear():
        while not talk.over.is_set():
            talk.say(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def _tiny_chunks(talk: Talk) -> None:
    """As fast as the line takes them."""
    if talk.hear():
        talk.say(CHUNKED)
        while not talk.over.is_set():
            talk.say(b"1\r\nx\r\n" * 1000)


def _in_handshake(talk: Talk) -> None:
    talk.drip(chain([TLS_RECORD], repeat(b"\0")), PAUSE)


def _kept_alive(talk: Talk) -> None:
    """Answers the first call well, and drips on the same connection at the second."""
    talk.hear()
    talk.say(OK + b"Content-Length: 2\r\n\r\n{}")
    _drips(LONG)(talk)


PLAIN: Mapping[str, Manner] = {
    "status line": _drips(b"", _byte_by_byte(b"HTTP/1.1 200 " + b"O" * 60000)),
    "a header": _drips(OK + b"X-Long: "),
    "headers without end": _drips(OK, (b"X-%d: x\r\n" % number for number in count())),
    "silence": _silent,
    "interim answers without end": _floods,
    "body": _drips(LONG),
    "gzip body": _drips(GZIP, _byte_by_byte(zlib.compress(bytes(range(256)) * 400, wbits=31))),
    "chunks without end": _drips(CHUNKED, repeat(b"1\r\nx\r\n")),
    "tiny chunks at full speed": _tiny_chunks,
    "size of a chunk": _drips(CHUNKED, repeat(b"0")),
    "trailers without end": _drips(CHUNKED + b"2\r\n{}\r\n0\r\n", repeat(b"X: x\r\n")),
    "a connection kept alive": _kept_alive,
}

SECURE: Mapping[str, Manner] = {"headers under TLS": _drips(OK + b"X-Long: "), "body under TLS": _drips(LONG)}


def measure() -> Line:
    """Call each of the slow servers once."""
    found = dict(overruns())
    worst = max(found, key=lambda name: found[name])
    late = tuple(f"{name}: {each:.2f} s beyond the limit" for name, each in found.items() if each > ALLOWED)
    return Line(
        "R14",
        "deadline",
        measured=f"+{max(found[worst], 0):.3f}s (worst of {len(found)}: {worst})",
        required=f"<=+{ALLOWED}s",
        passed=not late,
        detail=late,
    )


def overruns() -> Iterator[tuple[str, float]]:
    """Name of each slow server, and the seconds beyond its limit a call to it took; infinite when it was believed."""
    for name, manner in PLAIN.items():
        with serving(manner) as port:
            yield name, _overrun(f"http://127.0.0.1:{port}", repeats=2 if manner is _kept_alive else 1)
    with serving(_in_handshake) as port:
        yield "TLS handshake", _overrun(f"https://127.0.0.1:{port}")
    with _full_backlog() as port:
        yield "connecting", _overrun(f"http://127.0.0.1:{port}")
    with serving(_drips(OK)) as port:
        proxy = f"http://127.0.0.1:{port}"
        yield "tunnel of a proxy", _overrun("https://portal.invalid", extra={"proxy": proxy})
    with tempfile.TemporaryDirectory() as folder:
        yield from _under_tls(Authority(Path(folder)))


def _under_tls(authority: Authority) -> Iterator[tuple[str, float]]:
    context = authority.server()
    for name, manner in SECURE.items():
        with serving(_secured(manner, context)) as port:
            yield name, _overrun(f"https://127.0.0.1:{port}", extra={"ca_bundle": str(authority.bundle)})


def _secured(manner: Manner, context: ssl.SSLContext) -> Manner:
    def _manner(talk: Talk) -> None:
        with talk.secured(context) as secured:
            manner(secured)

    return _manner


def _overrun(address: str, extra: Mapping[str, str] | None = None, repeats: int = 1) -> float:
    """Seconds beyond the limit of the last of `repeats` calls; infinite when it was taken for an answer."""
    client = HttpClient(Connection("proof", address, extra=extra or {}), LIMITS)
    for _ in range(repeats - 1):
        client.send(Request("GET", "/"))
    begun = time.monotonic()
    try:
        client.send(Request("GET", "/"))
    except PortalError:
        return time.monotonic() - begun - TOTAL
    return float("inf")


@contextmanager
def _full_backlog() -> Iterator[int]:
    """A port that neither accepts nor refuses: its queue is full."""
    with ExitStack() as stack:
        listening = stack.enter_context(closing(socket.socket()))
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]
