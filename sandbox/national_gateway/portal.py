"""The vendor's gateway: GetToken, and one address for each operation."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.national_gateway.door import CLIENT, SECRET, UNIT, get_token, refuse_strangers
from sandbox.national_gateway.guide import BASE, GATEWAY_GUIDE
from sandbox.national_gateway.operations import OPERATIONS
from sandbox.portal import Portal
from sandbox.reply import Reply


class NationalGatewayPortal(Portal):
    """Speaks the contract of a ministry's VNPT gateway; the ledger counts by operation."""

    guide: Guide = GATEWAY_GUIDE

    def connection(self) -> dict[str, Any]:
        """The ministry's client; its code is the login, sent in the header MaDonVi."""
        return {"login": UNIT, "password": SECRET, "extra": {"client_id": CLIENT, "client_secret": SECRET}}

    def routes(self) -> list[Route]:
        """GetToken and the operations."""
        operations = [Route(f"{BASE}/{name}", self.operation) for name in OPERATIONS]
        return [Route(f"{BASE}/GetToken", self.token, methods=["POST"]), *operations]

    async def token(self, request: Request) -> Response:
        """POST GetToken."""
        body = await request.body()
        return await self.serve("GetToken", request, lambda: get_token(self.sessions, body))

    async def operation(self, request: Request) -> Response:
        """GET an operation, parameters in the query."""
        name = request.url.path.rpartition("/")[2]
        return await self.serve(name, request, lambda: self._answer(name, request))

    def _answer(self, name: str, request: Request) -> Reply:
        stranger = refuse_strangers(self.sessions, request.headers)
        return stranger or OPERATIONS[name](self.world, dict(request.query_params))
