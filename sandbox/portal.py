"""What all portals have in common: a ledger, faults, sessions, a status page and the commands under /_sandbox."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import Faults
from sandbox.guide import Guide
from sandbox.ledger import Ledger
from sandbox.misbehaviour import misbehave
from sandbox.pushes.store import Pushes
from sandbox.reply import Reply
from sandbox.sessions import Sessions
from sandbox.world.world import World


class Portal:
    """A simulated portal: its guide, its routes, and the one world it shares with the other portals."""

    guide: Guide
    pushes: Pushes | None = None
    """What clients told it of their dossiers; None where it takes no pushes."""

    def __init__(self, world: World, session_seconds: float) -> None:
        self.world = world
        self.ledger = Ledger()
        self.faults = Faults()
        self.sessions = Sessions(session_seconds)

    def routes(self) -> list[Route]:
        """The addresses of its contract."""
        raise NotImplementedError(type(self).__name__)

    def connection(self) -> dict[str, Any]:
        """Invented credentials of a client, in the words of an Airflow connection: login, password, extra."""
        raise NotImplementedError(type(self).__name__)

    async def serve(
        self, name: str, request: Request, answer: Callable[[], Reply], codes: Sequence[str] | None = None
    ) -> Response:
        """Counts a call of the contract and answers it, or misbehaves when it was told to.

        codes: the dossiers that the call pushes; None when it pushes nothing.
        """
        self.ledger.count(name)
        if self.pushes is not None:
            self.pushes.tick()
        fault = self.faults.take(name, request.url.path, codes)
        if fault is None:
            return answer().response()
        self.ledger.spoil(name)
        return await misbehave(fault, answer)
