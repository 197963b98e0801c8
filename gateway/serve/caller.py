"""Who calls: anyone, or a consumer who shows its key or a token of it (`Authorization: Bearer …`). What is shown and opens nothing is
refused, also where anyone may read: its holder believes to be somebody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from gateway.access.keys import FORM, Consumer, KeyRefused, holder, holder_of
from gateway.access.quotas import Limits, limits
from gateway.access.tokens import prefix_of
from gateway.serve.office import AnOffice, Office
from gateway.serve.problems import bad_key, too_many_calls
from gateway.serve.shelf import AShelf, Shelf
from gateway.serve.turns import Turns


@dataclass(frozen=True)
class Caller:
    """consumer, limits: None for anyone."""

    consumer: Consumer | None = None
    limits: Limits | None = None


ANYONE = Caller()
"""Who showed nothing."""


async def _caller(request: Request, shelf: AShelf, office: AnOffice) -> AsyncIterator[Caller]:
    found = await _shown(request, shelf, office)  # async: others wait for no thread
    turns: Turns = request.app.state.turns
    if found.limits is None:
        with turns.anyones():
            yield found
    else:
        async with turns.consumers(found.limits.consumer_id):
            yield found


async def _shown(request: Request, shelf: Shelf, office: Office | None) -> Caller:
    shown = request.headers.getlist("authorization")
    if not shown:
        return ANYONE
    kind, _, said = shown[0].partition(" ")
    if len(shown) > 1 or kind.lower() != "bearer" or office is None:
        raise bad_key()
    async with office.a_lookup():
        found = await run_in_threadpool(_found, shelf, office, said)
    assert found.limits is not None
    if seconds := office.calls.wait(found.limits):
        raise too_many_calls(seconds)
    return found


def _found(shelf: Shelf, office: Office, said: str) -> Caller:
    prefix = None if FORM.fullmatch(said) else _of_token(office, said)
    try:
        with shelf.engine.connect() as connection:
            consumer = holder(connection, said) if prefix is None else holder_of(connection, prefix)
            return Caller(consumer, limits(connection, consumer.code))
    except KeyRefused:
        raise bad_key() from None


def _of_token(office: Office, token: str) -> str:
    """The prefix of its key. Judged before there is a connection, which what is no key nor token is not worth."""
    prefix = prefix_of(office.secrets, token)
    if prefix is None:
        raise bad_key()
    return prefix


ACaller = Annotated[Caller, Depends(_caller, scope="function")]
"""What a route asks for to know who calls. Raises Refusal for what opens nothing, for one call too many, and one too many at once."""
