"""R16, order: where a dossier stands, its events and the flags of its steps do not depend on the order in which its states came.

Every history goes through the whole pipeline (landed, cut, mapped, merged) into the real database, night by night and as one
answer, and what stands there then is compared with what its states say by their own times.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise, permutations
from random import Random
from typing import Any, NamedTuple

from gateway.config import HOME
from gateway.portals import load_portal
from gateway.states import Steps, flags_of, load_steps
from proof.card import Line
from proof.household import household, load
from tests.helpers.house import House

HISTORIES = 1000
SEED = 16
FIRST = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OURS = {0: "1", 2: "4", 3: "5", 4: "10", 5: "6", 8: "3", 9: "9"}
"""States of the province's system, and the national ones they are."""


class Told(NamedTuple):
    """A state that a portal tells: so many minutes after FIRST, and its own code of the state."""

    minute: int
    state: int


class Outcome(NamedTuple):
    """What is known of a dossier: the row's (state, its time, its due date), its events, the kinds of its odd steps."""

    row: tuple[str, datetime, datetime]
    events: tuple[tuple[datetime, str], ...]
    flags: tuple[str, ...]


History = tuple[Told, ...]

FIVE: History = (Told(0, 0), Told(5, 2), Told(5, 9), Told(9, 2), Told(9, 4))
"""Five states, two and two of them of one instant; they go forward, over the end, and back from it."""


def measure(count: int = HISTORIES) -> Line:
    """All orders of five states, and `count` random histories in a random order."""
    with household() as house:
        return judged(house, random_histories(count))


def judged(house: House, histories: Sequence[History]) -> Line:
    """What became of all orders of `FIVE`, and of these histories, in a house that holds nothing yet."""
    told = [*permutations(FIVE), *histories]
    wrong = [*unlike(house, "nights", told, at_once=False), *unlike(house, "answer", told, at_once=True)]
    return Line(
        "R16",
        "order",
        measured=f"{len(told) - len(histories)} orders of 5 states, {len(histories)} random histories: {len(wrong)} differ",
        required="0 differ",
        passed=not wrong,
        detail=tuple(wrong[:20]),
    )


def random_histories(count: int) -> list[History]:
    """Histories of one to eight states, some of one instant, always the same ones."""
    dice = Random(SEED)  # noqa: S311  # always the same, and no secret
    return [
        tuple(Told(dice.randrange(12), dice.choice(list(OURS))) for _ in range(dice.randint(1, 8)))
        for _ in range(count)
    ]


def unlike(house: House, name: str, told: Sequence[History], *, at_once: bool) -> Iterator[str]:
    """Load these histories as dossiers `name-0`, `name-1` …; a line for each that does not stand as its states say.

    at_once: as one answer in the order told; else every state in a batch of its own.
    """
    rounds = [
        [_record(f"{name}-{number}", history[turn]) for number, history in enumerate(told) if turn < len(history)]
        for turn in range(max(map(len, told)))
    ]
    _load(house, [list(chain.from_iterable(rounds))] if at_once else rounds)
    steps = load_steps((HOME / "mappings",))
    found = _found(house, steps, name)
    for number, history in enumerate(told):
        meant, is_ = expected(steps, history), found.get(f"{name}-{number}")
        if is_ != meant:
            yield f"{name} {[(each.minute, OURS[each.state]) for each in history]}: {is_} for {meant}"


def expected(steps: Steps, history: History) -> Outcome:
    """What a history's states say by their own times, in whatever order they are told."""
    line = sorted({(each.minute, int(OURS[each.state]), each) for each in history})
    codes = [str(code) for _, code, _ in line]
    kinds = (steps.kind(*pair) for pair in pairwise(codes) if pair[0] != pair[1])
    last = line[-1][2]
    return Outcome(
        (codes[-1], _at(last), _due(last)),
        tuple((_at(each), OURS[each.state]) for _, _, each in line),
        tuple(kind for kind in kinds if kind != "usual"),
    )


def _at(told: Told) -> datetime:
    return FIRST + timedelta(minutes=told.minute)


def _due(told: Told) -> datetime:
    return _at(told) + timedelta(days=told.state)


def _record(code: str, told: Told) -> dict[str, Any]:
    return {
        "code": code,
        "dossierStatus": {"id": told.state, "name": ""},
        "updatedDate": _at(told).isoformat(timespec="milliseconds"),
        "dueDate": _due(told).isoformat(timespec="milliseconds"),
    }


def _load(house: House, batches: Sequence[Sequence[dict[str, Any]]]) -> None:
    stream = load_portal((HOME / "mappings",), "province").stream("dossiers")
    with house.shop() as shop:
        for records in batches:
            load(shop, stream, [json.dumps({"content": records}).encode()], len(records))


def _found(house: House, steps: Steps, name: str) -> dict[str, Outcome]:
    with house.engine() as engine, engine.connect() as connection:
        rows = house.rows(_ROWS, name=f"{name}-%")
        flags: dict[str, list[str]] = {}
        for flag in flags_of(connection, steps, [row[0] for row in rows]):
            flags.setdefault(flag.dossier_code, []).append(flag.kind)
    return {
        code: Outcome((status, at, due), tuple(zip(times, codes, strict=True)), tuple(flags.get(code, ())))
        for _, code, status, at, due, times, codes in rows
    }


_ROWS = """
    select d.dossier_id, d.dossier_code, d.status_code, d.status_at, d.due_at,
        array_agg(e.status_at order by e.status_at, e.status_code::int),
        array_agg(e.status_code order by e.status_at, e.status_code::int)
    from core.dossier as d join core.dossier_event as e using (dossier_id)
    where d.dossier_code like :name group by d.dossier_id"""
