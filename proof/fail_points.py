"""Kills at the named places of gateway/failpoint.py: the way that needs no view of system calls."""

from __future__ import annotations

from gateway.failpoint import NAMES
from proof.night import Trial
from proof.trials import KILLED, Found, Trials

COUNTS = (1, 3)
"""Each place is fatal when it is reached for the first time, or the third."""
PLACES = [(name, count) for name in NAMES for count in COUNTS]


class AtFailPoints(Trials):
    """A night in which one push is not answered, so that it is read back, killed at PLACES[number]."""

    is_traced = False

    def begin(self, trial: Trial, day: int) -> None:
        """Three pushes are kept, and their connections are reset."""
        super().begin(trial, day)
        trial.portals.order("national", "faults", {"kind": "commit_then_reset", "match": "/", "times": max(COUNTS)})

    def run(self, number: int) -> Found:
        """A place that is never reached is wrong."""
        name, count = PLACES[number]
        with self.scene.trial() as trial:
            self.begin(trial, 0)
            ended = trial.night(GATEWAY_FAILPOINT=f"{name}:{count}")
            missed = [] if ended.code == KILLED else [f"{name} is not reached {count} times"]
            return Found(True, f"{name}:{count}", [*missed, *self.again(trial), *self.wrong(trial)])
