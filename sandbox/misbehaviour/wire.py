"""Misbehaviour of the connection: silence, cuts, drops one by one, lies about the length."""

import gzip
from functools import partial
from typing import Literal

from starlette.responses import Response

from sandbox.misbehaviour.fault import Call, Fault, Seconds
from sandbox.misbehaviour.raw import RawResponse, Wire, head
from sandbox.reply import Reply


class WireFault(Fault):
    """A fault that writes the real answer on the connection in its own way."""

    async def respond(self, call: Call) -> Response:
        """Takes the connection."""
        return RawResponse(partial(self.act, call.whole()))

    async def act(self, reply: Reply, wire: Wire) -> None:
        """What is done with the connection, which is closed afterwards."""
        raise NotImplementedError(self.kind)


class Hang(Fault, tag="hang"):
    """Never answers; the connection stays open until the client, or the sandbox, ends."""

    async def respond(self, _call: Call) -> Response:
        """Silence."""
        return RawResponse(_silence)


class Reset(WireFault, tag="reset"):
    """Ends the connection with RST in the middle of the body."""

    async def act(self, reply: Reply, wire: Wire) -> None:
        """Half a body, then RST."""
        wire.write(_whole_head(reply) + _half(reply.body))
        wire.reset()


class CutHeaders(WireFault, tag="cut_headers"):
    """Closes the connection in the middle of the headers, at the end of a line of them: no length, no empty line."""

    async def act(self, reply: Reply, wire: Wire) -> None:
        """The status line and the first header."""
        lines = _whole_head(reply).splitlines(keepends=True)
        wire.write(b"".join(lines[:2]))


class DripHeaders(WireFault, tag="drip_headers"):
    """Sends the headers a byte at a time, with `seconds` after each, then the body at once."""

    seconds: Seconds = 1.0

    async def act(self, reply: Reply, wire: Wire) -> None:
        """Drops, then the rest."""
        await wire.drip(_whole_head(reply), self.seconds)
        wire.write(reply.body)


class DripBody(WireFault, tag="drip_body"):
    """Sends the body a byte at a time, with `seconds` after each."""

    seconds: Seconds = 1.0

    async def act(self, reply: Reply, wire: Wire) -> None:
        """Headers, then drops."""
        wire.write(_whole_head(reply))
        await wire.drip(reply.body, self.seconds)


class DripGzip(WireFault, tag="drip_gzip"):
    """As drip_body, compressed: hardly anything to show for it while it drips."""

    seconds: Seconds = 1.0

    async def act(self, reply: Reply, wire: Wire) -> None:
        """Headers, then drops of gzip."""
        packed = gzip.compress(reply.body)
        wire.write(head(reply, ("Content-Encoding", "gzip"), ("Content-Length", len(packed))))
        await wire.drip(packed, self.seconds)


class WrongLength(WireFault, tag="wrong_length"):
    """Sends the whole body and says that it is shorter or longer than it is, or says two different lengths."""

    length: Literal["short", "long", "two"] = "short"

    async def act(self, reply: Reply, wire: Wire) -> None:
        """One lie or two."""
        size = len(reply.body)
        said = {"short": [size // 2], "long": [size + 100], "two": [size, size // 2]}[self.length]
        wire.write(head(reply, *(("Content-Length", each) for each in said)) + reply.body)


class NoLength(WireFault, tag="no_length"):
    """Neither length nor chunks: the body ends when the connection does; with `cut` after half of it."""

    cut: bool = False

    async def act(self, reply: Reply, wire: Wire) -> None:
        """A body nobody can tell is whole."""
        wire.write(head(reply, ("Connection", "close")) + (_half(reply.body) if self.cut else reply.body))


class CutChunk(WireFault, tag="cut_chunk"):
    """A chunked body, closed in the middle of a chunk."""

    async def act(self, reply: Reply, wire: Wire) -> None:
        """The size of a chunk, and half of it."""
        wire.write(head(reply, ("Transfer-Encoding", "chunked")) + b"%x\r\n" % len(reply.body) + _half(reply.body))


class HangUp(WireFault, tag="hang_up"):
    """A good answer, after which the connection is closed though nothing said so: the next call on it is lost."""

    async def act(self, reply: Reply, wire: Wire) -> None:
        """The whole answer."""
        wire.write(_whole_head(reply) + reply.body)


async def _silence(wire: Wire) -> None:
    await wire.is_left()


def _whole_head(reply: Reply) -> bytes:
    return head(reply, ("Content-Length", len(reply.body)))


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]
