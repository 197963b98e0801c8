"""Mistakes of ours: logged by their class and the places they went through, never by their text, which may quote a request or a row."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import walk_tb

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.log import log
from gateway.serve import problems
from gateway.serve.pages.refused import refused


class Caught:
    """Around everything else: what comes through to the server, the server prints with its text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call. An answer that has begun is broken off, which the server does to one that is not whole."""
        is_begun = False

        async def noted(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:  # noqa: BLE001  # whatever it is
            log.error("fault", error=type(error).__name__, frames=list(_frames(error)))
            if not is_begun:
                await refused(Request(scope), problems.fault())(scope, receive, send)


def _frames(error: BaseException) -> Iterator[str]:
    """File, line and function, from the outermost; then those of what it came from."""
    for frame, line in walk_tb(error.__traceback__):
        yield f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield f"from {type(cause).__name__}"
        yield from _frames(cause)
