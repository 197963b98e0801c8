"""How often we may call a portal: a shared rate over all threads of one run."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a portal bears. Seconds everywhere; `rate` is calls a second, None for no limit of ours."""

    rate: float | None = None
    parallel: int = 1
    connect: float = 5.0
    read: float = 30.0
    total: float = 120.0
    max_bytes: int = 256 * 1024 * 1024
    attempts: int = 4
    retry_after_cap: float = 120.0


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
