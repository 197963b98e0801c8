"""The national portal behind its adapter: login and one address for every service."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.credentials import NATIONAL_PASSWORD, NATIONAL_PROVIDER, NATIONAL_USERNAME
from sandbox.guide import Guide
from sandbox.national.envelope import SESSION_OVER, SUCCESS, code_for, key_of, refusal, refused, success
from sandbox.national.guide import NATIONAL_GUIDE
from sandbox.national.problems import Refused
from sandbox.national.pushing import pushed_codes
from sandbox.national.services import INTEGRATION, SERVICES, SHARE, Service
from sandbox.portal import Portal
from sandbox.reply import Reply, json_reply
from sandbox.world.world import World

ADAPTERS = ("/XrdAdapter/RestService/forward", "/VXPAdapter/RestService/forward")
# Which services an address knows: some units were given one address for all, some two.
ADDRESSES: Mapping[str, Mapping[str, Service]] = {"g": SERVICES, "share": SHARE, "integration": INTEGRATION}


class NationalPortal(Portal):
    """Speaks the forward contract of the Xrd and the VXP adapter alike."""

    guide: Guide = NATIONAL_GUIDE

    def __init__(self, world: World, session_seconds: float) -> None:
        super().__init__(world, session_seconds)
        self.pushes = world.pushes

    def connection(self) -> dict[str, Any]:
        """User and password of the province's adapter."""
        return {
            "login": NATIONAL_USERNAME,
            "password": NATIONAL_PASSWORD,
            "extra": {"dstcode": NATIONAL_PROVIDER},
        }

    def routes(self) -> list[Route]:
        """Login and services under both adapters."""
        logins = [Route(f"{adapter}/mapi/login", self.login, methods=["POST"]) for adapter in ADAPTERS]
        paths = [f"{adapter}/mapi/{address}" for adapter in ADAPTERS for address in ADDRESSES]
        return logins + [Route(path, self.call, methods=["POST"]) for path in paths]

    async def login(self, request: Request) -> Response:
        """mapi/login: username and password for a session."""
        body = _read(await request.body())
        return await self.serve("login", request, lambda: _misdirected(request, body) or self._login(body or {}))

    async def call(self, request: Request) -> Response:
        """mapi/g, mapi/share, mapi/integration: a service, named in the body."""
        body = _read(await request.body())
        known = ADDRESSES[request.url.path.rpartition("/")[2]]
        said = body or {}
        name = str(said.get("service", ""))
        return await self.serve(
            name,
            request,
            lambda: _misdirected(request, body) or self._call(known, name, said),
            pushed_codes(name, said),
        )

    def _login(self, body: dict[str, Any]) -> Reply:
        key = b"login"
        if (body.get("username"), body.get("password")) != (NATIONAL_USERNAME, NATIONAL_PASSWORD):
            return refusal(key, 1, "Tên đăng nhập hoặc mật khẩu không đúng")
        return json_reply({"error_code": code_for(key, 0), "message": SUCCESS, "session": self.sessions.open()})

    def _call(self, known: Mapping[str, Service], name: str, body: dict[str, Any]) -> Reply:
        key = key_of(body)
        if not self.sessions.is_valid(body.get("session")):
            return refusal(key, -1, SESSION_OVER)
        if not body.get("madonvi"):
            return refusal(key, 1, "Thiếu mã đơn vị (madonvi)")
        service = known.get(name)
        if service is None:
            return refusal(key, 1, f"Dịch vụ không tồn tại: {name}")
        try:
            return success(key, service(self.world, body))
        except Refused as problem:
            return refused(key, problem)


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        return None


def _misdirected(request: Request, body: dict[str, Any] | None) -> Reply | None:
    """The adapter's own refusal: it does not know where to forward, or cannot read what."""
    wanted = request.query_params.get("dstcode") or request.headers.get("dstcode")
    if wanted != NATIONAL_PROVIDER:
        return refusal(b"dstcode", -1, "Không xác định được đơn vị cung cấp dịch vụ (dstcode)", 400)
    return refusal(b"json", -1, "Dữ liệu gửi lên không phải là đối tượng JSON", 400) if body is None else None
