"""Who calls: anyone, or a consumer who shows its key (`Authorization: Bearer gw_…`). What is shown and opens nothing is refused,
also where anyone may read: its holder believes to be somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from gateway.access.keys import Consumer, KeyRefused, holder
from gateway.serve.problems import bad_key
from gateway.serve.shelf import AShelf


@dataclass(frozen=True)
class Office:
    """What is needed for callers with keys. engine: one that may write down what they read. secrets: of GATEWAY_SECRET_KEY."""

    engine: Engine
    secrets: tuple[bytes, ...]


@dataclass(frozen=True)
class Caller:
    """consumer: None for anyone."""

    consumer: Consumer | None = None


ANYONE = Caller()
"""Who showed nothing."""


async def caller(request: Request, shelf: AShelf) -> Caller:  # async, or a thread would be waited for by everyone
    """Whoever sent this request. Raises Refusal for a key that opens nothing."""
    shown = request.headers.getlist("authorization")
    if not shown:
        return ANYONE
    kind, _, key = shown[0].partition(" ")
    if len(shown) > 1 or kind.lower() != "bearer" or request.app.state.office is None:
        raise bad_key()
    return await run_in_threadpool(_held, shelf.engine, key)


def _held(engine: Engine, key: str) -> Caller:
    try:
        with engine.connect() as connection:
            return Caller(holder(connection, key))
    except KeyRefused:
        raise bad_key() from None


ACaller = Annotated[Caller, Depends(caller)]
"""What a route asks for to know who calls."""


async def _office(request: Request) -> Office:  # async, or a thread would be waited for
    found: Office = request.app.state.office
    return found


AnOffice = Annotated[Office, Depends(_office)]
"""What a route asks for to answer consumers."""
