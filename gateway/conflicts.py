"""Conflicts between portals: another portal says of the same thing something else than the portal whose word counts.

Both rows stay as they came, for every portal's rows are its own; so a conflict is found by looking, and is gone when one of
the two portals mends what it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from gateway.canonical import ENTITIES
from gateway.mapping.reject import shown


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
