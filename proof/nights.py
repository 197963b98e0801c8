"""Random kills: of whole nights that also meet pushes with no answer, and of PostgreSQL itself."""

from __future__ import annotations

import os
import random
import signal

import psutil

from proof.night import COMMANDS, Commands, Trial
from proof.tracer import kill_at
from proof.trials import KILLED, Found, Trials, once, told

AMBIGUOUS = 0.02
"""This share of pushes is taken by the portal, and its answer never comes."""
PUSHES = 50
"""More than the nights of one trial have; an order for a later one waits in vain."""
ENDING = 10
"""Calls at the end of a night that no longer need the database: the last words and figures."""


class KilledNights(Trials):
    """Two nights, a day apart, each killed once at a place that its number's dice tell."""

    days = 2
    dossiers = 60
    commands: Commands = (("sync", "national"), *COMMANDS)

    def run(self, number: int) -> Found:
        """Every trial has its own dice, and the same ones each time."""
        dice, wrong, killed = random.Random(number), list[str](), 0
        with self.scene.trial() as trial:
            ordered = _lose_answers(trial, dice)
            for day, calls in enumerate(self.calls):
                self.begin(trial, day)
                killed += trial.night(kill_at(dice.randint(1, len(calls)))).code == KILLED
                wrong += self.again(trial, day)
            lost = ordered - trial.portals.faults_left("national")
            return Found(True, f"{killed} kills, {lost} answers lost", [*wrong, *self.wrong(trial)])


def _lose_answers(trial: Trial, dice: random.Random) -> int:
    chosen = [after for after in range(PUSHES) if dice.random() < AMBIGUOUS]
    for after in chosen:
        trial.portals.order("national", "faults", {"kind": "commit_then_reset", "match": "/", "after": after})
    return len(chosen)


class PostgresKilled(Trials):
    """The server is killed under a night, by turns as by SIGKILL and by an immediate stop, and started again."""

    def run(self, number: int) -> Found:
        """Where is what its number's dice tell."""
        how = signal.SIGKILL if number % 2 else signal.SIGQUIT
        place = random.Random(number).randint(1, len(self.calls[0]) - ENDING)
        at, done = once(place, lambda *_: self._kill(how))
        with self.scene.trial() as trial:
            wrong = told(trial.night(at), trial)
            self.restart(trial)
            return Found(bool(done), f"{how.name} at {place}", [*wrong, *self.again(trial), *self.wrong(trial)])

    def _kill(self, how: signal.Signals) -> None:
        """The server and, with it, all its processes: until they are gone a statement may still come through."""
        server = psutil.Process(self.postgres.pid)
        backends = server.children()
        os.kill(server.pid, how)
        psutil.wait_procs([server, *backends], timeout=20)
