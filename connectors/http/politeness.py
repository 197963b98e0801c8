"""What a portal bears: limits a person sets, and the shared rate of all threads of one run."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass

from connectors.http.hours import Hours

_UNITS = {"": 1, "B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}


@dataclass(frozen=True)
class Limits:
    """What a portal bears. Seconds everywhere; `rate` is calls a second; None means no limit of ours.

    connect, read: silence allowed while connecting and between two pieces of an answer. total: a whole attempt.
    max_bytes: the biggest body we take. attempts: for one call, the first included. retry_after_cap: the longest wait a
    portal may ask for. hours: when it may be called. retries: repeats allowed in one run, over all calls. failures:
    calls failed in a row after which the circuit opens, and this run asks the portal no more.
    """

    rate: float | None = None
    parallel: int = 1
    connect: float = 5.0
    read: float = 30.0
    total: float = 120.0
    max_bytes: int = 256 * 1024 * 1024
    attempts: int = 4
    retry_after_cap: float = 120.0
    hours: Hours | None = None
    retries: int | None = 100
    failures: int | None = 10


def byte_count(text: str | int) -> int:
    """`64MB`, `512 KB`, `1000` → bytes, in powers of 1024. Raises ValueError."""
    if isinstance(text, int):
        return text
    found = re.fullmatch(r"([0-9]+) ?(|B|KB|MB|GB)", text.strip())
    if found is None:
        raise ValueError("not a number of bytes such as 64MB")
    return int(found[1]) * _UNITS[found[2]]


class Pace:
    """Spaces calls evenly: `wait()` blocks until the next slot is free. Safe for threads."""

    def __init__(self, rate: float | None) -> None:
        self._gap = 1.0 / rate if rate else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Take the next slot, sleeping until it comes."""
        if not self._gap:
            return
        with self._lock:
            now = time.monotonic()
            slot = max(now, self._next)
            self._next = slot + self._gap
        time.sleep(max(0.0, slot - now))
