"""The checker: holds what the portals show, and what the national portal really holds, against our database.

It believes no counter and no log of a run, and shares no code with the gateway. Each complaint is one sentence that begins
with its kind: lost, twice, wrong, silent or leaked. A night that kept the promise leaves none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from proof import check_said, check_stored, check_told
from proof.asked import asking
from proof.seen import Seen
from proof.shown import PORTALS, Addresses, shown, visitor
from tests.helpers.house import House


@dataclass(frozen=True)
class Household:
    """What is judged: our house, the portals' addresses by name, what they showed before, what our programs said.

    visited: the portals whose lists were taken in since days last passed; of others nothing can be asked.
    """

    house: House
    addresses: Addresses
    visited: tuple[str, ...] = PORTALS
    seen: Seen = field(default_factory=Seen)
    said: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Remember what the portals show now: it must be found in our database from the next judgement on."""
        with visitor() as http:
            self.seen.take(http, self.addresses, shown(http, self.addresses, self.visited))


def complaints(household: Household) -> list[str]:
    """All of them, plain sentences that name the place; empty when all is well.

    To be asked after a night whose runs have ended, with no order to misbehave in force at the portals.
    """
    return list(_complaints(household))


def _complaints(household: Household) -> Iterator[str]:
    with visitor() as http:
        tonight = shown(http, household.addresses, household.visited)
        household.seen.take(http, household.addresses, tonight)
    with asking(household.house) as ask:
        yield from check_stored.complaints(ask, household.seen, tonight)
        if "province" in household.visited:
            yield from check_told.complaints(ask, household.seen, tonight)
        yield from check_said.complaints(ask, household.seen, household.said)
