"""Misbehaviour with an orderly HTTP answer: a login page, an error, nothing, a redirect, any body at all, late, half."""

import asyncio
from typing import Annotated

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.misbehaviour.fault import Call, Count, Fault, Seconds
from sandbox.reply import Reply, encode

LOGIN_PAGE = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Đăng nhập hệ thống</title></head>
<body><h1>Đăng nhập</h1><form method="post"><input name="username"><input name="password" type="password">
<button>Đăng nhập</button></form></body></html>"""


class HtmlLogin(Fault, tag="html_login"):
    """The login page with status 200, as when a session ended behind a single sign-on."""

    async def respond(self, _call: Call) -> Response:
        """The page."""
        return Reply(LOGIN_PAGE.encode(), media="text/html;charset=UTF-8").response()


class Empty(Fault, tag="empty"):
    """Status 200 and nothing."""

    async def respond(self, _call: Call) -> Response:
        """Nothing."""
        return Reply(b"").response()


class Status(Fault, tag="status"):
    """An error status; `retry_after` (seconds) or `retry_after_text` (a date, or anything) says when to come back."""

    status: Annotated[int, msgspec.Meta(ge=400, le=599)] = 503
    retry_after: Count | None = None
    retry_after_text: str | None = None

    async def respond(self, _call: Call) -> Response:
        """The error."""
        wait = self.retry_after_text if self.retry_after is None else str(self.retry_after)
        headers = {} if wait is None else {"Retry-After": wait}
        body = {"title": "Dịch vụ tạm thời gián đoạn", "errors": "sandbox fault", "status": self.status}
        return Reply(encode(body), self.status, headers=headers).response()


class Slow(Fault, tag="slow"):
    """The good answer, `seconds` late."""

    seconds: Seconds = 0.0

    async def respond(self, call: Call) -> Response:
        """The good answer, after a while."""
        await asyncio.sleep(self.seconds)
        return call.do().response()


class Redirect(Fault, tag="redirect"):
    """Sends the client to `location`, wherever that is."""

    location: str
    status: Annotated[int, msgspec.Meta(ge=301, le=308)] = 302

    async def respond(self, _call: Call) -> Response:
        """The redirect, not touching a character of the location."""
        return Reply(b"", self.status, headers={"Location": self.location}).response()


class Body(Fault, tag="body"):
    """Any answer at all: `body` (text) or `base64` (bytes), of a media type, with a status and headers."""

    body: str = ""
    base64: bytes = b""
    media: str = "application/json;charset=UTF-8"
    status: Annotated[int, msgspec.Meta(ge=200, le=599)] = 200
    headers: dict[str, str] = msgspec.field(default_factory=dict)

    async def respond(self, _call: Call) -> Response:
        """What was given."""
        return Reply(self.base64 or self.body.encode(), self.status, self.media, self.headers).response()


class Truncated(Fault, tag="truncated"):
    """Promises the whole answer in Content-Length, sends half of it and ends the connection."""

    async def respond(self, call: Call) -> Response:
        """Half an answer."""
        reply = call.whole()
        return HalfResponse(reply.body, reply.status, reply.headers, reply.media)


class HalfResponse(Response):
    """Leaves its body unfinished; the server then closes the connection."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Sends the head and half of the body."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
