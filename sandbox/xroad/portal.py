"""The security server of the exchange: one REST service and one SOAP service of the province, for one known client."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.reply import Reply, json_reply
from sandbox.soap.message import Call, SoapFault, answer
from sandbox.soap.portal import SoapPortal
from sandbox.world.world import World
from sandbox.xroad.agencies import list_agencies
from sandbox.xroad.dossiers import DossierService
from sandbox.xroad.failure import UNKNOWN_SERVICE, ExchangeFailure
from sandbox.xroad.guide import EXCHANGE_PATH, XROAD_GUIDE
from sandbox.xroad.names import AGENCIES, CLIENT, DOSSIERS, PROVIDER
from sandbox.xroad.orders import ExchangeOrder, Misdeed, fail
from sandbox.xroad.rest import RestRequest, exchanged, read_request
from sandbox.xroad.soap import answer_header, check_header

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
BROKEN = "Dịch vụ của bên cung cấp tạm thời gián đoạn"


class XroadPortal(SoapPortal):
    """Speaks the X-Road message protocols for REST (r1) and for SOAP (4.0)."""

    guide: Guide = XROAD_GUIDE
    wsdl = "xroad/agencies.wsdl"
    path = "/"

    def __init__(self, world: World, session_seconds: float) -> None:
        super().__init__(world, session_seconds)
        self._dossiers = DossierService(world)
        self._order = ExchangeOrder("good")

    def connection(self) -> dict[str, Any]:
        """Who the client is, and whom it may ask."""
        return {"extra": {"client": CLIENT, "service": PROVIDER}}

    def routes(self) -> list[Route]:
        """Both protocols; the page at GET / stays the status page."""
        return [
            Route("/r1/{rest:path}", self.rest, methods=METHODS),
            Route("/", self.soap, methods=["POST"]),
            Route("/wsdl", self.describe),
            Route(EXCHANGE_PATH, self.order, methods=["POST"]),
        ]

    async def rest(self, request: Request) -> Response:
        """/r1/…: counted under the service code."""
        asked = await read_request(request)
        return await self.serve(asked.name, request, lambda: self._rest(asked))

    async def order(self, request: Request) -> Response:
        """POST /_sandbox/exchange: how the next calls go."""
        try:
            self._order = msgspec.json.decode(await request.body(), type=ExchangeOrder)
        except msgspec.DecodeError as problem:
            return json_reply({"error": f"cannot take this order: {problem}"}, 422).response()
        return json_reply({"answer": self._order.answer, "times": self._order.times}).response()

    def answer(self, call: Call, body: bytes) -> Reply:
        """One SOAP call; failures of the exchange and of the provider are both faults, told apart by their codes."""
        misdeed = self._order.take()
        try:
            check_header(call)
            if call.name != AGENCIES:
                raise ExchangeFailure(UNKNOWN_SERVICE, f"Not a SOAP service: {call.name}")
            fail(misdeed)
        except ExchangeFailure as failure:
            raise failure.soap() from None
        if misdeed == "provider_error":
            raise SoapFault("soap:Server", BROKEN)
        return answer(list_agencies(self.world, call), answer_header(call, body, misdeed))

    def _rest(self, asked: RestRequest) -> Reply:
        misdeed = self._order.take()
        return exchanged(asked, misdeed, lambda: self._provided(asked, misdeed))

    def _provided(self, asked: RestRequest, misdeed: Misdeed) -> Reply:
        """What the provider itself answers."""
        if misdeed == "provider_error":
            return json_reply({"status": 500, "error": BROKEN}, 500)
        if asked.service[-1] != DOSSIERS or asked.method != "GET":
            return json_reply({"status": 405, "error": "Phương thức không được hỗ trợ"}, 405)
        return self._dossiers.answer(asked.path, asked.query)
