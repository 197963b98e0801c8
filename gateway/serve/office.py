"""What is needed beside the shelf to answer callers with keys, and to write down what is read."""

from __future__ import annotations

from asyncio import Semaphore
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from gateway.access.quotas import Calls
from gateway.serve.problems import busy
from gateway.serve.sums import Sums
from gateway.serve.turns import BUSY_AFTER, waited_for

LOOKUPS = 2
"""Keys that are looked up at once: until then nobody knows whose call it is, so they have turns of their own."""


@dataclass(frozen=True)
class Office:
    """engine: one that may write down what is read. secrets: of GATEWAY_SECRET_KEY, newest first. calls: those of the last minute."""

    engine: Engine
    secrets: tuple[bytes, ...] = field(repr=False)
    sums: Sums = field(default_factory=Sums)
    calls: Calls = field(default_factory=Calls)
    _lookups: Semaphore = field(default_factory=lambda: Semaphore(LOOKUPS))

    def a_lookup(self) -> AbstractAsyncContextManager[None]:
        """A turn to look a key up. Raises Refusal, `busy`, when none comes in time."""
        return waited_for(self._lookups, BUSY_AFTER, busy)


async def _office(request: Request) -> Office | None:  # async, or a thread would be waited for
    found: Office | None = request.app.state.office
    return found


AnOffice = Annotated[Office | None, Depends(_office)]
"""What a route asks for to answer consumers; None where no key opens."""
