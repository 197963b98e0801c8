"""Waiting: ask again and again until an answer comes, the time is over, or somebody wants to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from gateway.demo.errors import Interrupted

T = TypeVar("T")


class Patience:
    """Polls with a deadline. `stop` ends every wait at once; `hurry` makes the ending of processes brusque."""

    def __init__(self) -> None:
        self.stop = Event()
        self.hurry = Event()

    def until(self, ask: Callable[[], T | None], seconds: float, pause: float = 0.02) -> T | None:
        """The first answer of `ask` that is neither None nor False; None when `seconds` are over.

        Raises Interrupted when a stop was asked for.
        """
        deadline = time.monotonic() + seconds
        while True:
            self.check()
            answer = ask()
            if answer is not None and answer is not False:
                return answer
            if time.monotonic() >= deadline:
                return None
            self.stop.wait(pause)

    def check(self) -> None:
        """Raise Interrupted when a stop was asked for."""
        if self.stop.is_set():
            raise Interrupted
