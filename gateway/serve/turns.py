"""How many answers are made at once: nobody may keep all connections and threads busy, so that others wait for theirs.

An answer is under way until it is made, not until it is sent: who reads slowly takes nobody's turn.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from fastapi import Depends, Request

from gateway.serve.problems import too_many_at_once

OF_CONSUMER = 3
"""To one consumer: a program that reads, one that follows, and a person who looks."""

OF_ANYONE = 5
"""To all together who show no key; of the ten connections of `gateway.serve.server` three stay for consumers and probes."""

OF_PAGES = 2
"""Pages, to all together: programs that read the API keep nobody from looking at a page."""

PATIENCE = 1.0
"""Seconds that a page waits for its turn: a person opens several at once, and no browser comes again by itself."""


class Turns:
    """The answers under way, by consumer; None stands for anyone. Of one event loop, which makes locks needless.

    pages: the turns of pages.
    """

    def __init__(self) -> None:
        self._under_way = Counter[int | None]()
        self.pages = asyncio.Semaphore(OF_PAGES)

    @contextmanager
    def one(self, consumer_id: int | None) -> Iterator[None]:
        """One answer. Raises Refusal when it would be one too many."""
        if self._under_way[consumer_id] >= (OF_ANYONE if consumer_id is None else OF_CONSUMER):
            raise too_many_at_once()
        self._under_way[consumer_id] += 1
        try:
            yield
        finally:
            self._under_way[consumer_id] -= 1


async def _page(request: Request) -> AsyncIterator[None]:
    turns: asyncio.Semaphore = request.app.state.turns.pages
    try:
        async with asyncio.timeout(PATIENCE):
            await turns.acquire()
    except TimeoutError:
        raise too_many_at_once() from None
    try:
        yield
    finally:
        turns.release()


OF_A_PAGE = Depends(_page, scope="function")
"""Of the routes of pages, which ask for no key."""
