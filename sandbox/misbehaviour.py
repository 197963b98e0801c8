"""How each kind of fault spoils a good answer."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.faults import Fault
from sandbox.reply import Reply, encode

LOGIN_PAGE = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Đăng nhập hệ thống</title></head>
<body><h1>Đăng nhập</h1><form method="post"><input name="username"><input name="password" type="password">
<button>Đăng nhập</button></form></body></html>"""


class TruncatedResponse(Response):
    """Promises the whole body in Content-Length, sends half of it and cuts the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leaves the body unfinished; the server then closes the connection."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


async def misbehave(fault: Fault, answer: Callable[[], Reply]) -> Response:
    """The spoiled answer of a call."""
    if fault.kind == "html_login":
        return Reply(LOGIN_PAGE.encode(), media="text/html;charset=UTF-8").response()
    if fault.kind == "empty":
        return Reply(b"").response()
    if fault.kind == "status":
        return _status(fault)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return answer().response()
    reply = answer()
    if fault.kind == "truncated":
        return TruncatedResponse(reply.body, reply.status, reply.headers, reply.media)
    return Reply(_rewritten(fault, reply.body), reply.status, reply.media, reply.headers).response()


def _status(fault: Fault) -> Response:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    body = {"title": "Dịch vụ tạm thời gián đoạn", "errors": "sandbox fault", "status": fault.status}
    return Reply(encode(body), fault.status, headers=headers).response()


def _rewritten(fault: Fault, body: bytes) -> bytes:
    """The body with fields of some records overwritten, added or removed; other records stay as they are."""
    page = msgspec.json.decode(body)
    records = page if isinstance(page, list) else page.get("content", page.get("result"))
    if not isinstance(records, list):
        return body
    for index, changes in fault.records.items():
        for path, value in changes.items():
            _set(records, [index, *path.split(".")], value)
    for index, paths in fault.remove.items():
        for path in paths:
            _remove(records, [index, *path.split(".")])
    return encode(page)


def _step(holder: Any, key: str) -> Any:
    """The thing under a key or a list index, or None when there is none."""
    if isinstance(holder, list):
        return holder[int(key)] if key.isdigit() and int(key) < len(holder) else None
    return holder.get(key) if isinstance(holder, dict) else None


def _set(holder: Any, path: list[str], value: Any) -> None:
    for place, key in enumerate(path[:-1]):
        inner = _step(holder, key)
        if inner is None and place and isinstance(holder, dict):
            inner = holder[key] = {}
        holder = inner
    if isinstance(holder, dict):
        holder[path[-1]] = value
    elif _step(holder, path[-1]) is not None:
        holder[int(path[-1])] = value


def _remove(holder: Any, path: list[str]) -> None:
    for key in path[:-1]:
        holder = _step(holder, key)
    if isinstance(holder, dict):
        holder.pop(path[-1], None)
