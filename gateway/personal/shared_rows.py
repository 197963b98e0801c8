"""A person in the tables of shared sets (schema `share`): rows of its dossiers, and every change of them that is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from gateway.publish.shelves import BEFORE, LOG

KEY = "dossier_code"
PERSONAL = "personal"


@dataclass(frozen=True)
class SharedTable:
    """A table of a set that tells of dossiers. personal: its columns of that class; required: those that may not be empty."""

    dataset: str
    name: str
    key: str
    personal: tuple[str, ...]
    required: bool


def tables(connection: Connection) -> Iterator[SharedTable]:
    """Rows and log of each set that has a column `dossier_code`."""
    for row in connection.execute(text(_SETS)):
        columns = dict(each.split()[:2] for each in row.shape.partition(";")[0].split(", "))
        filled = {each.split()[0] for each in row.shape.partition(";")[0].split(", ") if each.endswith("filled")}
        if KEY not in columns:
            continue
        personal = tuple(name for name, class_ in columns.items() if class_ == PERSONAL)
        yield SharedTable(row.dataset, row.dataset, KEY, personal, not filled.isdisjoint(personal))
        of_log = tuple(f"{BEFORE}{name}" for name in personal)
        yield SharedTable(row.dataset, f"{row.dataset}{LOG}", f"{BEFORE}{KEY}", of_log, required=False)


def rows(connection: Connection, table: SharedTable, codes: Iterable[str]) -> list[dict[str, Any]]:
    """The rows of these dossiers."""
    found = connection.execute(text(f'select * from share."{table.name}" where {_is_one_of(table)}'), _binds(codes))
    return [dict(row) for row in found.mappings()]


def count(connection: Connection, table: SharedTable, codes: Iterable[str]) -> int:
    """How many rows of these dossiers still tell of a person."""
    statement = f'select count(*) from share."{table.name}" where {_is_one_of(table)} and ({_holds(table)})'
    return connection.scalar(text(statement), _binds(codes)) or 0


def empty(connection: Connection, table: SharedTable, codes: Iterable[str]) -> int:
    """Empty the person in the rows of these dossiers; a row that may not be without it goes. Returns how many rows."""
    where = f"where {_is_one_of(table)} and ({_holds(table)})"
    emptied = ", ".join(f'"{name}" = null' for name in table.personal)
    verb = f'delete from share."{table.name}"' if table.required else f'update share."{table.name}" set {emptied}'
    return connection.execute(text(f"{verb} {where}"), _binds(codes)).rowcount


def _is_one_of(table: SharedTable) -> str:
    return f'"{table.key}" = any(:codes)'


def _holds(table: SharedTable) -> str:
    return " or ".join(f'"{name}" is not null' for name in table.personal)


def _binds(codes: Iterable[str]) -> dict[str, list[str]]:
    return {"codes": sorted(codes)}


_SETS = """
    select distinct on (p.dataset) p.dataset, p.shape from share.publication as p
    where to_regclass(format('share.%I', p.dataset)) is not null order by p.dataset, p.publication_id desc"""
