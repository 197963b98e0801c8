"""R6, overlap: of several runs that begin at once one works; the others say which run has the lock, and stop."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from proof.acts import WELL
from proof.card import Line
from proof.checker import complaints
from proof.fault_kinds import ALWAYS, RECORD, SEARCH
from proof.forked_commands import Ended, together
from proof.stage import Stage, stage
from tests.helpers.memory import memory_folder
from tests.helpers.server import Server

TIMES = (2, 8)
SEED = 6
LOCKED = 5
HOLDER = r": process \d+ of \S+@\S+ since 20"
SYNC, DELIVER = ("sync", "province"), ("deliver", "--target", "national/dossiers")
SLOW = {"times": ALWAYS, "kind": "slow", "seconds": 0.4}
"""Every answer takes its time, so that the others surely come while the first one is at work."""


def measure(times: Sequence[int] = TIMES) -> Line:
    """So many at once, of both commands."""
    with (
        memory_folder() as place,
        EmbeddedPostgres(place / "data", settings=FORGETFUL, keep=False) as postgres,
        stage(Server(postgres), SEED) as set_up,
    ):
        wrong = [each for count in times for each in overlapping(set_up, count)]
    return Line(
        "R6",
        "overlap",
        measured=f"{' and '.join(map(str, times))} runs at once, synchronising and delivering: {len(wrong)} not as promised",
        required="one works, the others name the lock's holder and end with 5, nothing is told twice",
        passed=not wrong,
        detail=tuple(wrong),
    )


def overlapping(set_up: Stage, count: int) -> list[str]:
    """What goes wrong when `count` processes do the same."""
    with set_up.trial() as trial:
        trial.days(4)
        trial.portals.order("province", "faults", {**SLOW, "match": SEARCH})
        trial.portals.order("national", "faults", {**SLOW, "match": RECORD})
        environment = {**trial.house.environment, **trial.portals.variables}
        wrong = []
        for command in (SYNC, DELIVER):
            wrong += _judged(together([command] * count, environment, trial.house.place), command[0])
        for portal in trial.portals.addresses:
            trial.clear(portal)
        trial.acts.deliver_all()
        return wrong + complaints(replace(trial.household, visited=("province",)))


def _judged(ended: Sequence[Ended], verb: str) -> list[str]:
    worked = [each for each in ended if each.code in WELL]
    refused = [each for each in ended if each.code == LOCKED]
    wrong = [f"{verb}: {len(worked)} of {len(ended)} runs worked"] if len(worked) != 1 else []
    wrong += [
        f"{verb}: a run ended with {each.code}: {each.said[-300:]}" for each in ended if each not in (*worked, *refused)
    ]
    return wrong + [
        f"{verb}: it does not say who has the lock: {each.said[-300:]}"
        for each in refused
        if not re.search(HOLDER, each.said)
    ]
