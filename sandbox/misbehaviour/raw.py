"""Answers written on the connection itself, past the web server, which would never send them."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from http.client import responses
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from sandbox.reply import Reply

TRANSPORT = "sandbox.transport"
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: close by RST, forgetting what was not sent."""

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as _Protocol
else:
    _Protocol = AutoHTTPProtocol


class OpenProtocol(_Protocol):
    """The web server's own protocol, which also tells the application which connection a call came on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Puts the connection into the state that every call carries."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class Wire:
    """One call's connection."""

    def __init__(self, transport: asyncio.Transport, receive: Receive) -> None:
        self._transport = transport
        self._receive = receive

    def write(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self._transport.write(data)

    def reset(self) -> None:
        """Ends the connection with RST."""
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self._transport.abort()

    async def is_left(self, seconds: float | None = None) -> bool:
        """Waits (None: for ever) for the connection to end; False when it did not."""
        try:
            async with asyncio.timeout(seconds):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            return False
        return True

    async def drip(self, data: bytes, seconds: float) -> None:
        """Sends byte by byte with a pause after each, as long as the client stays."""
        for place in range(len(data)):
            self.write(data[place : place + 1])
            if await self.is_left(seconds):
                return


class RawResponse(Response):
    """Lets an act have the connection, then ends it: in the usual way, or at once when the sandbox itself ends."""

    def __init__(self, act: Callable[[Wire], Awaitable[None]]) -> None:
        super().__init__()
        self._act = act

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """Returns when the connection is gone, so that the web server adds nothing."""
        transport = scope["state"][TRANSPORT]
        wire = Wire(transport, receive)
        try:
            await self._act(wire)
            transport.close()
            await wire.is_left()
        finally:
            transport.abort()


def head(reply: Reply, *fields: tuple[str, object]) -> bytes:
    """Status line and headers of an answer with further fields, up to and with the empty line.

    Its length is not among them unless a field says it.
    """
    first = [("Date", formatdate(usegmt=True)), ("Content-Type", reply.media), *reply.headers.items()]
    lines = [f"HTTP/1.1 {reply.status} {responses.get(reply.status, '')}"]
    lines += [f"{name}: {value}" for name, value in (*first, *fields)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
