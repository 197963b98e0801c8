"""R0, selftest: the checker is awake: it complains of every planted bug, and of nothing where the same night meets no bug."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from proof.bugs import BUGS, Bug, dying, planted
from proof.card import Line
from proof.checker import complaints
from proof.stage import Stage, Trial, stage
from tests.helpers.memory import memory_folder
from tests.helpers.server import Server

SEED = 2
DAYS = 4


def measure(bugs: Sequence[Bug] = BUGS) -> Line:
    """Each bug's night with the bug, and without it."""
    with (
        memory_folder() as place,
        EmbeddedPostgres(place / "data", settings=FORGETFUL, keep=False) as postgres,
        stage(Server(postgres), SEED) as set_up,
    ):
        found = {bug.name: night(set_up, bug, with_bug=True) for bug in bugs}
        alarms = {bug.name: night(set_up, bug, with_bug=False) for bug in bugs}
    missed = [bug for bug in bugs if not any(each.startswith(f"{bug.shows}: ") for each in found[bug.name])]
    return Line(
        "R0",
        "selftest",
        measured=f"{len(bugs) - len(missed)}/{len(bugs)} caught, {sum(map(len, alarms.values()))} false alarms",
        required="all, 0",
        passed=not missed and not any(alarms.values()),
        detail=tuple(
            [f"{bug.name}: no complaint that something is {bug.shows}: {found[bug.name][:3]}" for bug in missed]
            + [f"{name}, without the bug: {each}" for name, wrong in alarms.items() for each in wrong]
        ),
    )


def night(set_up: Stage, bug: Bug, *, with_bug: bool) -> list[str]:
    """What the checker complains of after the night on which the bug bites, and a quiet one."""
    with set_up.trial() as trial, planted(bug if with_bug else None):
        trial.days(DAYS)
        replace(trial.household, visited=(_visited(bug),)).look()
        _faulty(trial, bug)
        if bug.days:
            trial.days(bug.days)
        _quiet(trial, bug)
        return complaints(replace(trial.household, visited=(_visited(bug),)))


def _visited(bug: Bug) -> str:
    return "national" if bug.act == "national" else "province"


def _faulty(trial: Trial, bug: Bug) -> None:
    portal = "province" if bug.act == "province" else "national"
    with ExitStack() as stack:
        if bug.dies:
            stack.enter_context(dying(bug.dies))
        if bug.act == "deliver":
            trial.acts.sync("province")  # what is to be told
        for order in bug.orders:
            trial.portals.order(portal, "faults", order)
        if bug.act != "deliver":
            trial.acts.sync(bug.act)
        elif not bug.days:
            trial.acts.deliver()
    if not bug.stays:
        _clear(trial)


def _quiet(trial: Trial, bug: Bug) -> None:
    trial.acts.sync(_visited(bug))
    trial.acts.deliver_all()
    if bug.stays:
        _clear(trial)


def _clear(trial: Trial) -> None:
    for portal in trial.portals.addresses:
        trial.clear(portal)
