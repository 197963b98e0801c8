"""Which column of a list is what: from a small YAML file, or from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.config import HOME
from gateway.documents import Document
from gateway.errors import ConfigError

ROLES = ("code", "name", "parent", "level", "status", "id", "successor", "predecessors")
"""What a column can be. `successor`: the code of the body that took over from one that ended; `predecessors` (trước sáp nhập): the
units that were merged into this one, as free text."""

LOCAL = "local"
"""Issuer of a list that names none."""


@dataclass(frozen=True)
class Columns:
    """headers: role → header in the file. issuer: who gives these codes. closed: values of status for what no longer exists."""

    headers: Mapping[str, str]
    issuer: str = LOCAL
    closed: frozenset[str] = field(default_factory=frozenset)


def columns_of(file: Path, said: str = "", issuer: str = "") -> Columns:
    """From `said` (`code=ma,name=ten` or a YAML file), else from the YAML beside the list: `units.csv` → `units.columns.yaml`.

    Raises ConfigError with file and line for what is not understood.
    """
    beside = file.with_suffix(".columns.yaml")
    if "=" in said:
        found = Columns(_pairs(said))
    elif said or beside.is_file():
        found = _written(Path(said) if said else beside)
    else:
        raise ConfigError(
            f"which column is what is not said, and there is no {beside.name}",
            where=str(file),
            do="give --columns code=…,name=… or --columns FILE.yaml",
        )
    return replace(found, issuer=issuer) if issuer else found


def _written(path: Path) -> Columns:
    document = Document(path)
    document.check(HOME / "schemas" / "codes.schema.json", "columns")
    said = document.content
    return Columns(said["columns"], said.get("issuer", LOCAL), frozenset(said.get("closed", ())))


def _pairs(said: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    for pair in said.split(","):
        role, _, header = (part.strip() for part in pair.partition("="))
        if role not in ROLES or not header or role in headers:
            raise ConfigError(
                f"{pair.strip()!r} is not understood",
                where="--columns",
                do=f"write role=header once for each; roles: {', '.join(ROLES)}",
            )
        headers[role] = header
    if "name" not in headers or not headers.keys() & {"code", "id"}:
        raise ConfigError("a list needs name, and code or id", where="--columns", do="add the missing ones")
    return headers
