"""A measure in a process of its own: it forks, and so must share its process with no thread of another proof."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from proof.card import Line


def alone(measure: Callable[..., Line], *arguments: Any) -> Line:
    """The line that `measure(*arguments)` gives there."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, *arguments).result()
