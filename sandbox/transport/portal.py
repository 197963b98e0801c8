"""The transport ministry's one-stop system: a token, two headers, one list by day of receipt."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.ministry.dates import day_from_vietnamese
from sandbox.ministry.problem import BadCall
from sandbox.ministry.wso2 import TOKEN_PATH, invalid_credentials, is_bearer_good, token
from sandbox.portal import Portal
from sandbox.reply import Reply, json_reply
from sandbox.transport.credentials import API_KEY, CLIENT, UNIT
from sandbox.transport.guide import LIST, TRANSPORT_GUIDE
from sandbox.transport.record import agency_of, record, transport_dossiers
from sandbox.world.world import World

LONGEST_WINDOW = 3
EVERYTHING = -1


class TransportPortal(Portal):
    """Speaks the contract of apiGTVT; `dossiers` is the size of the province's list."""

    guide: Guide = TRANSPORT_GUIDE

    def __init__(self, world: World, session_seconds: float, dossiers: int) -> None:
        super().__init__(world, session_seconds)
        self._dossiers = transport_dossiers(world, dossiers)

    def connection(self) -> dict[str, Any]:
        """The unit's code as login (header MaDonVi), the key of header ApiKey, and the platform's client."""
        extra = {"client_id": CLIENT.id, "client_secret": CLIENT.secret, "api_key": API_KEY}
        return {"login": UNIT, "password": CLIENT.secret, "extra": extra}

    def routes(self) -> list[Route]:
        """The token and the list."""
        return [Route(TOKEN_PATH, self.token, methods=["POST"]), Route(LIST, self.dossiers)]

    async def token(self, request: Request) -> Response:
        """POST /token."""
        body, authorization = await request.body(), request.headers.get("authorization", "")
        return await self.serve(request.url.path, request, lambda: token(self.sessions, CLIENT, body, authorization))

    async def dossiers(self, request: Request) -> Response:
        """GET danhsachhoso: dossiers of one agency received in a window of days, both inclusive."""
        return await self.serve(request.url.path, request, lambda: self._answer(request))

    def _answer(self, request: Request) -> Reply:
        headers = request.headers
        if not is_bearer_good(self.sessions, headers.get("authorization", "")):
            return invalid_credentials()
        if (headers.get("MaDonVi"), headers.get("ApiKey")) != (UNIT, API_KEY):
            return _refused(403, "MaDonVi hoặc ApiKey không hợp lệ")
        try:
            return self._list(request.query_params)
        except BadCall as problem:
            return _refused(400, str(problem))

    def _list(self, query: Mapping[str, str]) -> Reply:
        agency, (first, last) = query.get("GovAgencyCode", ""), _window(query)
        if not agency:
            raise BadCall("GovAgencyCode")
        received = self._dossiers.between(first, last, lambda dossier: dossier.received_at)
        found = [dossier for dossier in received if agency_of(dossier) == agency]
        return json_reply({"total": len(found), "data": [record(dossier) for dossier in found[_part(query)]]})


def _part(query: Mapping[str, str]) -> slice:
    """From record Start up to, without, record End; -1 and -1 for everything."""
    start, end = _whole(query, "Start"), _whole(query, "End")
    if (start, end) == (EVERYTHING, EVERYTHING):
        return slice(None)
    if not 0 <= start <= end:
        raise BadCall("Start, End")
    return slice(start, end)


def _window(query: Mapping[str, str]) -> tuple[int, int]:
    try:
        first, last = (day_from_vietnamese(query.get(name, "")) for name in ("ReceiveFromDate", "ReceiveToDate"))
    except ValueError:
        raise BadCall("ReceiveFromDate, ReceiveToDate: dd/MM/yyyy") from None
    if not first <= last < first + LONGEST_WINDOW:
        raise BadCall(f"ReceiveFromDate, ReceiveToDate: tối đa {LONGEST_WINDOW} ngày")
    return first, last


def _whole(query: Mapping[str, str], name: str) -> int:
    try:
        return int(query.get(name, str(EVERYTHING)))
    except ValueError:
        raise BadCall(name) from None


def _refused(status: int, message: str) -> Reply:
    return json_reply({"code": status, "message": message}, status)
