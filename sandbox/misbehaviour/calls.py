"""What stands around a portal: reads the header that orders a fault, and keeps each good answer."""

import msgspec
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.faults import CURRENT, CurrentCall, Faults, header_fault
from sandbox.reply import Reply, json_reply

LARGEST_KEPT = 4_000_000
"""Bytes of an answer; a larger one is not kept."""


class Attended:
    """A portal's application, with an eye on its calls."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the portal answer; a header that makes no sense is answered with 422."""
        try:
            call = CurrentCall(header_fault(Headers(scope=scope)))
        except msgspec.DecodeError as problem:
            refusal = json_reply({"error": f"cannot take this order: {problem}"}, 422).response()
            await refusal(scope, receive, send)
            return
        CURRENT.set(call)
        copy = Copy(send)
        await self._app(scope, receive, copy)
        answer = copy.reply()
        if call.name is not None and not call.is_spoiled and answer is not None:
            self._faults.remember(call.name, answer)


class Copy:
    """Sends an answer on and keeps a copy of it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body: list[bytes] = []
        self._size = 0

    async def __call__(self, message: Message) -> None:
        """One message of the web server's protocol."""
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._keep(message.get("body", b""))
        await self._send(message)

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size <= LARGEST_KEPT:
            self._body.append(piece)
        else:
            self._body.clear()

    def reply(self) -> Reply | None:
        """The answer, unless it was too large or none came."""
        if self._start is None or self._size > LARGEST_KEPT:
            return None
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._start["headers"]}
        media = headers.pop("content-type", "")
        headers.pop("content-length", None)
        return Reply(b"".join(self._body), self._start["status"], media, headers)
