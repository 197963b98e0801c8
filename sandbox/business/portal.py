"""The business registration: a token, a list by day of receipt, one dossier."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.business.credentials import CLIENT
from sandbox.business.guide import BUSINESS_GUIDE, LIST, ONE
from sandbox.business.record import belongs, detailed, journal_number, listed
from sandbox.guide import Guide
from sandbox.ministry.dates import day_from_vietnamese
from sandbox.ministry.dossiers import MinistryDossiers, share_of
from sandbox.ministry.problem import BadCall
from sandbox.ministry.wso2 import TOKEN_PATH, invalid_credentials, is_bearer_good, token
from sandbox.portal import Portal
from sandbox.reply import Reply, json_reply
from sandbox.world.world import World

LONGEST_WINDOW = 5
USUAL_LIMIT, LARGEST_LIMIT = 50, 500
Service = Callable[[Mapping[str, str]], Reply]


class BusinessPortal(Portal):
    """Speaks the contract of apiCSDLDKDN; `dossiers` is the size of the province's list."""

    guide: Guide = BUSINESS_GUIDE

    def __init__(self, world: World, session_seconds: float, dossiers: int) -> None:
        super().__init__(world, session_seconds)
        self._dossiers = MinistryDossiers(
            world, "business", share_of(dossiers), belongs, lambda dossier: str(journal_number(dossier))
        )

    def connection(self) -> dict[str, Any]:
        """Consumer key and secret of the exchange platform."""
        extra = {"client_id": CLIENT.id, "client_secret": CLIENT.secret}
        return {"login": CLIENT.id, "password": CLIENT.secret, "extra": extra}

    def routes(self) -> list[Route]:
        """The token and two services."""
        return [Route(TOKEN_PATH, self.token, methods=["POST"]), Route(LIST, self.dossiers), Route(ONE, self.dossier)]

    async def token(self, request: Request) -> Response:
        """POST /token."""
        body, authorization = await request.body(), request.headers.get("authorization", "")
        return await self.serve(request.url.path, request, lambda: token(self.sessions, CLIENT, body, authorization))

    async def dossiers(self, request: Request) -> Response:
        """GET danhSachHoSo: dossiers received in a window of days, both inclusive."""
        return await self._guarded(request, self._list)

    async def dossier(self, request: Request) -> Response:
        """GET tinhTrangHoSo: one dossier by its journal number."""
        return await self._guarded(request, self._one)

    async def _guarded(self, request: Request, answer: Service) -> Response:
        def checked() -> Reply:
            """The answer, or why there is none: HTTP 401 without a token, else HTTP 200 and Status "0"."""
            if not is_bearer_good(self.sessions, request.headers.get("authorization", "")):
                return invalid_credentials()
            try:
                return answer(request.query_params)
            except BadCall as problem:
                return _reply([], 0, "0", str(problem))

        return await self.serve(request.url.path, request, checked)

    def _list(self, query: Mapping[str, str]) -> Reply:
        first, last = _window(query)
        offset, limit = _number(query, "offset", 0), min(_number(query, "limit", USUAL_LIMIT), LARGEST_LIMIT)
        found = self._dossiers.between(first, last, lambda dossier: dossier.filed_at)
        return _reply([listed(dossier) for dossier in found[offset : offset + limit]], len(found))

    def _one(self, query: Mapping[str, str]) -> Reply:
        dossier = self._dossiers.find(query.get("in_journal_no", ""))
        if dossier is None:
            raise BadCall("Không tìm thấy hồ sơ")
        return _reply([detailed(dossier)], 1)


def _reply(records: list[dict[str, Any]], count: int, status: str = "1", message: str = "success") -> Reply:
    """The envelope; DataCount is the number of all records found, not of those in this answer."""
    return json_reply({"MainInformation": records, "DataCount": count, "Status": status, "Message": message})


def _window(query: Mapping[str, str]) -> tuple[int, int]:
    first, last = _day(query, "from_date"), _day(query, "to_date")
    if last < first:
        raise BadCall("to_date phải sau from_date")
    if last - first >= LONGEST_WINDOW:
        raise BadCall(f"Khoảng thời gian giữa from_date và to_date tối đa {LONGEST_WINDOW:02} ngày")
    return first, last


def _day(query: Mapping[str, str], name: str) -> int:
    try:
        return day_from_vietnamese(query.get(name, ""))
    except ValueError:
        raise BadCall(f"{name} không đúng định dạng dd/MM/yyyy") from None


def _number(query: Mapping[str, str], name: str, usual: int) -> int:
    text = query.get(name, str(usual))
    if not text.isdecimal():
        raise BadCall(f"{name} không hợp lệ")
    return int(text)
