"""Where an answer's body ends: taken only when that is proven, in pieces, and never beyond the cap."""

from __future__ import annotations

import re
from collections.abc import Mapping

import requests

from connectors.body import Body, PackedSink, PlainSink, Sink

_LENGTH = re.compile("[0-9]{1,18}", re.ASCII)


NO_CONTENT = 204


class BrokenBody(Exception):
    """The body did not arrive as the headers promised, or the headers promise nothing."""


class Unasked(BrokenBody):
    """The body is written in a way we did not ask for."""


class TooBig(BrokenBody):
    """The body is larger than we take: asking again gives the same."""


def read_body(response: requests.Response, *, cap: int, packed: bool) -> Body:
    """The whole body, plain or packed. Raises BrokenBody, TooBig, or what urllib3 raises when the connection breaks."""
    promised = 0 if response.status_code == NO_CONTENT else _promised(response.headers)
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Unasked("a compressed body, which was not asked for")
    if promised is not None and promised > cap:
        raise TooBig(f"more than {cap} bytes")
    sink: Sink = PackedSink() if packed else PlainSink()
    came = _pour(response, sink, cap)
    if promised is not None and came != promised:
        raise BrokenBody(f"{promised} bytes were promised, {came} came")
    return sink.body()


def _pour(response: requests.Response, sink: Sink, cap: int) -> int:
    """Read to the end; gives the number of bytes. urllib3 raises when a length or a last chunk stays away."""
    came = 0
    while piece := response.raw.read(min(sink.piece, cap + 1 - came), decode_content=False):
        came += len(piece)
        if came > cap:
            raise TooBig(f"more than {cap} bytes")
        sink.write(piece)
    return came


def _promised(headers: Mapping[str, str]) -> int | None:
    """The length the headers promise, None when chunks carry their own. Raises BrokenBody where there is neither.

    A body that ends with the connection cannot be told from one that was cut.
    """
    said = headers.get("Content-Length", "").strip()
    if "," in said:
        raise BrokenBody("two Content-Lengths")
    if _LENGTH.fullmatch(said):
        return int(said)
    if headers.get("Transfer-Encoding", "").strip().lower() == "chunked":
        return None
    raise BrokenBody("length unknown: neither a readable Content-Length nor chunks")
