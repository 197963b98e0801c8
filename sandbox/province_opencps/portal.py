"""The OpenCPS one-stop system: dossiers, their changes, procedures."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.portal import Portal
from sandbox.province_opencps.door import GROUP_ID, PASSWORD, TOKEN, USERNAME, opencps_error, refuse_strangers
from sandbox.province_opencps.feed import Feed
from sandbox.province_opencps.guide import BASE, OPENCPS_GUIDE
from sandbox.province_opencps.paging import BadRequest, asked_range, list_reply
from sandbox.province_opencps.record import FIRST_ID, detail_record, list_record
from sandbox.province_opencps.search import Search, question
from sandbox.province_opencps.services import service_record
from sandbox.reply import Reply, encode, json_reply
from sandbox.world.shelf import Shelf
from sandbox.world.standing import stand
from sandbox.world.world import World


class OpencpsPortal(Portal):
    """Speaks /o/rest/v2; the ledger counts by path."""

    guide: Guide = OPENCPS_GUIDE

    def __init__(self, world: World, session_seconds: float) -> None:
        super().__init__(world, session_seconds)
        self._search = Search(world)
        self._shelf = Shelf(world, lambda dossier, index: encode(list_record(dossier, index)))
        self._feed = Feed(world)

    def connection(self) -> dict[str, Any]:
        """A user of the site, and the token that does as well."""
        extra = {"token": TOKEN, "group_id": GROUP_ID}
        return {"login": USERNAME, "password": PASSWORD, "extra": extra}

    def routes(self) -> list[Route]:
        """Lists, and one dossier."""
        answers: dict[str, Callable[[Request], Reply]] = {
            "/dossiers": self._dossiers,
            "/dossiers/{number}": self._dossier,
            "/dossiersyncs": self._changes,
            "/serviceinfos": self._services,
        }
        return [Route(BASE + path, self._door(BASE + path, answer)) for path, answer in answers.items()]

    def _door(self, name: str, answer: Callable[[Request], Reply]) -> Callable[[Request], Any]:
        """An address: asks who is there, and turns a bad parameter into the product's own error."""

        async def call(request: Request) -> Response:
            """One call."""
            return await self.serve(name, request, lambda: _checked(request, answer))

        return call

    def _dossiers(self, request: Request) -> Reply:
        asked = asked_range(request.query_params)
        found = self._search.find(question(request.query_params))
        return list_reply([self._shelf.record(index) for index in asked.cut(found)], len(found))

    def _dossier(self, request: Request) -> Reply:
        text = request.path_params["number"]
        index = int(text) - FIRST_ID if text.isdecimal() else -1
        if not 0 <= index < len(self.world.dossiers):
            return opencps_error(404, "Not found", f"dossierId: {text}")
        return json_reply(detail_record(stand(self.world, index), index))

    def _changes(self, request: Request) -> Reply:
        asked = asked_range(request.query_params)
        found = self._feed.entries(request.query_params.get("action", ""))
        return list_reply([encode(self._feed.entry(number)) for number in asked.cut(found)], len(found))

    def _services(self, request: Request) -> Reply:
        asked, world = asked_range(request.query_params), self.world
        places = asked.cut(range(len(world.local)))
        records = [encode(service_record(world.local[place], place, world.agencies)) for place in places]
        return list_reply(records, len(world.local))


def _checked(request: Request, answer: Callable[[Request], Reply]) -> Reply:
    try:
        return refuse_strangers(request.headers) or answer(request)
    except BadRequest as problem:
        return opencps_error(400, "Bad Request", str(problem))
