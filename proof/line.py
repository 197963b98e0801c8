"""Each dossier's line at a target, as our database lists it: what is not told yet, and whether it says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from proof.asked import Ask

WAITING = """
    select o.dossier_code, o.kind, o.state, o.status_code,
        to_char(o.status_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMMDDHH24MISS'), coalesce(o.reason, ''),
        o.next_at is not null
    from ops.outbox as o
    where o.target = :target and o.state not in ('accepted', 'superseded')
    order by o.dossier_id, coalesce(o.place, o.outbox_id), o.outbox_id"""

DISCREPANCIES = "select key from ops.discrepancy where kind = 'dossier' and closed_at is null"


class Owed(NamedTuple):
    """One row that is not told. time: as the national portal writes it; is_dated: it is known when it is tried again."""

    kind: str
    state: str
    status: str
    time: str
    reason: str
    is_dated: bool


@dataclass
class Line:
    """rows: in the order in which they go. is_found: reconciliation has found the dossier different at the portal."""

    rows: list[Owed] = field(default_factory=list)
    is_found: bool = False

    def lists_step(self, status: str, time: str) -> bool:
        """Whether a step that the portal does not hold is listed for a person."""
        return self.is_found or any(
            row.kind == "event" and (row.status, row.time) == (status, time) for row in self.rows
        )

    @property
    def lists_record(self) -> bool:
        """Whether a record that the portal does not hold, or holds otherwise, is listed for a person."""
        return self.is_found or any(row.kind == "record" for row in self.rows)

    def unexplained(self) -> list[Owed]:
        """Rows that are not told and say nothing: neither they nor one before them in line has a reason or an hour."""
        for number, row in enumerate(self.rows):
            if row.state == "sending":
                return self.rows[number:]
            if row.reason or (row.state == "waiting" and row.is_dated):
                return []
            return self.rows[number:]
        return []


def lines(ask: Ask, target: str) -> dict[str, Line]:
    """By the code under which the target knows the dossier."""
    found: dict[str, Line] = {}
    for code, *row in ask.rows(WAITING, target=target):
        found.setdefault(code, Line()).rows.append(Owed(*row))
    if ask.column("select to_regclass('ops.discrepancy')")[0]:
        for code in ask.column(DISCREPANCIES):
            found.setdefault(code, Line()).is_found = True
    return found
