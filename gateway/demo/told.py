"""The second half of the night: portals are told what they must hear of, then both sides are compared; what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.config import load_settings
from gateway.demo.counts import rows

PERSON = "demo"
"""Who opens the targets: a real one is opened by a person who has looked at what would go."""

_TOLD = """
select o.target, count(*) filter (where o.state = 'accepted' and o.settled_at >= %s) as accepted,
    count(*) filter (where o.state = 'held') as held, count(*) filter (where o.state in ('rejected', 'dead')) as rejected,
    count(*) filter (where o.state = 'unknown') as unknown,
    count(*) filter (where o.state in ('waiting', 'sending')) as waiting
from ops.outbox as o group by o.target order by o.target
"""

_COMPARED = """
select distinct on (pair) pair, ours_count as ours, theirs_count as theirs, equal_count as equal, cause_counts as causes
from ops.reconciliation where begun_at >= %s and ended_at is not null order by pair, reconciliation_id desc
"""


@dataclass(frozen=True)
class Told:
    """Rows of one target's outbox: accepted tonight, and what waits, and for what."""

    target: str
    accepted: int
    held: int
    rejected: int
    unknown: int
    waiting: int


@dataclass(frozen=True)
class Compared:
    """The newest comparison of one pair: how many each side has, how many agree, differences by cause."""

    pair: str
    ours: int
    theirs: int
    equal: int
    causes: Mapping[str, int]


def open_targets(variables: Mapping[str, str]) -> None:
    """Do what a person does for new targets: open them, and let go what waits although it is much.

    Here nobody can be told anything wrong, for the portals are simulated. variables: GATEWAY_*.
    """
    from gateway.delivery import brakes, spec  # the first half of the night needs no driver
    from gateway.workshop import open_workshop

    shop = open_workshop(load_settings(variables))
    try:
        for target in spec.deliveries(shop):
            brakes.decide(shop.engine, target.target, "open", PERSON, "")
            brakes.approve(shop.engine, target, PERSON)
    finally:
        shop.engine.dispose()


def told(database: str, since: datetime) -> list[Told]:
    """What the targets took since an instant. Empty while there are no tables."""
    return rows(database, Told, _TOLD, since)


def compared(database: str, since: datetime) -> list[Compared]:
    """How the pairs compared since an instant. Empty while there are no tables."""
    return rows(database, Compared, _COMPARED, since)
