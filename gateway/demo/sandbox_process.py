"""The simulated portals (cổng mô phỏng): `python -m sandbox`, which says on its first line where it listens."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.demo.airflow_settings import clean
from gateway.demo.processes import Child, Processes

NAME = "sandbox"


@dataclass(frozen=True)
class SandboxOptions:
    """What to simulate. `day` counts nights from 0; None leaves the size to the sandbox.

    `memory`: the file in which it keeps, from night to night, what its portals were told.
    """

    memory: Path

    day: int = 0
    seed: int = 1
    dossiers: int | None = None
    procedures: int | None = None
    catalogue: Path | None = None


@dataclass(frozen=True)
class SandboxAddresses:
    """Where the simulated portals listen, how to connect to each (an Airflow connection), and the day they show."""

    addresses: Mapping[str, str]
    connections: Mapping[str, Mapping[str, Any]]
    day: int


def launch_sandbox(processes: Processes, repository: Path, options: SandboxOptions) -> Child:
    """Start it without waiting."""
    environment = {**clean(os.environ), "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(repository)}
    command = [sys.executable, "-m", "sandbox", *_arguments(options)]
    return processes.start(NAME, command, environment=environment, folder=repository)


def await_sandbox(processes: Processes, child: Child, seconds: float = 60.0) -> SandboxAddresses:
    """Wait until it has said where it listens. Raises ServiceError when it ends or stays silent."""

    def _ask() -> SandboxAddresses | None:
        if child.exit_code is not None:
            raise child.failure(f"the sandbox ended with code {child.exit_code}")
        return _announced(child.log)

    addresses = processes.patience.until(_ask, seconds, pause=0.05)
    if addresses is None:
        raise child.failure(f"the sandbox has not said where it listens after {seconds:.0f} s")
    return addresses


def _arguments(options: SandboxOptions) -> list[str]:
    fixed = ["--seed", str(options.seed), "--day", str(options.day), "--remember", str(options.memory)]
    optional = {"--dossiers": options.dossiers, "--procedures": options.procedures, "--catalogue": options.catalogue}
    return fixed + [word for name, value in optional.items() if value is not None for word in (name, str(value))]


def _announced(log: Path) -> SandboxAddresses | None:
    """The addresses, if the log has the complete line. Other lines (warnings) may stand before it."""
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            said = json.loads(line)
            day, connections = int(said.pop("day")), said.pop("connections")
            return SandboxAddresses(said, connections, day)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return None
