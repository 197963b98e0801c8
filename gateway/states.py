"""States (trạng thái): which steps of a dossier are usual, and which ones a person should look at.

A step is read from the events by their own time, whatever the order in which they came: a late event moves into its place, and
what is said of the steps around it changes with it. Nothing is refused for its step; it is kept, and told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from gateway import tsv
from gateway.config import HOME
from gateway.crosswalks import codelists
from gateway.errors import ConfigError
from gateway.log import log

FILE = "states/dossier_steps.tsv"
LIST = "dossier_status"
COLUMNS = ("from", "to", "kind", "comment")
KINDS = ("usual", "back", "reopened")
UNUSUAL = "unusual"
"""The kind of every pair that the file does not name."""


@dataclass(frozen=True)
class Steps:
    """The kind of each pair of states (from, to) that the file names: usual, back (lùi bước) or reopened (mở lại)."""

    path: Path
    kinds: Mapping[tuple[str, str], str]

    def kind(self, before: str, after: str) -> str:
        """What a step from one state to another is."""
        return self.kinds.get((before, after), UNUSUAL)

    @property
    def binds(self) -> dict[str, Any]:
        """The table as three columns, for `_FLAGS`."""
        pairs = list(self.kinds)
        return {
            "befores": [before for before, _ in pairs],
            "afters": [after for _, after in pairs],
            "kinds": list(self.kinds.values()),
        }


def load_steps(folders: Sequence[Path]) -> Steps:
    """`states/dossier_steps.tsv` of the first mappings folder that has one, else the shipped one.

    Raises ConfigError with file and line.
    """
    shipped = HOME / "mappings"
    path = next((folder / FILE for folder in folders if (folder / FILE).is_file()), shipped / FILE)
    states = codelists.find((*folders, shipped), LIST)
    assert states is not None
    file = tsv.read(path)
    file.check_header(COLUMNS, COLUMNS)
    kinds: dict[tuple[str, str], str] = {}
    for number, row in file.rows:
        _check(row, kinds, states.codes.keys(), file.where(number))
        kinds[row["from"], row["to"]] = row["kind"]
    return Steps(path, kinds)


def _check(row: Mapping[str, str], known: Mapping[tuple[str, str], str], codes: Any, where: str) -> None:
    before, after, kind = (row[name] for name in COLUMNS[:3])
    for code in (before, after):
        if code not in codes:
            raise ConfigError(f"no state {code!r}", where=where, do=f"write a code of codelists/{LIST}.tsv")
    if before == after or (before, after) in known:
        why = "leads nowhere" if before == after else "stands twice"
        raise ConfigError(f"the step from {before} to {after} {why}", where=where, do="remove the row")
    if kind not in KINDS:
        raise ConfigError(f"kind is {kind!r}", where=where, do=f"write {', '.join(KINDS)}; leave out what is {UNUSUAL}")


# Events of one instant stand in the order of the national list: registered and accepted in one second are two steps forward.
_FLAGS = """
    with step as (
        select e.dossier_id, e.status_at, e.status_code, e.batch_id, lag(e.status_code) over line as before_code,
            lag(e.status_at) over line as before_at, lag(e.batch_id) over line as before_batch_id
        from core.dossier_event as e where {which}
        window line as (partition by e.dossier_id order by e.status_at, length(e.status_code), e.status_code)
    )
    select d.issuer, d.dossier_code, step.*, coalesce(named.kind, 'unusual') as kind
    from step join core.dossier as d using (dossier_id)
    left join unnest(cast(:befores as text[]), cast(:afters as text[]), cast(:kinds as text[])) as named (before, after, kind)
        on named.before = step.before_code and named.after = step.status_code
    where step.before_code <> step.status_code and coalesce(named.kind, 'unusual') <> 'usual' and {told}
    order by d.issuer, d.dossier_code, step.status_at, length(step.status_code), step.status_code"""

_OF_DOSSIERS = _FLAGS.format(which="e.dossier_id = any(:ids)", told="true")

_OF_BATCH = _FLAGS.format(
    which="e.dossier_id in (select dossier_id from core.dossier_event where batch_id = :batch_id)",
    told=":batch_id in (step.batch_id, step.before_batch_id)",
)


def flags_of(connection: Connection, steps: Steps, ids: Sequence[int]) -> list[Row[Any]]:
    """Every step of these dossiers that is back, reopened or unusual, by dossier and time."""
    return list(connection.execute(text(_OF_DOSSIERS), {**steps.binds, "ids": list(ids)}))


def flags_of_batch(engine: Engine, steps: Steps, batch_id: int) -> list[Row[Any]]:
    """Those that a batch's events began or ended."""
    with engine.connect() as connection:
        return list(connection.execute(text(_OF_BATCH), {**steps.binds, "batch_id": batch_id}))


def tell(engine: Engine, folders: Sequence[Path], work: Row[Any]) -> None:
    """One log line with how many such steps a batch brought; none when it brought none."""
    found = Counter(row.kind for row in flags_of_batch(engine, load_steps(folders), work.batch_id))
    if found:
        log.warning("steps to look at", portal=work.portal, stream=work.stream, batch=work.batch_id, **found)
