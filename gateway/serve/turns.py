"""How many answers are made at once: nobody may keep all connections and threads busy, so that others wait for theirs.

An answer is under way until it is made, not until it is sent: who reads slowly takes nobody's turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from fastapi import Depends, Request

from gateway.serve.problems import too_many_at_once

OF_CONSUMER = 3
"""To one consumer: a program that reads, one that follows, and a person who looks."""

OF_ANYONE = 5
"""To all together who show no key; of the eight connections of `gateway.serve.server` three stay for consumers and probes."""


class Turns:
    """The answers under way, by consumer; None stands for anyone. Of one event loop, which makes locks needless."""

    def __init__(self) -> None:
        self._under_way = Counter[int | None]()

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


async def _anyones(request: Request) -> AsyncIterator[None]:
    with request.app.state.turns.one(None):
        yield


ANYONES = Depends(_anyones, scope="function")
"""Of routes that ask for no key: their answers are anyone's."""
