"""A program that makes trials for another: reads orders, `["kind", number]` a line, and answers each with a line of JSON.

It has PostgreSQL servers of its own and no second thread, so that it may fork.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from gateway.demo.embedded_postgres import EmbeddedPostgres
from proof.card import Impossible
from proof.database import CutCommit, NoRoom, NoRoomToLand, Terminated
from proof.fail_points import AtFailPoints
from proof.night import Scene
from proof.nights import KilledNights, PostgresKilled
from proof.trials import Found, Killed, KilledSomewhere, Trials
from tests.helpers.server import Server

DURABLE = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
"""A commit outlives the server's processes, though not the machine."""

Ground: TypeAlias = Callable[[], AbstractContextManager[Path]]

KINDS: Mapping[str, type[Trials]] = {
    "killed": Killed,
    "killed somewhere": KilledSomewhere,
    "killed at fail points": AtFailPoints,
    "killed nights": KilledNights,
    "postgres killed": PostgresKilled,
    "sessions ended": Terminated,
    "commit cut": CutCommit,
    "no room": NoRoom,
    "no room to land": NoRoomToLand,
}


class Bench:
    """Servers and scenes, made when the first trial needs them and shared by all that can share them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._made: dict[type[Trials], Trials] = {}
        self._servers: dict[object, tuple[EmbeddedPostgres, Server]] = {}

    def trials(self, kind: type[Trials]) -> Trials:
        """Those of a kind, whose undisturbed night has been run."""
        if kind not in self._made:
            postgres, server = self._server(kind.ground)
            self._made[kind] = kind(Scene(server, kind.dossiers, kind.commands), postgres)
        return self._made[kind]

    def _server(self, ground: Ground) -> tuple[EmbeddedPostgres, Server]:
        if ground not in self._servers:
            self._servers[ground] = self._server_on(ground)
        return self._servers[ground]

    def _server_on(self, ground: Ground) -> tuple[EmbeddedPostgres, Server]:
        place = self._stack.enter_context(ground())
        postgres = EmbeddedPostgres(place / "data", settings=DURABLE, keep=False)
        self._stack.enter_context(postgres)
        return postgres, Server(postgres)


def main() -> None:
    """Make trials until standard input ends."""
    with ExitStack() as stack:
        bench = Bench(stack)
        for line in sys.stdin:
            kind, number = json.loads(line)
            print(json.dumps(asdict(_found(bench, KINDS[kind], number))), flush=True)


def _found(bench: Bench, kind: type[Trials], number: int) -> Found:
    try:
        return bench.trials(kind).run(number)
    except Impossible as reason:
        return Found(False, "nothing", [str(reason)])
    except Exception as error:  # noqa: BLE001 (a trial that breaks is a finding, and the others go on)
        return Found(True, "the trial itself", [f"{type(error).__name__}: {error}"])


if __name__ == "__main__":
    main()
