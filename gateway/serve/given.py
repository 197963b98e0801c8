"""What is given to readers, written down before it leaves: each answer to a consumer as an entry of the audit log, its rows counted
against the consumer's day; answers to anyone as sums. Never a value, nor what a filter asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.access import chain
from gateway.access.keys import Consumer
from gateway.access.quotas import seconds_to_next_day, spend
from gateway.serve.gate import Gate, Reading
from gateway.serve.office import Office
from gateway.serve.problems import too_many_rows


@dataclass(frozen=True)
class Given:
    """kind: `rows`, `changes` or `file`. rows: how many of them, or of a file. about: where in the set, and the names of filters."""

    kind: str
    rows: int
    columns: Sequence[str]
    about: dict[str, Any] = field(default_factory=dict)


def write_down(gate: Gate, reading: Reading, given: Given) -> None:
    """Before the answer leaves; also one to HEAD, whose length tells of it. Raises Refusal when a consumer would get more than its
    rows of a day.
    """
    if gate.office is None:
        return
    if gate.caller.consumer is None:
        gate.office.sums.add(reading.shared.name, given.kind, given.rows)
    else:
        _enter(gate.office, gate, _act(gate.caller.consumer, reading, given), given.rows)


def _act(consumer: Consumer, reading: Reading, given: Given) -> chain.Act:
    detail = {"version": reading.shared.version, "role": reading.view.role, "key": consumer.prefix, "rows": given.rows}
    told = {**detail, "columns": list(given.columns), **given.about}
    return chain.Act(f"consumer {consumer.code}", f"{given.kind} read", reading.shared.name, told)


def _enter(office: Office, gate: Gate, act: chain.Act, rows: int) -> None:
    assert gate.caller.limits is not None
    with office.engine.begin() as connection:
        if not spend(connection, gate.caller.limits, rows):
            raise too_many_rows(seconds_to_next_day())
        chain.append(connection, office.secrets, act)
