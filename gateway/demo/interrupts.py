"""Ctrl-C and SIGTERM as flags, so that no step is cut in the middle (a child started but not yet recorded)."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gateway.demo.patience import Patience

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def flagged(patience: Patience) -> Iterator[None]:
    """Within: the first signal sets `patience.stop`, each further one `patience.hurry`."""

    def _note(_number: int, _frame: FrameType | None) -> None:
        (patience.hurry if patience.stop.is_set() else patience.stop).set()

    if threading.current_thread() is not threading.main_thread():
        yield  # Python gives signals to the main thread only; whoever runs us elsewhere sets the flags
        return
    chosen = [number for number in SIGNALS if not _is_ignored_hangup(number)]
    before = {number: signal.signal(number, _note) for number in chosen}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_ignored_hangup(number: signal.Signals) -> bool:
    """Under nohup the end of the terminal is not the end of the demo."""
    return number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN
