"""What a night has left in our database and at the national portal, as plain values to compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from proof.forked_portals import Portals
from tests.helpers import dump
from tests.helpers.house import House

Rows = list[tuple[Any, ...]]

OURS = {
    "outbox": """
        select target, dossier_code, kind, status_code, status_at, encode(payload_hash, 'hex'), state, cause
        from ops.outbox order by target, dossier_code, coalesce(place, outbox_id), outbox_id""",
    "ledger": """
        select target, dossier_code, is_created, status_code, status_at, encode(payload_hash, 'hex')
        from ops.ledger order by 1, 2""",
    "quarantine": """
        select portal, stream, record_key, reason, path, value, state from ops.quarantine order by 1, 2, 3, 4, 5""",
    "cursor": "select portal, stream, value from ops.cursor order by 1, 2",
}
"""Beside the core tables: what is owed, acknowledged and refused; without numbers and times of the runs."""

RIGHT = """
    select d.dossier_code, e.status_code, to_char(e.status_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMMDDHH24MISS')
    from core.dossier d join core.dossier_event e using (dossier_id)
    where d.issuer = 'province' and d.dossier_code_national is null
    order by d.dossier_code, e.status_at, e.status_code"""

EVENT = "CapNhatTienDoHoSoMC"


@dataclass(frozen=True)
class Left:
    """core: all tables; ours: rows by name; told: by dossier, what the portal accepted, in its order; right: all steps there were."""

    core: dump.Dump
    ours: dict[str, Rows]
    told: dict[str, Rows]
    right: Rows


def left(house: House, portals: Portals) -> Left:
    """Everything that must not depend on crashes."""
    with house.engine() as engine:
        core = dump.meaning(engine)
    ours = {name: house.rows(query) for name, query in OURS.items()}
    told = {code: [_push(each) for each in pushes] for code, pushes in portals.pushed().items()}
    return Left(core, ours, told, house.rows(RIGHT))


def _push(said: dict[str, Any]) -> tuple[Any, ...]:
    return (said["service"], said["is_updating"], said["state"], said["time"], said["sha256"], said["kept"])


def differences(usual: Left, found: Left) -> Iterator[str]:
    """Where two nights left something else, one line each; none when they are alike."""
    for name, (one, other) in dump.differences(usual.core, found.core).items():
        yield f"core.{name}: only undisturbed {one}, only here {other}"
    for name, rows in found.ours.items():
        if rows != usual.ours[name]:
            yield f"ops.{name}: {_first(usual.ours[name], rows)}"
    for code in sorted(usual.told.keys() | found.told.keys()):
        if usual.told.get(code) != found.told.get(code):
            yield f"portal, {code}: {_first(usual.told.get(code, []), found.told.get(code, []))}"


def wrongs(found: Left) -> Iterator[str]:
    """What the portal holds of each dossier that it has, against the steps we know: each once, in the order of its time."""
    right: dict[str, list[tuple[str, str]]] = {}
    for code, state, time in found.right:
        right.setdefault(code, []).append((state, time))
    for code, pushes in found.told.items():
        steps = [(state, time) for service, _, state, time, _, kept in pushes if service == EVENT and kept]
        if steps != right.get(code):
            yield f"portal, {code}: holds {steps}, right is {right.get(code)}"
    if stuck := [row for row in found.ours["outbox"] if row[6] in {"sending", "unknown", "dead"}]:
        yield f"ops.outbox: {len(stuck)} rows are not settled, the first {stuck[0]}"


def _first(usual: Rows, found: Rows) -> str:
    for number, (one, other) in enumerate(zip(usual, found, strict=False)):
        if one != other:
            return f"row {number}: undisturbed {one}, here {other}"
    return f"undisturbed {len(usual)} rows, here {len(found)}"
