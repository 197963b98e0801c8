"""What the demo can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.demo.account import server_account
from gateway.demo.folder import REPOSITORY


def default_state() -> Path:
    """The state folder when none is named: `.gateway/demo` in the repository.

    In a user namespace (`unshare -r`) another one: there PostgreSQL cannot open what root's server has written.
    """
    inside = server_account().identity == "namespace"
    return REPOSITORY / ".gateway" / ("demo-namespace" if inside else "demo")


@dataclass(frozen=True)
class DemoOptions:
    """What to show, and where. Counts of dossiers and procedures: None leaves them to the sandbox.

    `portals`: the DAGs to trigger; empty means all with the tag `portal`. `followers`: DAGs that assets start.
    `pools`: slots per pool; a pool that a task names and that is not here gets two. `seconds`: longest night.
    """

    state: Path = field(default_factory=default_state)
    once: bool = False
    catalogue: Path | None = None
    dossiers: int | None = None
    procedures: int | None = None
    repository: Path = REPOSITORY
    dags: Path = REPOSITORY / "dags"
    portals: tuple[str, ...] = ()
    followers: tuple[str, ...] = ("publish_datasets",)
    pools: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 3600.0
