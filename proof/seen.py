"""What a checker has seen at the portals so far: portals forget their past, and the promise is about that too."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

import requests

from proof.shown import Addresses, Record, Shown, held, instant

STATES = {0: "1", 2: "4", 3: "5", 4: "10", 5: "6", 8: "3", 9: "9"}
"""The province's states in the nation's words, written down a second time: a mistake in the crosswalk is found too."""

Step = tuple[str, datetime]


@dataclass
class Seen:
    """codes: by portal and stream, all keys ever shown. steps: of each dossier of the province, its states and their times.

    filed_there: the national portal's own code of a dossier that was filed on it. personal: what may never be logged.
    bodies: of each dossier, the hash of what the national portal holds, and all fields of it. doubled: pushes that a portal
    itself keeps twice because it was told to.
    """

    codes: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    steps: dict[str, set[Step]] = field(default_factory=lambda: defaultdict(set))
    filed_there: dict[str, str] = field(default_factory=dict)
    personal: set[str] = field(default_factory=set)
    bodies: dict[str, tuple[str, Record]] = field(default_factory=dict)
    doubled: int = 0

    def remember(self, other: Seen) -> None:
        """What another checker saw of the same portals."""
        for place, codes in other.codes.items():
            self.codes[place] |= codes
        for code, steps in other.steps.items():
            self.steps[code] |= steps
        self.filed_there |= other.filed_there
        self.personal |= other.personal

    def take(self, http: requests.Session, addresses: Addresses, shown: Shown) -> None:
        """Remember what is shown now."""
        for code, pushed in shown.pushed.items():
            holds = pushed["holds"]
            if holds and self.bodies.get(code, ("",))[0] != holds["sha256"]:
                self.bodies[code] = (holds["sha256"], held(http, addresses, code)["holds"])
        for place, records in shown.lists.items():
            self.codes[place].update(records)
        for code, record in shown.dossiers.items():
            if (step := step_of(record)) is not None:
                self.steps[code].add(step)
            if record["nationCode"]:
                self.filed_there[code] = record["nationCode"]
        self.personal |= shown.personal()


def step_of(record: Record) -> Step | None:
    """The state a dossier of the province is in, and since when; None for a state that nobody has a word for."""
    state, at = STATES.get(record["dossierStatus"]["id"]), instant(record["updatedDate"])
    return None if state is None or at is None else (state, at)
