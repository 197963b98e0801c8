"""Who calls: anyone, or a consumer who shows its key or a token of it (`Authorization: Bearer …`). What is shown and opens nothing is
refused, also where anyone may read: its holder believes to be somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from gateway.access.keys import Consumer, KeyRefused, holder, holder_of
from gateway.access.quotas import Limits, limits
from gateway.access.tokens import prefix_of
from gateway.serve.office import AnOffice, Office
from gateway.serve.problems import bad_key, too_many_calls
from gateway.serve.shelf import AShelf, Shelf

KEYS = "gw_"
"""What keys begin with; the rest are tokens."""


@dataclass(frozen=True)
class Caller:
    """consumer, limits: None for anyone."""

    consumer: Consumer | None = None
    limits: Limits | None = None


ANYONE = Caller()
"""Who showed nothing."""


async def caller(request: Request, shelf: AShelf, office: AnOffice) -> Caller:  # async: others wait for no thread
    """Whoever sent this request. Raises Refusal for what opens nothing, and for one call too many."""
    shown = request.headers.getlist("authorization")
    if not shown:
        return ANYONE
    kind, _, said = shown[0].partition(" ")
    if len(shown) > 1 or kind.lower() != "bearer" or office is None:
        raise bad_key()
    found = await run_in_threadpool(_found, shelf, office, said)
    assert found.limits is not None
    if seconds := office.calls.wait(found.limits):
        raise too_many_calls(seconds)
    return found


def _found(shelf: Shelf, office: Office, said: str) -> Caller:
    try:
        with shelf.engine.connect() as connection:
            consumer = holder(connection, said) if said.startswith(KEYS) else _of_token(connection, office, said)
            return Caller(consumer, limits(connection, consumer.code))
    except KeyRefused:
        raise bad_key() from None


def _of_token(connection: Connection, office: Office, token: str) -> Consumer:
    prefix = prefix_of(office.secrets, token)
    if prefix is None:
        raise bad_key()
    return holder_of(connection, prefix)


ACaller = Annotated[Caller, Depends(caller)]
"""What a route asks for to know who calls."""
