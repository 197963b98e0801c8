"""Where faulty nights are played: a province and a nation of one seed's making, a house in the middle of its life, copied for each trial."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import requests

from connectors.http.client import HttpClient
from gateway import workshop
from gateway.delivery import brakes, spec
from gateway.portals import PortalSpec, load_portal
from proof.acts import WELL, Acts
from proof.checker import Household
from proof.forked_portals import Portals, forked_portals
from proof.seen import Seen
from tests.helpers.house import ROOT, House, replace_in
from tests.helpers.server import Server

SIZE = ("--procedures", "8", "--dossiers", "30", "--only", "national", "--only", "province")
TARGETS = ("national/dossiers", "national/statuses")
LIMITS = "limits: {attempts: 2, max_bytes: 4MB, "
"""Small ones, so that a trial need not wait: two attempts, a second and a half for an answer, small pages."""


@dataclass
class Trial:
    """One copy of the house and portals of its own, behaving well until they are told otherwise."""

    acts: Acts
    household: Household
    portals: Portals

    @property
    def house(self) -> House:
        """The gateway's."""
        return self.household.house

    def days(self, count: int) -> None:
        """Let days pass at both portals."""
        self.portals.order("national", "days", {"days": count})

    def clear(self, portal: str) -> None:
        """Take back every order to misbehave that a portal was given."""
        requests.delete(f"{self.portals.addresses[portal]}/_sandbox/faults", timeout=30)


@dataclass
class Stage:
    """Trials of one seed."""

    server: Server
    seed: int
    mappings: Path
    template: str = field(default="", init=False)
    seen: Seen = field(default_factory=Seen, init=False)

    @property
    def landing(self) -> Path:
        """What the first evening landed."""
        return self.mappings.parent / "landing"

    def __post_init__(self) -> None:
        """Makes the house that all trials begin with: both portals are taken in, both targets are open."""
        self._portal, self._delivery = cache(load_portal), _once_each(spec.read_delivery)
        self.template = self.server.database()
        with self._trial(self.template) as trial:
            if not {trial.acts.sync("national"), trial.acts.sync("province")} <= set(WELL):
                raise AssertionError(f"the stage is not set: {trial.acts.told()}")
            trial.household.look()
            self.seen = trial.household.seen
            with trial.house.engine() as engine:
                for target in TARGETS:
                    brakes.decide(engine, target, "open", "proof", "")
            shutil.copytree(trial.house.place / "landing", self.landing)

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """A copy, gone when it is over."""
        name = self.server.copy(self.template)
        try:
            with self._trial(name) as trial:
                trial.household.seen.remember(self.seen)
                yield trial
        finally:
            self.server.drop(name)

    @contextmanager
    def _trial(self, database: str) -> Iterator[Trial]:
        with ExitStack() as stack:
            place = Path(stack.enter_context(TemporaryDirectory()))
            portals = stack.enter_context(forked_portals("--seed", str(self.seed), *SIZE))
            if self.landing.exists():
                shutil.copytree(self.landing, place / "landing")
            house = House(self.server.url(database), place, self.mappings)
            house.connections = portals.variables
            household = Household(house, portals.addresses)
            stack.enter_context(patch.dict(os.environ, house.connections))
            # No waiting between two attempts: it proves nothing and takes a second each.
            stack.enter_context(patch.object(HttpClient, "_wait", lambda *_: 0.0))
            self._share_mappings(stack)
            acts = stack.enter_context(Acts(house, household.said))
            yield Trial(acts, household, portals)

    def _share_mappings(self, stack: ExitStack) -> None:
        """All trials of a stage read the same mapping files, and read them once."""
        stack.enter_context(patch.object(workshop, "load_portal", self._portal))
        stack.enter_context(patch.object(spec, "read_delivery", self._delivery))


@contextmanager
def stage(server: Server, seed: int) -> Iterator[Stage]:
    """The stage of a seed."""
    with TemporaryDirectory() as folder:
        mappings = Path(folder) / "mappings"
        shutil.copytree(ROOT / "mappings", mappings)
        _make_quick(mappings)
        found = Stage(server, seed, mappings)
        try:
            yield found
        finally:
            server.drop(found.template)


def _make_quick(mappings: Path) -> None:
    for portal, calls in (("national", "60s"), ("province", "30s")):
        card = mappings / portal / "portal.yaml"
        replace_in(card, "limits: {", LIMITS)
        # The total is the shorter one: a silent portal is told in one way, whatever the machine is doing.
        replace_in(card, f"read: {calls}, total: 2m", "read: 3s, total: 1.5s")
    for stream, size, small in (("dossiers", 1000, 4), ("agencies", 500, 20), ("procedures", 500, 5)):
        replace_in(mappings / "province" / f"{stream}.yaml", f"page_size: {size}", f"page_size: {small}")
    for path in (mappings / "national" / "deliveries").glob("*.yaml"):
        path.write_text(path.read_text("utf-8") + "retry: [0s, 0s, 0s]\n", "utf-8")


def _once_each(read: Callable[[PortalSpec, Path], spec.Delivery]) -> Callable[[PortalSpec, Path], spec.Delivery]:
    known: dict[Path, spec.Delivery] = {}

    def _reading(portal: PortalSpec, path: Path) -> spec.Delivery:
        if path not in known:
            known[path] = read(portal, path)
        return known[path]

    return _reading
