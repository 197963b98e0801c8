"""The province's one-stop portal: two doors, the dossier search, two lists and what is told to it."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import credentials
from sandbox.guide import Guide
from sandbox.portal import Portal
from sandbox.province.doors import get_token, keycloak_token, portal_error, refuse_without_token
from sandbox.province.filed import FILED_PATH, FiledElsewhere
from sandbox.province.guide import PROVINCE_GUIDE, TOKEN_PATH
from sandbox.province.lists import agency_record, procedure_record
from sandbox.province.paging import BadRequest, page_reply, page_request
from sandbox.province.record import render
from sandbox.province.search import Search, question
from sandbox.province.told import TOLD_PATH, keep_told, told_codes
from sandbox.pushes.store import Pushes
from sandbox.reply import Reply, encode
from sandbox.transport.record import transport_dossiers
from sandbox.world.standing import find_standing
from sandbox.world.world import World


class ProvincePortal(Portal):
    """Speaks the contract of iGate 2; `dossiers` is the size of its list, by which a ministry's is measured."""

    guide: Guide = PROVINCE_GUIDE

    def __init__(self, world: World, session_seconds: float, dossiers: int) -> None:
        super().__init__(world, session_seconds)
        self._search = Search(world)
        self._elsewhere = transport_dossiers(world, dossiers)
        self._filed = FiledElsewhere(world.dossiers, self._search)
        self.told = self.pushes = Pushes(world.day)
        world.each_time(lambda: self.told.pass_to(world.day))

    def connection(self) -> dict[str, Any]:
        """A user of the public client."""
        extra = {"client_id": credentials.PROVINCE_CLIENT, "client_secret": credentials.PROVINCE_SECRET}
        return {"login": credentials.PROVINCE_USERNAME, "password": credentials.PROVINCE_PASSWORD, "extra": extra}

    def routes(self) -> list[Route]:
        """Doors and lists, and where states are told."""
        return [
            Route(TOKEN_PATH, self.token, methods=["POST"]),
            Route("/pa/v2/getToken", self.second_door, methods=["POST"]),
            Route("/pa/dossier/search", self.dossiers),
            Route("/bd/procedure", self.procedures),
            Route("/ba/agency", self.agencies),
            Route(TOLD_PATH, self.tell, methods=["POST"]),
            Route(FILED_PATH, self.file, methods=["POST"]),
        ]

    async def token(self, request: Request) -> Response:
        """The Keycloak token address of realm `digo`."""
        body, authorization = await request.body(), request.headers.get("authorization", "")
        return await self.serve(request.url.path, request, lambda: keycloak_token(self.sessions, body, authorization))

    async def second_door(self, request: Request) -> Response:
        """The getToken of newer builds."""
        body = await request.body()
        return await self.serve(request.url.path, request, lambda: get_token(self.sessions, body))

    async def dossiers(self, request: Request) -> Response:
        """GET /pa/dossier/search."""
        return await self._guarded(request, lambda: self._dossier_page(request))

    async def procedures(self, request: Request) -> Response:
        """GET /bd/procedure."""
        records = self.world.local
        return await self._guarded(
            request, lambda: _page(request, [procedure_record(local, self.world.agencies) for local in records])
        )

    async def agencies(self, request: Request) -> Response:
        """GET /ba/agency."""
        agencies = self.world.agencies
        return await self._guarded(
            request, lambda: _page(request, [agency_record(agency, agencies) for agency in agencies.all])
        )

    async def tell(self, request: Request) -> Response:
        """POST /pa/api-integration/--status."""
        body = await request.body()
        return await self._guarded(request, lambda: keep_told(self._knows, self.told, body), told_codes(body))

    async def file(self, request: Request) -> Response:
        """POST /_sandbox/filed."""
        return self._filed.order(await request.body()).response()

    async def _guarded(
        self, request: Request, answer: Callable[[], Reply], codes: Sequence[str] | None = None
    ) -> Response:
        """Asks for a bearer token first, and turns a bad parameter into the product's own error."""

        def checked() -> Reply:
            """The answer, or why there is none."""
            try:
                return refuse_without_token(self.sessions, request.headers.get("authorization", "")) or answer()
            except BadRequest as problem:
                return portal_error(400, "Bad Request", str(problem))

        return await self.serve(request.url.path, request, checked, codes)

    def _knows(self, code: str) -> bool:
        """Whether a dossier is here: one of the province's own, or one that the transport ministry handles."""
        return find_standing(self.world, code) is not None or self._elsewhere.find(code) is not None

    def _dossier_page(self, request: Request) -> Reply:
        asked = page_request(request.query_params)
        found = self._search.find(question(request.query_params))
        return page_reply(asked, [self._record(index) for index in asked.cut(found)], len(found))

    def _record(self, index: int) -> bytes:
        dossiers = self.world.dossiers
        body = dossiers.rendered[index]
        if body is None:
            life = dossiers.life(index)
            body = render(life, dossiers.stage[index], self.world.seed, self._filed.code(life.code))
            dossiers.rendered[index] = body
        return body


def _page(request: Request, records: list[dict[str, object]]) -> Reply:
    asked = page_request(request.query_params)
    chosen = asked.cut(range(len(records)))
    return page_reply(asked, [encode(records[index]) for index in chosen], len(records))
