"""The provincial proxy: a token address, and one address for each operation."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.national.pushing import codes_of
from sandbox.national_proxy.door import API_KEY, CLIENT, SECRET, give_token, refuse_strangers
from sandbox.national_proxy.guide import BASE, PROXY_GUIDE
from sandbox.national_proxy.operations import OPERATIONS
from sandbox.national_proxy.pushing import PUSHES, push, read
from sandbox.portal import Portal
from sandbox.reply import Reply
from sandbox.world.world import World


class NationalProxyPortal(Portal):
    """Speaks the contract of KetNoiMotCuaQuocGia as Thanh Hoá has it; the ledger counts by operation."""

    guide: Guide = PROXY_GUIDE

    def __init__(self, world: World, session_seconds: float) -> None:
        super().__init__(world, session_seconds)
        self.pushes = world.pushes

    def connection(self) -> dict[str, Any]:
        """A client of the token address; who would rather not sign in sends the key."""
        extra = {"client_id": CLIENT, "client_secret": SECRET, "api_key": API_KEY}
        return {"login": CLIENT, "password": SECRET, "extra": extra}

    def routes(self) -> list[Route]:
        """The token address, the operations, and those that take dossiers."""
        operations = [Route(f"{BASE}/{name}", self.operation) for name in OPERATIONS]
        pushes = [Route(f"{BASE}/{name}", self.push, methods=["POST"]) for name in PUSHES]
        return [Route("/token", self.token, methods=["POST"]), *operations, *pushes]

    async def token(self, request: Request) -> Response:
        """POST /token."""
        body, authorization = await request.body(), request.headers.get("authorization", "")
        return await self.serve("token", request, lambda: give_token(self.sessions, body, authorization))

    async def operation(self, request: Request) -> Response:
        """GET /KetNoiMotCuaQuocGia/…, parameters in the query."""
        name = request.url.path.rpartition("/")[2]
        return await self.serve(name, request, lambda: self._answer(name, request))

    async def push(self, request: Request) -> Response:
        """POST /KetNoiMotCuaQuocGia/…, the batch as the body."""
        name, data = request.url.path.rpartition("/")[2], read(await request.body())

        def answer() -> Reply:
            """The door first."""
            return refuse_strangers(self.sessions, request.headers) or push(self.world, name, data)

        return await self.serve(name, request, answer, codes_of(data))

    def _answer(self, name: str, request: Request) -> Reply:
        stranger = refuse_strangers(self.sessions, request.headers)
        return stranger or OPERATIONS[name](self.world, dict(request.query_params))
