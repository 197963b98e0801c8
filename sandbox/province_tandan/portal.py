"""The Tân Dân one-stop system: dossiers and procedures, asked in the query or in a JSON body."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.portal import Portal
from sandbox.province_tandan.door import API_KEY, UNIT, refuse_strangers, tandan_error
from sandbox.province_tandan.guide import BASE, TANDAN_GUIDE
from sandbox.province_tandan.listing import Listing, asked_order
from sandbox.province_tandan.paging import BadRequest, page_reply, page_request
from sandbox.province_tandan.record import dossier_record, procedure_record
from sandbox.reply import Reply, encode
from sandbox.world.shelf import Shelf
from sandbox.world.world import World

Parameters = Mapping[str, Any]


class TandanPortal(Portal):
    """Speaks /api/v1; the ledger counts by path."""

    guide: Guide = TANDAN_GUIDE

    def __init__(self, world: World, session_seconds: float) -> None:
        super().__init__(world, session_seconds)
        self._listing = Listing(world)
        self._shelf = Shelf(world, lambda dossier, index: encode(dossier_record(dossier, index)))

    def connection(self) -> dict[str, Any]:
        """The unit and its key; there is no session."""
        return {"login": UNIT, "password": API_KEY, "extra": {"api_key": API_KEY}}

    def routes(self) -> list[Route]:
        """Two lists, each asked in two ways."""
        return [
            Route(f"{BASE}/hoso", self._door(self._dossiers)),
            Route(f"{BASE}/hoso/search", self._door(self._dossiers), methods=["POST"]),
            Route(f"{BASE}/thutuc", self._door(self._procedures)),
            Route(f"{BASE}/thutuc/search", self._door(self._procedures), methods=["POST"]),
        ]

    def _door(self, answer: Callable[[Parameters], Reply]) -> Callable[[Request], Any]:
        """An address: asks who is there, and turns a bad parameter into the product's own error."""

        async def call(request: Request) -> Response:
            """One call."""
            body = await request.body()
            return await self.serve(request.url.path, request, lambda: _checked(request, body, answer))

        return call

    def _dossiers(self, parameters: Parameters) -> Reply:
        asked, everything = page_request(parameters), self._listing.ordered(asked_order(parameters))
        return page_reply(asked, [self._shelf.record(index) for index in asked.cut(everything)], len(everything))

    def _procedures(self, parameters: Parameters) -> Reply:
        asked, everything = page_request(parameters), self.world.local
        records = [encode(procedure_record(local, self.world.agencies)) for local in asked.cut(everything)]
        return page_reply(asked, records, len(everything))


def _checked(request: Request, body: bytes, answer: Callable[[Parameters], Reply]) -> Reply:
    try:
        return refuse_strangers(request.headers) or answer(_parameters(request, body))
    except BadRequest as problem:
        return tandan_error(400, str(problem))


def _parameters(request: Request, body: bytes) -> Parameters:
    if request.method != "POST":
        return request.query_params
    try:
        return msgspec.json.decode(body or b"{}", type=dict[str, Any])
    except msgspec.DecodeError:
        raise BadRequest("body") from None
