"""The API of the shared sets with its pages: `gateway serve`, which says on its first line where it listens."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from gateway.demo.airflow_settings import clean
from gateway.demo.processes import Child, Processes

NAME = "gateway-serve"
_SAID = re.compile(r"^serving (http://\S+)/v1/sets ", re.MULTILINE)


def launch_pages(processes: Processes, repository: Path, variables: Mapping[str, str]) -> Child:
    """Start it on a free port, without waiting. variables: where its database and data sets are."""
    environment = {**clean(os.environ), "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(repository), **variables}
    command = [sys.executable, "-m", "gateway", "serve", "--port", "0"]
    return processes.start(NAME, command, environment=environment, folder=repository)


def await_pages(processes: Processes, child: Child, seconds: float = 60.0) -> str:
    """Its address, once it has said it. Raises ServiceError when it ends or stays silent."""

    def _ask() -> str | None:
        if child.exit_code is not None:
            raise child.failure(f"gateway serve ended with code {child.exit_code}")
        said = _SAID.search(child.log.read_text(encoding="utf-8", errors="replace"))
        return said[1] if said else None

    address = processes.patience.until(_ask, seconds, pause=0.05)
    if address is None:
        raise child.failure(f"gateway serve has not said where it listens after {seconds:.0f} s")
    return address
