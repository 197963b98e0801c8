"""A person in the tables of shared sets (schema `share`): rows of its dossiers, and every change of them that is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from gateway.personal.subject import Key
from gateway.publish.contract import Contract
from gateway.publish.shelves import BEFORE, LOG

KEY = "dossier_code"
PERSONAL = "personal"


@dataclass(frozen=True)
class SharedTable:
    """A table of a set that tells of dossiers. personal: its columns of that class; required: whether one may not be empty.

    issuers: the portals whose dossiers it tells of; none where that is not known.
    """

    dataset: str
    name: str
    key: str
    personal: tuple[str, ...]
    required: bool
    issuers: frozenset[str]

    @property
    def is_log(self) -> bool:
        """Whether it holds the changes of the set, not its rows."""
        return self.name != self.dataset


def tables(connection: Connection, contracts: Mapping[str, Contract]) -> Iterator[SharedTable]:
    """Rows and log of each set that has a column `dossier_code`. contracts: those there are, by name; they say whose dossiers."""
    for row in connection.execute(text(_SETS)):
        columns = dict(each.split()[:2] for each in row.shape.partition(";")[0].split(", "))
        filled = {each.split()[0] for each in row.shape.partition(";")[0].split(", ") if each.endswith("filled")}
        if KEY not in columns:
            continue
        streams = contracts[row.dataset].streams if row.dataset in contracts else ()
        issuers = frozenset(each.partition("/")[0] for each in streams)
        personal = tuple(name for name, class_ in columns.items() if class_ == PERSONAL)
        yield SharedTable(row.dataset, row.dataset, KEY, personal, not filled.isdisjoint(personal), issuers)
        of_log = tuple(f"{BEFORE}{name}" for name in personal)
        yield SharedTable(row.dataset, f"{row.dataset}{LOG}", f"{BEFORE}{KEY}", of_log, required=False, issuers=issuers)


def rows(connection: Connection, table: SharedTable, keys: Iterable[Key]) -> list[dict[str, Any]]:
    """The rows of these dossiers."""
    found = connection.execute(
        text(f'select * from share."{table.name}" where {_is_one_of(table)}'), _binds(table, keys)
    )
    return [dict(row) for row in found.mappings()]


def count(connection: Connection, table: SharedTable, keys: Iterable[Key]) -> int:
    """How many rows of these dossiers still tell of a person."""
    statement = f'select count(*) from share."{table.name}" where {_is_one_of(table)} and ({_holds(table)})'
    return connection.scalar(text(statement), _binds(table, keys)) or 0


def empty(connection: Connection, table: SharedTable, keys: Iterable[Key]) -> int:
    """Empty the person in the rows of these dossiers; a row that may not be without it goes. Returns how many rows."""
    where = f"where {_is_one_of(table)} and ({_holds(table)})"
    emptied = ", ".join(f'"{name}" = null' for name in table.personal)
    verb = f'delete from share."{table.name}"' if table.required else f'update share."{table.name}" set {emptied}'
    return connection.execute(text(f"{verb} {where}"), _binds(table, keys)).rowcount


def _is_one_of(table: SharedTable) -> str:
    return f'"{table.key}" = any(:codes)'


def _holds(table: SharedTable) -> str:
    return " or ".join(f'"{name}" is not null' for name in table.personal)


def _binds(table: SharedTable, keys: Iterable[Key]) -> dict[str, list[str]]:
    return {"codes": sorted({key.code for key in keys if not table.issuers or key.issuer in table.issuers})}


_SETS = """
    select distinct on (p.dataset) p.dataset, p.shape from share.publication as p
    where to_regclass(format('share.%I', p.dataset)) is not null order by p.dataset, p.publication_id desc"""
