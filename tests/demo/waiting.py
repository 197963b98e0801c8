"""Waiting without sleeping."""

from __future__ import annotations

from collections.abc import Callable

import psutil

from gateway.demo.lifesigns import is_alive
from gateway.demo.patience import Patience


def eventually(ask: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until `ask` is true; fail the test when it does not become so."""
    assert Patience().until(lambda: bool(ask()), seconds), "did not happen in time"


def gone(pid: int) -> bool:
    """True when the process has ended, a zombie or not."""
    try:
        return not is_alive(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return True
