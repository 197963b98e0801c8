"""The comparison: one full outer join of two snapshots by code and fingerprint; only what differs is looked at further."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

WORK_MEMORY = "64MB"
"""For the join's hash table: the codes of a million dossiers, on the way to the disk but not all of them on it."""


@dataclass(frozen=True)
class Figures:
    """By count (ours, theirs), by key (only ours, only theirs), by value (equal, differing)."""

    ours: int
    theirs: int
    only_ours: int
    only_theirs: int
    differing: int

    @property
    def equal(self) -> int:
        """Dossiers of which both sides say the same."""
        return self.ours - self.only_ours - self.differing


def compare(connection: Connection, pair: str) -> None:
    """Leave what may differ in the temporary table `differing`, with the places of its rows."""
    connection.execute(text(f"set local work_mem = '{WORK_MEMORY}'"))
    # The planner cannot know that so little differs, and would not think several processes worth their while.
    connection.execute(text("set local parallel_tuple_cost = 0"))
    connection.exec_driver_sql(differing(pair))
    connection.execute(text("set local parallel_tuple_cost to default"))
    connection.execute(text("analyze differing"))


def count_rows(side: str) -> str:
    """Let the server count what was just staged: by the rows of last night it would choose a wrong way to join them."""
    return f"analyze ops.snapshot_{side} (pair, dossier_code)"


def differing(pair: str) -> str:
    """The join. It makes its table by itself, since only so may the server work on it with several processes.

    Narrow on purpose: values are fetched for what differs alone, by the place of the row (ctid).
    """
    literal = pair.replace("'", "''")
    columns = "dossier_code, fingerprint, copies, told_count, step_count, ctid as place"
    sides = {
        side: f"(select {columns} from ops.snapshot_{side} where pair = '{literal}')" for side in ("ours", "theirs")
    }
    return f"""
        create temp table differing as
        select coalesce(o.dossier_code, t.dossier_code) as key, o.place as our_place, t.place as their_place
        from {sides["ours"]} as o full outer join {sides["theirs"]} as t using (dossier_code)
        where o.fingerprint is distinct from t.fingerprint
            or o.copies > 1 or t.copies > 1 or t.told_count > o.told_count or t.step_count <> o.step_count"""
