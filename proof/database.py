"""Faults of our own store under a night: sessions ended, a COMMIT cut, no room on the disk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proof.cut_commit import cutting
from proof.disks import full_but, small_disk
from proof.night import Trial
from proof.nights import ENDING
from proof.trials import Found, Trials, folder, once, told

DISK = 400 << 20
"""Bytes: room for the cluster and some databases."""


class Terminated(Trials):
    """All our sessions are ended by an administrator, at a place that its number's dice tell."""

    def run(self, number: int) -> Found:
        """pg_terminate_backend, and the night goes on without them as far as it can."""
        place = random.Random(number).randint(1, len(self.calls[0]) - ENDING)
        with self.scene.trial() as trial:
            at, done = once(place, lambda *_: self.scene.server.admin(_end_all(trial.house.database)))
            wrong = told(trial.night(at), trial)
            return Found(bool(done), f"ended at {place}", [*wrong, *self.again(trial), *self.wrong(trial)])


def _end_all(database: str) -> str:
    return f"select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{database}'"


class CutCommit(Trials):
    """The connection is cut in its COMMIT: in the n-th of a night, which arrived (2n - 1) or did not (2n)."""

    def run(self, number: int) -> Found:
        """A number beyond the last COMMIT disturbs nothing."""
        is_stored = number % 2 == 1
        with self.scene.trial() as trial:
            direct = trial.house.url
            with cutting(direct, (number + 1) // 2, is_stored=is_stored) as trial.house.url:
                ended = trial.night()
            trial.house.url = direct
            if ended.code == self.codes[0]:
                return Found(False, "no COMMIT", self.wrong(trial))
            wrong = told(ended, trial)
            what = f"COMMIT {(number + 1) // 2}, {'stored' if is_stored else 'not stored'}"
            return Found(True, what, [*wrong, *self.again(trial), *self.wrong(trial)])


@contextmanager
def own_disk() -> Iterator[Path]:
    """A disk for the server alone, to be filled."""
    with folder() as place, small_disk(place, DISK):
        yield place


class NoRoom(Trials):
    """The disk under PostgreSQL is full but for so many times STEP."""

    step = 1 << 18
    ground = staticmethod(own_disk)

    def run(self, number: int) -> Found:
        """Enough room disturbs nothing."""
        with self.scene.trial() as trial:
            with full_but(self.postgres.data.parent, number * self.step):
                ended = trial.night()
            self.restart(trial)
            return self.judged(ended.code, trial, f"{number * self.step >> 10} KiB of room", told(ended, trial))

    def judged(self, code: int, trial: Trial, what: str, wrong: list[str]) -> Found:
        """A night that ended as usual had room enough."""
        if code == self.codes[0]:
            return Found(False, what, self.wrong(trial))
        return Found(True, what, [*wrong, *self.again(trial), *self.wrong(trial)])


class NoRoomToLand(NoRoom):
    """The disk under the landing store has room for so many times STEP."""

    step = 1 << 12
    ground = staticmethod(folder)

    def run(self, number: int) -> Found:
        """Enough room disturbs nothing."""
        with self.scene.trial() as trial, small_disk(trial.house.place / "landing", number * self.step) as grow:
            ended = trial.night()
            grow()
            return self.judged(ended.code, trial, f"room for {number * self.step} bytes", told(ended, trial))
