"""What a contract says of its readers, judged: that no personal column is for more of them than it may be, and that roles and scope
name what is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gateway.access import masks
from gateway.documents import Document
from gateway.errors import ConfigError
from gateway.publish.contract import Column, Contract, Role
from gateway.store.core import metadata

COLUMNS = ("schema", 0, "properties")
TABLE = ("schema", 0, "customProperties")
"""Where a contract file has its columns, and its query and scope."""

BOUND = {"agency": frozenset({"string"}), "period": frozenset({"date", "timestamp"})}
"""The types of the columns that limits of each kind bind."""


def personal(document: Document, contract: Contract) -> Iterator[ConfigError]:
    """Columns that would show people to more readers than may see them.

    A column of the name of a personal one of ours that is not declared so would lie in files that every agency reads, or, restricted,
    be a filter and outlast an erasure; one of the key is seen by every reader, and stands in messages.
    """
    ours = {c.name for table in metadata.tables.values() for c in table.columns if c.info.get("personal")}
    for number, column in enumerate(contract.columns):
        where = document.where([*COLUMNS, number])
        if column.name in ours and column.classification != "personal":
            what = f"column {column.name} is personal, and declared {column.classification}"
            yield ConfigError(what, where=where, do="declare it personal, or leave it out")
        if column.is_key and column.is_guarded:
            what = f"column {column.name} is {column.classification}, and every reader sees the key"
            yield ConfigError(what, where=where, do="let the key be of columns that are open or shared")


def rights(document: Document, contract: Contract) -> Iterator[ConfigError]:
    """Roles and scope that do not fit the columns."""
    columns = {column.name: column for column in contract.columns}
    counts = Counter(role.name for role in contract.roles)
    for number, role in enumerate(contract.roles):
        where = document.where(["roles", number])
        if counts[role.name] > 1:
            yield ConfigError(f"role {role.name} stands more than once", where=where, do="keep one of them")
        for what, do in _of_role(role, columns):
            yield ConfigError(f"role {role.name}: {what}", where=where, do=do)
    for kind, types in BOUND.items():
        if problem := _of_scope(getattr(contract.scope, kind), columns, types):
            do = f"name a column that is open or shared, of type {' or '.join(sorted(types))}"
            yield ConfigError(f"scope {kind}: {problem}", where=document.where(TABLE), do=do)


def _of_role(role: Role, columns: dict[str, Column]) -> Iterator[tuple[str, str]]:
    for name, form in role.columns.items():
        column = columns.get(name)
        if column is None:
            yield f"no column {name}", "correct its name, or leave it out"
        elif column.is_key:
            yield f"column {name} is of the key, which every reader sees as it is", "leave it out"
        elif not column.is_guarded:
            yield f"column {name} is {column.classification}, and seen as it is", "leave it out"
        elif form != masks.PLAIN and column.type not in masks.FITS[form]:
            fitting = ", ".join(word for word, types in masks.FITS.items() if column.type in types)
            yield f"{form} does not fit column {name}, a {column.type}", f"write {fitting or 'plain'}, or leave it out"


def _of_scope(name: str, columns: dict[str, Column], types: frozenset[str]) -> str:
    if not name:
        return ""
    if name not in columns:
        return f"no column {name}"
    column = columns[name]
    if column.is_guarded:
        return f"column {name} is {column.classification}, and whether a row is in reach would tell it"
    return "" if column.type in types else f"column {name} is a {column.type}"
