"""R5, rerun: the same day once more, and seven days once more from the landed bytes, the last one first: nothing changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from proof.acts import WELL
from proof.card import Line
from proof.checker import complaints
from proof.shown import PORTALS
from proof.stage import Trial, stage
from tests.helpers import dump
from tests.helpers.memory import memory_folder
from tests.helpers.server import Server

DAYS = 7
SEED = 5


class State(NamedTuple):
    """core: all core tables, without surrogate ids and batches. pushes: how many the national portal has accepted."""

    core: dump.Dump
    pushes: int

    @property
    def hash(self) -> str:
        """Of the tables."""
        return hashlib.sha256(repr(self.core).encode()).hexdigest()


def measure(days: int = DAYS) -> Line:
    """One house, day after day."""
    with (
        memory_folder() as place,
        EmbeddedPostgres(place / "data", settings=FORGETFUL, keep=False) as postgres,
        stage(Server(postgres), SEED) as set_up,
        set_up.trial() as trial,
    ):
        begins = [_day(trial) for _ in range(days)]
        _once_more(trial, trial.acts.sync)  # what the nation was told tonight it shows from now on
        after, wrong, again = state(trial), complaints(trial.household), 0
        for name, act in _repeats(trial, begins):
            _once_more(trial, act)
            again += 1
            wrong += _unlike(after, state(trial), name)
    return Line(
        "R5",
        "rerun",
        measured=f"{days} days, {again} repeats (the last day twice, replays from day {days} back to day 1): "
        f"{len(wrong)} differences, {after.pushes} pushes before and after",
        required="equal hash of all core tables, 0 new pushes",
        passed=not wrong,
        detail=tuple(wrong[:20]),
    )


def state(trial: Trial) -> State:
    """What may not change."""
    with trial.house.engine() as engine:
        core = dump.meaning(engine)
    return State(core, sum(len(each) for each in trial.portals.pushed().values()))


def _once_more(trial: Trial, act: Callable[[str], int]) -> None:
    for portal in PORTALS:
        act(portal)
    trial.acts.deliver_all()


def _day(trial: Trial) -> int:
    """A day passes and is taken in and told; the first batch of it."""
    trial.days(1)
    begin = int(trial.house.value("select coalesce(max(batch_id), 0) + 1 from ops.batch"))
    codes = [*(trial.acts.sync(portal) for portal in PORTALS), trial.acts.deliver_all()]
    if not set(codes) <= set(WELL):
        raise AssertionError(f"a quiet day went wrong: {trial.acts.said[-10:]}")
    trial.household.look()
    return begin


def _repeats(trial: Trial, begins: list[int]) -> Iterator[tuple[str, Callable[[str], int]]]:
    yield "the last day again", trial.acts.sync
    yield "the last day again, in full", partial(trial.acts.sync, full=True)
    for number, begin in reversed(list(enumerate(begins, 1))):
        yield f"day {number} replayed", partial(trial.acts.replay, since=begin)
    yield "everything replayed", trial.acts.replay


def _unlike(before: State, now: State, name: str) -> list[str]:
    wrong = [] if now.hash == before.hash else [f"{name}: {dump.differences(before.core, now.core)}"[:600]]
    return wrong + ([f"{name}: {now.pushes - before.pushes} new pushes"] if now.pushes != before.pushes else [])
