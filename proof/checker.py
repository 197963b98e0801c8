"""The checker: holds what the portals show, and what the national portal really holds, against our database.

It believes no counter and no log of a run, and shares no code with the gateway. Each complaint is one sentence that begins
with its kind: lost, twice, wrong, silent or leaked. A night that kept the promise leaves none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from proof import check_said, check_stored, check_told
from proof.seen import Seen
from proof.shown import Addresses, shown, visitor
from tests.helpers.house import House


@dataclass(frozen=True)
class Household:
    """What is judged: our house, the portals' addresses by name, what they showed before, what our programs said."""

    house: House
    addresses: Addresses
    seen: Seen = field(default_factory=Seen)
    said: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Remember what the portals show now: it must be found in our database from the next judgement on."""
        with visitor() as http:
            self.seen.take(http, self.addresses, shown(http, self.addresses))


def complaints(household: Household) -> list[str]:
    """All of them, plain sentences that name the place; empty when all is well.

    To be asked after a night whose runs have ended, with no order to misbehave in force at the portals.
    """
    return list(_complaints(household))


def _complaints(household: Household) -> Iterator[str]:
    with visitor() as http:
        tonight = shown(http, household.addresses)
        household.seen.take(http, household.addresses, tonight)
    yield from check_stored.complaints(household.house, household.seen, tonight)
    yield from check_told.complaints(household.house, household.seen, tonight)
    yield from check_said.complaints(household.house, household.seen, household.said)
