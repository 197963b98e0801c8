"""One faulty night, and the quiet one after it: what the checker says then, and whether the fault was named."""

from __future__ import annotations

import json
import os
import re
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from random import Random
from typing import NamedTuple
from unittest.mock import patch

import requests

from connectors.connection import variable_name
from proof.acts import WELL
from proof.checker import complaints
from proof.fault_kinds import ANY, Kind, Order
from proof.stage import Stage, Trial

PORTAL_OF = {"national": "national", "province": "province", "deliver": "national"}
FILED_THERE = "G22."
"""How codes begin that the national portal gave."""

DAYS = 4
"""Between the evening all is well and the faulty night: something has happened everywhere by then."""


class Usual(NamedTuple):
    """What an act does in an undisturbed night: how often each address is called, and the dossiers the nation is told of."""

    calls: Counter[str]
    told: list[str]


@dataclass(frozen=True)
class Verdict:
    """What became of a kind with a seed. wrong: complaints, and what was not named; empty when the promise was kept."""

    kind: str
    seed: int
    wrong: list[str] = field(default_factory=list)


def usual(stage: Stage) -> dict[str, Usual]:
    """The undisturbed night's acts. Raises AssertionError when one goes wrong."""
    return {act: _undisturbed(stage, Kind("no fault", act, "")) for act in PORTAL_OF}


def _undisturbed(stage: Stage, kind: Kind) -> Usual:
    with stage.trial() as trial:
        _evening(trial, kind, stage.seed)
        before, known = _calls(trial, kind, "calls"), trial.portals.pushed()
        _night(trial, kind, stage.seed)
        after, now = _calls(trial, kind, "calls"), trial.portals.pushed()
        told = sorted(code for code in now if now[code] != known.get(code) and not code.startswith(FILED_THERE))
        found = [*_rest(trial, kind), *_judged(trial, kind)]
        if found:
            raise AssertionError(f"an undisturbed night of seed {stage.seed}: {found}")
        return Usual(after - before, told)


def play(stage: Stage, kind: Kind, usual: Mapping[str, Usual]) -> Verdict:
    """The fault comes at a moment that the dice of seed and kind choose."""
    with stage.trial() as trial:
        _evening(trial, kind, stage.seed)
        came = _meet(trial, kind, usual[kind.act], stage.seed)
        if kind.nights:
            replace(trial.household, visited=(_visited(kind),)).look()
            trial.days(kind.nights)
        trial.household.seen.doubled = kind.doubles
        wrong = [*_rest(trial, kind), *_judged(trial, kind)]
        if not came:
            wrong.append("the fault never came")
        if not re.search(kind.named, trial.acts.told()):
            wrong.append(f"silent: nobody is told of the fault ({kind.named})")
        return Verdict(kind.name, stage.seed, wrong)


def _evening(trial: Trial, kind: Kind, seed: int) -> None:
    """Half of the seeds have told the nation already: then dossiers are changed there, too."""
    if seed % 2:
        trial.acts.deliver()
    trial.days(DAYS)
    if kind.act == "deliver":
        trial.acts.sync("province")


def _night(trial: Trial, kind: Kind, seed: int) -> None:
    if kind.act == "deliver":
        trial.acts.deliver()
    else:
        trial.acts.sync(kind.act, full=seed % 3 == 0)


def _meet(trial: Trial, kind: Kind, usual: Usual, seed: int) -> bool:
    """The faulty night; whether the fault came."""
    dice = Random(f"{seed} {kind.name}")  # noqa: S311 (it is to be thrown the same way again)
    before = _calls(trial, kind, "spoiled").total()
    with OURS[kind.ours](trial, kind):
        for number, order in enumerate(kind.orders):
            calls = 0 if number else usual.calls[str(order["match"])]
            chosen: Order = {"after": dice.randrange(kind.earliest, max(calls, kind.earliest + 1))}
            if order.get("item") == ANY:
                chosen = {"item": dice.choice(usual.told)}
            trial.portals.order(PORTAL_OF[kind.act], "faults", {**order, **chosen})
        _night(trial, kind, seed)
    came = bool(kind.ours) or _calls(trial, kind, "spoiled").total() > before
    trial.clear(PORTAL_OF[kind.act])
    return came


def _rest(trial: Trial, kind: Kind) -> Iterator[str]:
    """A quiet night: nothing may go wrong in it, whatever the one before has left."""
    acts = trial.acts
    steps: list[Callable[[], int]] = [lambda: acts.sync(_visited(kind))]
    steps += [acts.deliver_all] if kind.act != "national" else []
    steps += [acts.reconcile, acts.deliver_all] if kind.mends else []
    for step in steps:
        if (code := step()) not in WELL:
            yield f"the quiet night ended with {code}: {acts.said[-1]}"


def _judged(trial: Trial, kind: Kind) -> list[str]:
    return complaints(replace(trial.household, visited=(_visited(kind),)))


def _visited(kind: Kind) -> str:
    return "national" if kind.act == "national" else "province"


def _address(trial: Trial, kind: Kind) -> str:
    return trial.portals.addresses[PORTAL_OF[kind.act]]


def _calls(trial: Trial, kind: Kind, which: str) -> Counter[str]:
    return Counter(requests.get(f"{_address(trial, kind)}/_sandbox/ledger", timeout=30).json()[which])


@contextmanager
def _nobody_listens(trial: Trial, kind: Kind) -> Iterator[None]:
    name = PORTAL_OF[kind.act]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and never listens
        said = {**trial.portals.connections[name], "host": f"http://127.0.0.1:{closed.getsockname()[1]}"}
        with patch.dict(os.environ, {variable_name(f"portal_{name}"): json.dumps(said)}):
            yield


@contextmanager
def _stop_file(trial: Trial, _: Kind) -> Iterator[None]:
    path = trial.house.place / "stop"
    path.touch()
    with trial.acts.with_settings(stop_file=path):
        yield


@contextmanager
def _no_landing(trial: Trial, _: Kind) -> Iterator[None]:
    """Where the landing store should be, there is something that no folder can be made in."""
    landing, aside = trial.house.place / "landing", trial.house.place / "aside"
    if landing.exists():
        landing.rename(aside)
    landing.touch()
    yield
    landing.unlink()
    if aside.exists():
        aside.rename(landing)


def _nothing(_trial: Trial, _kind: Kind) -> AbstractContextManager[None]:
    return nullcontext()


OURS: Mapping[str, Callable[[Trial, Kind], AbstractContextManager[None]]] = {
    "": _nothing,
    "nobody listens": _nobody_listens,
    "stop file": _stop_file,
    "no landing": _no_landing,
}
"""What is done beside the portals."""
