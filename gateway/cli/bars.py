"""Progress on a terminal: a line for each stream and step that counts its records; silent anywhere else."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from gateway.workshop import Progress as Told
from gateway.workshop import silent


@contextmanager
def progress_bars() -> Iterator[Told]:
    """Something to tell progress to, for as long as the block lasts."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    # The bars say what the informative log lines say.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,} records"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as drawn:
        lines: dict[str, int] = {}

        def _tell(stream: str, step: str, records: int) -> None:
            name = f"{step:5} {stream}"
            if name not in lines:
                lines[name] = int(drawn.add_task(name, total=None))
            drawn.advance(lines[name], records)  # type: ignore[arg-type]  # rich's own name for an int

        yield _tell
