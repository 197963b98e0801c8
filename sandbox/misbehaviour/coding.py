"""Misbehaviour with compression and size."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
from starlette.responses import Response, StreamingResponse

from sandbox.misbehaviour.fault import Call, Count, Fault
from sandbox.reply import Reply

HUNDRED_MEGABYTES = 100_000_000
CHUNK = 1 << 20
WITH_GZIP_HEADER = 31


class UnaskedGzip(Fault, tag="unasked_gzip"):
    """A gzip body, whether the client takes one or not."""

    def spoiled(self, reply: Reply) -> Reply:
        """The answer, compressed."""
        return _coded(reply, gzip.compress(reply.body))


class GzipTruncated(Fault, tag="gzip_truncated"):
    """A gzip body cut after six tenths, whose Content-Length is that of what is left: HTTP sees nothing wrong."""

    def spoiled(self, reply: Reply) -> Reply:
        """The beginning of the compressed answer."""
        packed = gzip.compress(reply.body)
        return _coded(reply, packed[: len(packed) * 6 // 10])


class GzipBomb(Fault, tag="gzip_bomb"):
    """The answer with spaces after it up to `bytes` bytes, compressed `layers` times to next to nothing."""

    size: Count = msgspec.field(default=HUNDRED_MEGABYTES, name="bytes")
    layers: int = 1

    async def respond(self, call: Call) -> Response:
        """The bomb, made beside the event loop."""
        reply = call.whole()
        packed = await asyncio.to_thread(_bomb, reply.body, self.size)
        for _ in range(self.layers - 1):
            packed = gzip.compress(packed)
        return _coded(reply, packed, self.layers).response()


class Huge(Fault, tag="huge"):
    """The answer with spaces after it up to `bytes` bytes, in chunks; with `declared` Content-Length says so."""

    size: Count = msgspec.field(default=HUNDRED_MEGABYTES, name="bytes")
    declared: bool = False

    async def respond(self, call: Call) -> Response:
        """The answer and a great deal of nothing."""
        reply = call.whole()
        length = {"Content-Length": str(max(self.size, len(reply.body)))} if self.declared else {}
        return StreamingResponse(_padded(reply.body, self.size), reply.status, reply.headers | length, reply.media)


def _coded(reply: Reply, body: bytes, layers: int = 1) -> Reply:
    return replace(reply, body=body, headers=reply.headers | {"Content-Encoding": ", ".join(["gzip"] * layers)})


def _bomb(body: bytes, size: int) -> bytes:
    packing = zlib.compressobj(9, wbits=WITH_GZIP_HEADER)
    pieces = [packing.compress(body), *(packing.compress(piece) for piece in _spaces(size - len(body)))]
    return b"".join([*pieces, packing.flush()])


async def _padded(body: bytes, size: int) -> AsyncIterator[bytes]:
    yield body
    for piece in _spaces(size - len(body)):
        yield piece


def _spaces(count: int) -> list[bytes]:
    """So many spaces, in pieces that share their memory."""
    whole = b" " * CHUNK
    return [whole] * (count // CHUNK) + [b" " * (count % CHUNK)] if count > 0 else []
