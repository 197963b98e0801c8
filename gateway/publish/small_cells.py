"""Small cells (ô số nhỏ): a count of so few dossiers that it may tell who they are of is published as nothing, in every file and answer.

Only what nobody else's numbers give back may be left standing, so an open set publishes no totals of the groups that it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.documents import Document
from gateway.errors import ConfigError

if TYPE_CHECKING:
    from gateway.publish.contract import Contract

DOSSIERS = "dossiers"
"""The domain of contracts whose rows tell of dossiers, each of which is somebody's."""


@dataclass(frozen=True)
class SmallCells:
    """counts: columns that are numbers of dossiers. least: the smallest number that is told; 0 is told, too."""

    least: int
    counts: tuple[str, ...]


def suppressed(query: str, columns: Sequence[str], said: SmallCells | None) -> str:
    """The query with small counts as NULL: quality rules, files and tables all read this one."""
    if said is None:
        return query
    given = [_told(name, said.least) if name in said.counts else name for name in columns]
    return f"select {', '.join(given)} from ({query}) as counted"


def _told(name: str, least: int) -> str:
    return f"case when {name} = 0 or {name} >= {least} then {name} end as {name}"


def mistakes(document: Document, contract: Contract) -> Iterator[ConfigError]:
    """What is wrong with how a contract treats small counts."""
    table, said = document.where(("schema", 0, "customProperties")), contract.small_cells
    if said is None and contract.is_open and contract.domain == DOSSIERS:
        what, do = "an open set of dossiers tells every count, however small", "add smallCells: {least: 5, counts: […]}"
        yield ConfigError(what, where=table, do=do)
    whole = (column for column in contract.columns if column.type == "integer")
    counts = [column.name for column in whole if not column.required and not column.is_key]
    for name in () if said is None else said.counts:
        if name not in counts:
            what = f"smallCells: {name} is no column of whole numbers that may be empty and is not of the key"
            yield ConfigError(what, where=table, do="correct its name, or its type; and leave `required` out")
