"""The justice services behind the province's exchange platform: one token, two interfaces, read and written."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.justice.civil import CivilStatus
from sandbox.justice.credentials import CLIENT, LGSP_KEYS
from sandbox.justice.door import give_token, refuse
from sandbox.justice.envelope import DATA_INCORRECT, Parameters, Refused
from sandbox.justice.guide import CIVIL, JUSTICE_GUIDE, RECORDS
from sandbox.justice.records import JudicialRecords
from sandbox.justice.taking import Taking, pushed_codes
from sandbox.ministry.dossiers import share_of
from sandbox.ministry.wso2 import TOKEN_PATH
from sandbox.portal import Portal
from sandbox.pushes.store import Pushes
from sandbox.reply import Reply, json_reply
from sandbox.world.world import World

Service = Callable[[Parameters], Reply]


class JusticePortal(Portal):
    """Speaks the contract of apiHoTichTuPhap and apiLyLichTuPhap; `dossiers` is the size of the province's list."""

    guide: Guide = JUSTICE_GUIDE

    def __init__(self, world: World, session_seconds: float, dossiers: int) -> None:
        super().__init__(world, session_seconds)
        self.pushes = pushes = Pushes(world.day)
        world.each_time(lambda: pushes.pass_to(world.day))
        taking, civil = Taking(pushes), CivilStatus(world, share_of(dossiers))
        self._records = JudicialRecords(world, share_of(dossiers), taking)
        self._services: dict[str, Service] = {
            f"{CIVIL}/dsHoSoDangKy": civil.changed_since,
            f"{CIVIL}/traTrangThaiHoSo": lambda asked: taking.state_of_registration(asked) or civil.state(asked),
            f"{CIVIL}/ketQuaDangKyHS": civil.result,
            f"{RECORDS}/traDsTrangThaiHs": self._records.changed,
            f"{RECORDS}/danhDauHsThanhCong": self._records.acknowledge,
            f"{CIVIL}/dangKyHoTich": taking.register,
            f"{RECORDS}/nhanHoSoDangKy": taking.request,
            f"{RECORDS}/LLTP-API-traTrangThaiHs": self._records.state,
        }

    def connection(self) -> dict[str, Any]:
        """Consumer key and secret, and the five keys of `lgspaccesstoken`."""
        extra = {"client_id": CLIENT.id, "client_secret": CLIENT.secret, **LGSP_KEYS}
        return {"login": CLIENT.id, "password": CLIENT.secret, "extra": extra}

    def routes(self) -> list[Route]:
        """The token, the services, and the queue as the sandbox sees it."""
        services = [Route(path, self.call, methods=["POST"]) for path in self._services]
        return [Route(TOKEN_PATH, self.token, methods=["POST"]), *services, Route("/_sandbox/queue", self.queue)]

    async def token(self, request: Request) -> Response:
        """POST /token."""
        body = await request.body()
        return await self.serve(request.url.path, request, lambda: give_token(self.sessions, body, request.headers))

    async def call(self, request: Request) -> Response:
        """Any service: JSON in, JSON out."""
        path, parameters = request.url.path, _read(await request.body())
        codes = pushed_codes(path, parameters)
        return await self.serve(path, request, lambda: self._answer(request, parameters), codes)

    async def queue(self, _: Request) -> Response:
        """GET /_sandbox/queue: what waits, what was acknowledged, and how often each was shown."""
        return json_reply(self._records.queue.ledger()).response()

    def _answer(self, request: Request, parameters: Parameters | None) -> Reply:
        refusal = refuse(self.sessions, request.headers)
        if refusal is not None:
            return refusal
        if parameters is None:
            return Refused(DATA_INCORRECT, "JSON").reply()
        try:
            return self._services[request.url.path](parameters)
        except Refused as problem:
            return problem.reply()


def _read(body: bytes) -> Parameters | None:
    try:
        return msgspec.json.decode(body or b"{}", type=Parameters)
    except msgspec.DecodeError:
        return None
