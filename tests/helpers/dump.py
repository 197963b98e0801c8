"""All core tables as plain values, to compare one state of the database with another."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Engine, Table, select, text

from gateway.canonical import ENTITIES
from gateway.store.core import metadata

Dump = dict[str, list[tuple[Any, ...]]]

CORE = [table for table in metadata.sorted_tables if table.schema == "core"]


def everything(engine: Engine) -> Dump:
    """Every core table with all its columns, surrogate ids and batches too."""
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in CORE
        }


def meaning(engine: Engine) -> Dump:
    """Every core table without surrogate ids and batches; rows of parts and pasts stand under their natural key."""
    with engine.connect() as connection:
        return {table.name: sorted(map(tuple, connection.execute(text(_query(table)))), key=repr) for table in CORE}


def differences(one: Dump, other: Dump) -> dict[str, tuple[list[str], list[str]]]:
    """Tables that differ, each with the first rows that only the one and that only the other holds."""
    assert one.keys() == other.keys()
    return {name: _apart(one[name], other[name]) for name in one if one[name] != other[name]}


def _apart(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> tuple[list[str], list[str]]:
    mine, theirs = Counter(map(repr, one)), Counter(map(repr, other))
    return sorted((mine - theirs).elements())[:3], sorted((theirs - mine).elements())[:3]


def _query(table: Table) -> str:
    if table.name in ENTITIES:
        hidden = {f"{table.name}_id", "batch_id"}
        return f"select {_listed(table, hidden)} from {table.fullname} as held"
    [owner] = [key.column.table for key in table.foreign_keys]
    entity = ENTITIES[owner.name]
    listed = _listed(table, {entity.id_column, "batch_id"})
    return (
        f"select owner.issuer, owner.{entity.code}, owner.valid_from, {listed}"
        f" from {table.fullname} as held join {owner.fullname} as owner using ({entity.id_column})"
    )


def _listed(table: Table, hidden: set[str]) -> str:
    return ", ".join(f"held.{column.name}" for column in table.columns if column.name not in hidden)
