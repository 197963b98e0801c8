"""The commands under /_sandbox and the status page; none of them is part of a portal's contract or of its ledger."""

from typing import Annotated

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.portal import Portal
from sandbox.pushes.ledger import pushed_dossier, pushed_ledger
from sandbox.pushes.store import Pushes
from sandbox.reply import Reply, json_reply
from sandbox.status_page import status_page

MOST_DAYS = 3650


class DaysOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /_sandbox/days."""

    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] = 1


class Admin:
    """The commands of one portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    async def page(self, request: Request) -> Response:
        """GET /: what this portal is and what happened to it."""
        html = status_page(self.portal, str(request.base_url).rstrip("/"))
        return Reply(html.encode(), media="text/html;charset=UTF-8").response()

    async def ledger(self, _: Request) -> Response:
        """GET /_sandbox/ledger: day, sizes, calls by service or path, calls spoiled by a fault."""
        world, ledger = self.portal.world, self.portal.ledger
        return json_reply(
            {
                "portal": self.portal.guide.name,
                "day": world.day,
                "procedures": sum(1 for _ in world.catalogue.in_force()),
                "dossiers": len(world.dossiers),
                "calls": dict(sorted(ledger.calls.items())),
                "spoiled": dict(sorted(ledger.spoiled.items())),
            }
        ).response()

    async def days(self, request: Request) -> Response:
        """POST /_sandbox/days: lets days pass in the world of both portals."""
        try:
            order = msgspec.json.decode(await request.body() or b"{}", type=DaysOrder)
        except msgspec.DecodeError as problem:
            return _refused(problem)
        self.portal.world.pass_days(order.days)
        return json_reply({"day": self.portal.world.day}).response()

    async def expire(self, _: Request) -> Response:
        """POST /_sandbox/expire: ends every session or token of this portal."""
        return json_reply({"expired": self.portal.sessions.expire()}).response()

    async def faults(self, request: Request) -> Response:
        """GET, POST and DELETE /_sandbox/faults: shows, orders and clears misbehaviour of this portal."""
        faults = self.portal.faults
        if request.method == "DELETE":
            return json_reply({"cleared": faults.clear()}).response()
        if request.method == "POST":
            try:
                faults.add(await request.body())
            except msgspec.DecodeError as problem:
                return _refused(problem)
        return json_reply({"faults": faults.in_force()}).response()


class PushesAdmin:
    """The commands of a portal that takes pushes."""

    def __init__(self, name: str, pushes: Pushes) -> None:
        self.name = name
        self.pushes = pushes

    async def all(self, _: Request) -> Response:
        """GET /_sandbox/pushed: every code with the pushes that were accepted of it, and what is held now."""
        return json_reply({"portal": self.name, **pushed_ledger(self.pushes)}).response()

    async def one(self, request: Request) -> Response:
        """GET /_sandbox/pushed/{code}: the same of one code, with all its fields; 404 when it was never pushed."""
        code = request.path_params["code"]
        found = pushed_dossier(self.pushes, code)
        return json_reply(found or {"error": f"nothing was pushed of {code}"}, 200 if found else 404).response()


def application(portal: Portal) -> Starlette:
    """A portal as a web application: its contract, its status page and its commands."""
    return Starlette(routes=[*portal.routes(), *_routes(Admin(portal)), *_push_routes(portal)])


def _routes(admin: Admin) -> list[Route]:
    return [
        Route("/", admin.page),
        Route("/_sandbox/ledger", admin.ledger),
        Route("/_sandbox/days", admin.days, methods=["POST"]),
        Route("/_sandbox/expire", admin.expire, methods=["POST"]),
        Route("/_sandbox/faults", admin.faults, methods=["GET", "POST", "DELETE"]),
    ]


def _push_routes(portal: Portal) -> list[Route]:
    if portal.pushes is None:
        return []
    admin = PushesAdmin(portal.guide.name, portal.pushes)
    return [Route("/_sandbox/pushed", admin.all), Route("/_sandbox/pushed/{code:path}", admin.one)]


def _refused(problem: Exception) -> Response:
    return json_reply({"error": f"cannot take this order: {problem}"}, 422).response()
