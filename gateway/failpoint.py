"""Named places where a test may make the program die: the portable way to prove that a crash loses nothing.

GATEWAY_FAILPOINT is `name` or `name:n`: at the n-th time (the first when not said) this process kills itself. Nobody sets it
in production; a place that is not named costs one comparison.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

NAMES = (
    "landing.stored",
    "landing.committed",
    "load.written",
    "load.committed",
    "load.finished",
    "delivery.begun",
    "delivery.answered",
    "delivery.settled",
    "delivery.read_back",
)
"""All of them: a test goes through this list and fails for one that is never reached."""

ERASING = ("erase.emptied", "erase.shared", "erase.destroyed")
"""Those of `gateway subject erase`, which is no part of a night."""

_seen: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Die here when GATEWAY_FAILPOINT says so, as by SIGKILL: nothing is flushed, closed or rolled back."""
    wanted = os.environ.get("GATEWAY_FAILPOINT")
    if not wanted:
        return
    place, _, number = wanted.partition(":")
    if place == name:
        _seen[name] += 1
        if _seen[name] == int(number or 1):
            os.kill(os.getpid(), signal.SIGKILL)
