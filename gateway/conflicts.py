"""Conflicts between portals: another portal says of the same thing something else than the portal whose word counts.

Both rows stay as they came, for every portal's rows are its own; so a conflict is found by looking, and is gone when one of
the two portals mends what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from gateway.canonical import ENTITIES
from gateway.mapping.reject import shown
from gateway.store.ops import conflict
from gateway.workshop import Workshop


class Owned(NamedTuple):
    """A column of an entity, and the portal whose word counts for it."""

    entity: str
    column: str
    owner: str


def owned(shop: Workshop, entities: Iterable[str]) -> list[Owned]:
    """What the streams of all portals own of these entities. Only files that say `owns:` are read in full: there are few."""
    wanted = set(entities)
    saying = {path.parent.name for path in _stream_files(shop) if "\nowns:" in path.read_text("utf-8")}
    streams = (stream for name in sorted(saying) for stream in shop.portal(name).streams if stream.into in wanted)
    return [
        Owned(stream.into, column, stream.portal)
        for stream in streams
        for column in stream.document.content.get("owns", ())
    ]


def _stream_files(shop: Workshop) -> Iterator[Path]:
    for folder in shop.settings.mappings:
        yield from folder.glob("*/*.yaml")


def record(shop: Workshop, run_id: int, entities: Iterable[str]) -> int:
    """Write down every conflict of these entities with both values, and which are over; returns how many are new."""
    found = owned(shop, entities)
    with shop.engine.begin() as connection:
        return sum(_record(connection, run_id, each) for each in found)


def _record(connection: Connection, run_id: int, about: Owned) -> int:
    now = {tuple(row[name] for name in _KEPT): row for row in _as_text(conflicts(connection, *about))}
    open_ones = select(conflict).filter_by(**about._asdict()).where(conflict.c.settled_at.is_(None))
    before = {
        tuple(row[name] for name in _KEPT): row["conflict_id"] for row in connection.execute(open_ones).mappings()
    }
    if over := [number for key, number in before.items() if key not in now]:
        settled = update(conflict).where(conflict.c.conflict_id.in_(over))
        connection.execute(settled.values(settled_at=func.now()))
    if new := [{**row, "run_id": run_id} for key, row in now.items() if key not in before]:
        connection.execute(insert(conflict), new)
    return len(new)


def _as_text(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {**row, "owner_value": str(row["owner_value"]), "value": str(row["value"])}


_KEPT = ("code", "owner_value", "portal", "portal_code", "value")


def conflicts(connection: Connection, name: str, column: str, owner: str) -> Iterator[dict[str, Any]]:
    """Every row of another portal that contradicts the owner's in a column of entity `name`; nothing contradicts nothing.

    Only rows in force are compared. Personal values come as size and hash.
    """
    entity = ENTITIES[name]
    own, theirs = entity.table.alias("own"), entity.table.alias("theirs")
    values = own.c[column], theirs.c[column]
    same: ColumnElement[bool] = own.c[entity.shared_code] == theirs.c[entity.shared_code]
    found = (
        select(own.c[entity.shared_code], values[0], theirs.c.issuer, theirs.c[entity.code], values[1])
        .join(theirs, same & own.c.valid_to.is_(None) & theirs.c.valid_to.is_(None))
        .where(own.c.issuer == owner, theirs.c.issuer != owner, values[0] != values[1])
        .order_by(own.c[entity.shared_code], theirs.c.issuer, theirs.c[entity.code])
    )
    is_personal = bool(entity.table.c[column].info.get("personal"))
    for shared, ours, issuer, code, other in connection.execute(found):
        said = (shown(each, personal=True) if is_personal else each for each in (ours, other))
        row = (name, column, shared, owner, *said, issuer, code)
        yield dict(zip(_READ, row, strict=True))


_READ = ("entity", "column", "code", "owner", "owner_value", "value", "portal", "portal_code")
COLUMNS = ("entity", "column", "code", "owner", "owner_value", "portal", "portal_code", "value")
"""How a conflict is shown: the owner's word first."""
