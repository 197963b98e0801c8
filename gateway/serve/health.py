"""Is the gateway able to answer, and how old is each set: for the operator's own eyes and probes."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Sequence
from datetime import UTC, datetime
from math import inf
from time import monotonic

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import TimeoutError  # noqa: A004  # all connections are taken
from starlette.concurrency import run_in_threadpool

from connectors.errors import ExplainedError
from gateway.log import log
from gateway.serve import answers, asked
from gateway.serve.encoding import answer
from gateway.serve.problems import busy
from gateway.serve.shelf import Shared, Shelf

router = APIRouter()
FRESH = 1.0
"""Seconds for which an answer of the database holds: probes have no turns, and however many come must cost it no more."""


class Pulse:
    """What the database says of the sets: asked at most once in FRESH seconds, by whoever comes first. Of one event loop."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self._asking = shelf, Lock()
        self._found: Sequence[Shared] | None = None
        self._at = -inf

    async def ages(self) -> list[answers.SetHealth] | None:
        """How long ago each set was last switched; None when the database does not answer."""
        async with self._asking:
            if monotonic() - self._at >= FRESH:
                self._found = await run_in_threadpool(self._ask)
                self._at = monotonic()
            return None if self._found is None else _ages(self._found)

    def _ask(self) -> Sequence[Shared] | None:
        try:
            with self._shelf.engine.connect() as connection:
                return self._shelf.sets(connection)
        except (ExplainedError, TimeoutError) as error:
            log.error("not answered", error=str(error))
            return None


def _ages(sets: Sequence[Shared]) -> list[answers.SetHealth]:
    now = datetime.now(UTC)
    return [answers.SetHealth(each.name, each.version, int((now - each.published_at).total_seconds())) for each in sets]


@router.api_route("/health", methods=["GET", "HEAD"])
async def health(request: Request) -> Response:
    """200 when the database answers; else the problem `busy`, 503."""
    asked.parameters(request, ())
    pulse: Pulse = request.app.state.pulse
    ages = await pulse.ages()
    if ages is None:
        raise busy()
    return answer(request, answers.Health("ok", ages))
