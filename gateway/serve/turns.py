"""How many answers are made at once: nobody may keep all connections and threads busy, so that others wait for theirs. Each kind of
reader has turns of its own, and `gateway.serve.server` a connection for each of them.

An answer is under way until it is made, not until it is sent: who reads slowly takes nobody's turn.
"""

from __future__ import annotations

from asyncio import Semaphore, timeout
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager

from fastapi import Depends, Request

from gateway.serve.problems import Refusal, busy, too_many_at_once
from gateway.store.database import READER_SECONDS

OF_CONSUMER = 3
"""To one consumer: a program that reads, one that follows, and a person who looks."""

OF_CONSUMERS = 6
"""To all consumers together: one more waits, since it has done nothing wrong."""

BUSY_AFTER: float = READER_SECONDS
"""Seconds after which it is told that the gateway is busy."""

OF_ANYONE = 5
"""To all programs together that show no key."""

OF_PAGES = 3
"""Pages for people, whom programs that read without a key must not shut out."""

PATIENCE = 1.0
"""Seconds that a page waits for its turn: a browser does not come again by itself, and a page takes some hundredths."""


@asynccontextmanager
async def waited_for(places: Semaphore, seconds: float, refusal: Callable[[], Refusal]) -> AsyncIterator[None]:
    """One of the places, once one is free; no thread is held meanwhile. Raises the refusal when none is in time."""
    try:
        async with timeout(seconds):
            await places.acquire()
    except TimeoutError:
        raise refusal() from None
    try:
        yield
    finally:
        places.release()


class Turns:
    """The answers under way. Of one event loop, which makes locks needless."""

    def __init__(self) -> None:
        self._under_way = Counter[int | None]()  # by consumer; None stands for anyone
        self._consumers, self._pages = Semaphore(OF_CONSUMERS), Semaphore(OF_PAGES)

    def anyones(self) -> AbstractContextManager[None]:
        """An answer to a program that shows no key. Raises Refusal when it would be one too many."""
        return self._one(None, OF_ANYONE)

    @asynccontextmanager
    async def consumers(self, consumer_id: int) -> AsyncIterator[None]:
        """An answer to a consumer. Raises Refusal as above; and `busy`, when other consumers take all turns for too long."""
        with self._one(consumer_id, OF_CONSUMER):
            async with waited_for(self._consumers, BUSY_AFTER, busy):
                yield

    def page(self) -> AbstractAsyncContextManager[None]:
        """A page for people. Raises Refusal when there is no turn for it in time."""
        return waited_for(self._pages, PATIENCE, too_many_at_once)

    @contextmanager
    def _one(self, whose: int | None, most: int) -> Iterator[None]:
        if self._under_way[whose] >= most:
            raise too_many_at_once()
        self._under_way[whose] += 1
        try:
            yield
        finally:
            self._under_way[whose] -= 1


async def _page(request: Request) -> AsyncIterator[None]:
    async with request.app.state.turns.page():
        yield


A_PAGE = Depends(_page, scope="function")
"""Of routes that are pages for people."""
