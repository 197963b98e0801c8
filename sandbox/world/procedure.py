"""A procedure (thủ tục hành chính) as the national catalogue knows it, and how long it takes."""

from dataclasses import dataclass
from functools import cache

from sandbox.world.chance import Dice

# Processing times (thời gian giải quyết) in working days, as often as they are met.
WORKING_DAYS = (3, 5, 7, 10, 10, 15, 15, 20, 20, 30, 30, 45, 60)


@dataclass(frozen=True, slots=True)
class Procedure:
    """What is known of a procedure. Texts stand as their source wrote them; what it does not say is empty."""

    code: str
    name: str
    ministry: str
    fields: tuple[str, ...]
    levels: tuple[str, ...]
    kind: str
    decision: str
    executors: tuple[str, ...] = ()
    applicants: tuple[str, ...] = ()
    competent: tuple[str, ...] = ()
    coordinating: tuple[str, ...] = ()
    authorised: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    legal_bases: tuple[str, ...] = ()
    has_detail: bool = True
    # Only a simulated procedure may be given invented steps, papers and fees.
    simulated: bool = False

    @property
    def is_local(self) -> bool:
        """True when a province or one of its communes carries it out."""
        return any("tỉnh" in level or "xã" in level for level in self.levels)

    @property
    def is_communal(self) -> bool:
        """True when a commune (xã, phường) carries it out."""
        return any("xã" in level for level in self.levels)

    @property
    def working_days(self) -> int:
        """The time (working days) that a dossier of this procedure is promised."""
        return _working_days(self.code)


@cache
def _working_days(code: str) -> int:
    return Dice("working days", code).pick(WORKING_DAYS)
