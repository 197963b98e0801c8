"""A province's night for proofs of crashes: its dossiers are fetched, landed, loaded and told to the national portal.

Every trial has a database, a landing folder and portals of its own, copies of the same beginning.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway import cli
from gateway.delivery import brakes
from proof import tracer
from proof.forked_portals import Portals, forked_portals
from proof.left import Left, left
from tests.helpers.house import House
from tests.helpers.server import Server

TARGET = "national/dossiers"
COMMANDS = (("sync", "province"), ("deliver", "--target", TARGET))
SECONDS = 60
"""After which a night that does not end is killed, and found wrong."""

SAID, MODULES = "said", "modules"
"""Files of a trial: what its commands said; what a process had imported in the end."""

Commands = Sequence[Sequence[str]]
At = Callable[[int, str, int], None]


@dataclass(frozen=True)
class Trial:
    """A house and its portals, used once."""

    house: House
    portals: Portals
    commands: Commands = COMMANDS

    def night(self, at: At | None = None, **more: str) -> tracer.Traced:
        """Run the commands one after another in a process of their own, of which `at` may make an early end."""
        environment = {**self.house.environment, **self.portals.variables, **more}
        return tracer.run(lambda: _commands(environment, self.house.place, self.commands), at)

    def left(self) -> Left:
        """What the night has left, once the server has noticed that the dead process is gone."""
        self.settled()
        return left(self.house, self.portals)

    def settled(self) -> None:
        """Wait until no session of ours is left: the server may be busy with the dead process's last statement."""
        wait = (
            "do $$ begin while exists (select from pg_stat_activity where datname = current_database() and"
            " starts_with(application_name, 'gateway ') and pid <> pg_backend_pid()) loop perform pg_sleep(0.005);"
            " perform pg_stat_clear_snapshot(); end loop; end $$"
        )
        with self.house.engine() as engine, engine.connect() as connection:
            connection.exec_driver_sql("set application_name = 'proof'; set statement_timeout = '60s'")
            connection.exec_driver_sql(wait)

    @property
    def said(self) -> str:
        """What the commands said to a person, those of all nights."""
        return (self.house.place / SAID).read_text("utf-8")

    @property
    def last_said(self) -> str:
        """The last line of it."""
        return (self.said.strip().splitlines() or [""])[-1]


@dataclass
class Scene:
    """Where trials begin: the national portal is taken in, the target is open, of the province nothing is known."""

    server: Server
    dossiers: int = 30
    commands: Commands = COMMANDS
    template: str = field(default="", init=False)

    def __post_init__(self) -> None:
        """Makes the template."""
        self.template = self.server.database()
        with TemporaryDirectory() as place, forked_portals(*self._options) as portals:
            house = House(self.server.url(self.template), Path(place))
            trial = Trial(house, portals, [("sync", "national"), ("deliver", "status")])
            if trial.night(PROOF_MODULES="1").code not in {0, 1}:
                raise AssertionError(f"the scene is not set: {trial.said}")
            trial.settled()
            with house.engine() as engine:
                brakes.decide(engine, TARGET, "open", "proof", "")
            _import_what(house.place / MODULES)

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """A trial, gone when it is over."""
        name = self.server.copy(self.template)
        try:
            with TemporaryDirectory() as place, forked_portals(*self._options) as portals:
                yield Trial(House(self.server.url(name), Path(place)), portals, self.commands)
        finally:
            self.server.drop(name)

    @property
    def _options(self) -> Sequence[str]:
        return ("--procedures", "60", "--dossiers", str(self.dossiers), "--only", "national", "--only", "province")


def _commands(environment: dict[str, str], place: Path, commands: Commands) -> int:
    """In the forked process: what a shell would do with `gateway … ; gateway …`; the highest exit code."""
    signal.alarm(SECONDS)
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(place / SAID, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    codes: list[int] = []
    for arguments in commands:
        sys.argv = ["gateway", *arguments]
        codes.append(cli.main())
    if "PROOF_MODULES" in environment:
        (place / MODULES).write_text("\n".join(sys.modules), "utf-8")
    return max(codes)


def _import_what(modules: Path) -> None:
    """What a night imports only when it needs it is imported here once, so that forked nights need not."""
    for name in modules.read_text("utf-8").splitlines():
        with suppress(ImportError):
            importlib.import_module(name)
