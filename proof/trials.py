"""Trials of nights: something is done to them at a chosen place, the same commands run again, and nothing may differ."""

from __future__ import annotations

import random
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.demo.embedded_postgres import EmbeddedPostgres
from proof.left import Left, differences, wrongs
from proof.night import COMMANDS, At, Commands, Scene, Trial
from proof.tracer import Traced, kill_at
from tests.helpers.memory import memory_folder

KILLED = -signal.SIGKILL
OUR_STORE = 4
ERROR = re.compile(r"gateway: .*(GATEWAY_|landing).* → .+")
"""What a command says when the database or the landing store failed."""


@dataclass(frozen=True)
class Found:
    """reached: whether there was anything to disturb; what: which call it was; wrong: every difference, one line each."""

    reached: bool
    what: str
    wrong: list[str] = field(default_factory=list)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of no particular kind."""
    with memory_folder() as place:
        yield place


def _nothing(*_: object) -> None:
    """Done before a call of an undisturbed night."""


class Trials:
    """Trials of one kind, on one server, each by its number. days: how many nights one trial has, a day apart."""

    days = 1
    dossiers = 30
    commands: Commands = COMMANDS
    ground: Callable[[], AbstractContextManager[Path]] = staticmethod(folder)
    """Where the server's data lie."""
    is_traced = True
    """Whether the undisturbed nights' calls are counted."""

    def __init__(self, scene: Scene, postgres: EmbeddedPostgres) -> None:
        """Runs the undisturbed nights first: what they leave is what every trial must leave."""
        self.scene, self.postgres = scene, postgres
        self.codes: list[int] = []
        self.calls: list[list[str]] = []
        with scene.trial() as trial:
            for day in range(self.days):
                self.begin(trial, day)
                ended = trial.night(_nothing if self.is_traced else None)
                self.codes.append(ended.code)
                self.calls.append(ended.passed)
            self.usual: Left = trial.left()
            if not {*self.codes} <= {0, 1} or list(wrongs(self.usual)):
                raise AssertionError(
                    f"undisturbed nights went wrong: {self.codes} {[*wrongs(self.usual)]} {trial.said}"
                )

    def run(self, number: int) -> Found:
        """Make one trial."""
        raise NotImplementedError

    def begin(self, trial: Trial, day: int) -> None:
        """A day passes before every night but the first."""
        if day:
            trial.portals.order("national", "days", {"days": 1})

    def again(self, trial: Trial, day: int = 0) -> list[str]:
        """The same commands, undisturbed; what was not as usual then."""
        trial.settled()
        ended = trial.night()
        if ended.code == self.codes[day]:
            return []
        return [f"run again, it ended with {ended.code}: {trial.last_said}"]

    def restart(self, trial: Trial) -> None:
        """Start the server anew, whatever state it is in; its address changes."""
        name = trial.house.database
        self.postgres.stop()
        self.postgres.start()
        trial.house.url = self.postgres.url(name)

    def wrong(self, trial: Trial) -> list[str]:
        """All that is not as after undisturbed nights."""
        found = trial.left()
        return [*differences(self.usual, found), *wrongs(found)]


class Killed(Trials):
    """SIGKILL before the number-th call of a night."""

    def run(self, number: int) -> Found:
        """A number beyond the last call disturbs nothing."""
        with self.scene.trial() as trial:
            ended = trial.night(kill_at(number))
            reached = ended.code == KILLED
            wrong = self.again(trial) if reached else []
            return Found(reached, ended.passed[-1], [*wrong, *self.wrong(trial)])


class KilledSomewhere(Killed):
    """The same before a call that its number's dice tell, of each name in turn."""

    def run(self, number: int) -> Found:
        """Another number, another place."""
        [calls], names = self.calls, sorted({*self.calls[0]})
        places = [place for place, name in enumerate(calls, 1) if name == names[number % len(names)]]
        return super().run(random.Random(number).choice(places))


def once(number: int, what: At) -> tuple[At, list[str]]:
    """`what` is done before this call alone; the list then has its name."""
    done: list[str] = []

    def _at(reached: int, name: str, process: int) -> None:
        if reached == number:
            done.append(name)
            what(reached, name, process)

    return _at, done


def told(ended: Traced, trial: Trial) -> list[str]:
    """Whether a night whose own store failed said so: code 4, and in a line what, where, and what to do."""
    lines = [line for line in trial.said.splitlines() if ERROR.match(line)]
    return [] if ended.code == OUR_STORE and lines else [f"ended with {ended.code} and said: {trial.last_said}"]
