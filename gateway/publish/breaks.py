"""What a changed contract would take from its readers, unless it says so with a new major version (phiên bản chính)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.access.masks import PLAIN
from gateway.documents import Document
from gateway.errors import ConfigError
from gateway.publish.contract import SUFFIX, Column, Contract, Role, read_contract

STRICTER = ("open", "shared", "restricted", "personal")
"""Classifications, from the widest circle of readers to the narrowest."""


def published_contract(version: Path, name: str) -> Contract | None:
    """The contract that a version of a set was made by; None where there is no such version.

    Its form was judged then: what newer gateways ask of a contract is nothing to it.
    """
    path = version / f"{name}{SUFFIX}"
    return read_contract(Document(path)) if path.exists() else None


def breaks(document: Document, contract: Contract, datasets: Path) -> Iterator[ConfigError]:
    """What breaks for readers of the last published version, with file and line; nothing when the major version went up."""
    old = published_contract(datasets / contract.name / "latest", contract.name)
    if old is None or _major(contract) > _major(old):
        return
    at = {column.name: number for number, column in enumerate(contract.columns)}
    do = f"undo it, or raise the version from {old.version} to {_major(old) + 1}.0.0 and tell the agencies"
    for column in old.columns:
        path: list[str | int] = ["schema", 0, "properties", at[column.name]] if column.name in at else ["version"]
        now = contract.columns[at[column.name]] if column.name in at else None
        for what in _of_column(column, now):
            yield ConfigError(f"breaks readers of {old.version}: {what}", where=document.where(path), do=do)
    if contract.key != old.key:
        what = f"the key was {', '.join(old.key)} and is {', '.join(contract.key)}"
        where = document.where(["schema", 0, "properties"])
        yield ConfigError(f"breaks readers of {old.version}: {what}", where=where, do=do)
    for what in (*_of_roles(old, contract), *_of_scope(old, contract)):
        yield ConfigError(f"breaks readers of {old.version}: {what}", where=document.where(["roles"]), do=do)


def _of_roles(old: Contract, new: Contract) -> Iterator[str]:
    """Roles that go, or see less of a column; a column whose own class became stricter is told by itself."""
    columns = {column.name: column for column in new.columns}
    roles = {role.name: role for role in new.roles}
    for role in old.roles:
        if role.name not in roles:
            yield f"role {role.name} is gone"
            continue
        for name, was in role.columns.items():
            now = _form(roles[role.name], columns[name]) if name in columns else was
            if now not in {was, PLAIN}:
                yield f"role {role.name} saw column {name} as {was}, and sees {f'it as {now}' if now else 'nothing of it'}"


def _form(role: Role, column: Column) -> str:
    return role.columns.get(column.name, "") if column.is_guarded else PLAIN


def _of_scope(old: Contract, new: Contract) -> Iterator[str]:
    for kind in ("agency", "period"):
        was, now = getattr(old.scope, kind), getattr(new.scope, kind)
        if was and was != now:
            yield f"rights could be limited by {kind} in column {was}, and {f'are in {now}' if now else 'cannot be'}"
    was, now = old.scope.issuer, new.scope.issuer
    if was and now and was != now:
        yield f"rights could be limited by agencies of {was}, and are by those of {now}"


def _of_column(old: Column, new: Column | None) -> Iterator[str]:
    if new is None:
        yield f"column {old.name} is gone (removed or renamed)"
        return
    if new.type != old.type:
        yield f"column {old.name} was {old.type} and is {new.type}"
    if old.required and not new.required:
        yield f"column {old.name} was always filled and may now be empty"
    if new.code_list != old.code_list and old.code_list:
        yield f"column {old.name} had codes of {old.code_list} and has codes of {new.code_list or 'no list'}"
    if STRICTER.index(new.classification) > STRICTER.index(old.classification):
        yield f"column {old.name} was {old.classification} and is {new.classification}"


def _major(contract: Contract) -> int:
    return int(contract.version.partition(".")[0])
