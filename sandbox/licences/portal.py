"""The driving-licence system: log in for a session, then one address for every service, named in the body."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.licences.credentials import PASSWORD, USERNAME
from sandbox.licences.guide import CALL, LICENCES_GUIDE, LOGIN
from sandbox.licences.record import belongs, code, record
from sandbox.ministry.dates import day_from_iso
from sandbox.ministry.dossiers import MinistryDossiers, share_of
from sandbox.ministry.problem import BadCall
from sandbox.portal import Portal
from sandbox.reply import Reply, json_reply
from sandbox.world.world import World

SUCCESS = "Thành công"
Parameters = dict[str, Any]


class LicencesPortal(Portal):
    """Speaks `mapi` as the driving-licence system does: codes are strings, lists come under `data`."""

    guide: Guide = LICENCES_GUIDE

    def __init__(self, world: World, session_seconds: float, dossiers: int) -> None:
        super().__init__(world, session_seconds)
        self._dossiers = MinistryDossiers(world, "licences", share_of(dossiers), belongs, code)
        self._services: dict[str, Callable[[Parameters], list[Any]]] = {
            "DanhSachHoSo": self._list,
            "TraCuuHoSo": self._one,
        }

    def connection(self) -> dict[str, Any]:
        """The unit's code, which is also `donViXuLy`, and its password."""
        return {"login": USERNAME, "password": PASSWORD, "extra": {}}

    def routes(self) -> list[Route]:
        """Login and services."""
        return [Route(LOGIN, self.login, methods=["POST"]), Route(CALL, self.call, methods=["POST"])]

    async def login(self, request: Request) -> Response:
        """mapi/login: username and password for a session."""
        body = _read(await request.body())
        return await self.serve("login", request, lambda: self._login(body))

    async def call(self, request: Request) -> Response:
        """mapi/g: DanhSachHoSo or TraCuuHoSo."""
        body = _read(await request.body())
        return await self.serve(str(body.get("service", "")), request, lambda: self._call(body))

    def _login(self, body: Parameters) -> Reply:
        if (body.get("username"), body.get("password")) != (USERNAME, PASSWORD):
            return json_reply({"error_code": "1", "result": "Tên đăng nhập hoặc mật khẩu không đúng"})
        return json_reply({"error_code": "0", "session": self.sessions.open(), "result": SUCCESS})

    def _call(self, body: Parameters) -> Reply:
        if not self.sessions.is_valid(body.get("session")):
            return _answer("-1", "Phiên làm việc không hợp lệ hoặc đã hết hạn", [])
        try:
            return _answer("0", SUCCESS, self._found(body))
        except BadCall as problem:
            return _answer("1", str(problem), [])

    def _found(self, body: Parameters) -> list[Any]:
        if body.get("donViXuLy") != USERNAME:
            raise BadCall("Đơn vị xử lý không hợp lệ (donViXuLy)")
        service = self._services.get(str(body.get("service")))
        if service is None:
            raise BadCall("Dịch vụ không tồn tại")
        return service(body)

    def _list(self, body: Parameters) -> list[Any]:
        """DanhSachHoSo: received from ngayNhan1 to ngayNhan2, both inclusive, in the order of filing."""
        first, last = _day(body, "ngayNhan1"), _day(body, "ngayNhan2")
        return [record(each) for each in self._dossiers.between(first, last, lambda each: each.received_at)]

    def _one(self, body: Parameters) -> list[Any]:
        """TraCuuHoSo: one dossier by `mahoso`; an empty list when there is none."""
        dossier = self._dossiers.find(str(body.get("mahoso")))
        return [] if dossier is None else [record(dossier)]


def _answer(error_code: str, result: str, data: list[Any]) -> Reply:
    return json_reply({"error_code": error_code, "result": result, "data": data})


def _day(body: Parameters, name: str) -> int:
    try:
        return day_from_iso(str(body.get(name)))
    except ValueError:
        raise BadCall(f"{name} không đúng định dạng yyyy-MM-dd") from None


def _read(body: bytes) -> Parameters:
    """The JSON object of a call; nothing of use when it is none, which no service takes."""
    try:
        return msgspec.json.decode(body, type=Parameters)
    except msgspec.DecodeError:
        return {}
