"""mappings/personal/register.yaml → Register: the purpose of each personal column, and how many days each class of data is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.canonical import ENTITIES
from gateway.config import HOME
from gateway.documents import Document
from gateway.errors import ConfigError

FILE = "personal/register.yaml"


@dataclass(frozen=True)
class Register:
    """purposes: of each column, as `dossier.applicant_name`, in `vi` and `en`. days: how long each class of data is kept."""

    path: Path
    purposes: Mapping[str, Mapping[str, str]]
    days: Mapping[str, int]


def load_register(folders: Sequence[Path], schemas: Path) -> Register:
    """The register of the first mappings folder that has one, else the shipped one.

    Raises ConfigError with file and line, also where a personal column of ours has no purpose (Law 91/2025/QH15, art. 3).
    """
    shipped = HOME / "mappings" / FILE
    document = Document(next((folder / FILE for folder in folders if (folder / FILE).is_file()), shipped))
    document.check(schemas / "personal.schema.json", "register")
    said, held = document.content["columns"], personal_columns()
    if without := sorted(held - said.keys()):
        where = document.where(["columns"])
        raise ConfigError(f"no purpose is given for {', '.join(without)}", where=where, do="write why it is kept")
    if unknown := sorted(said.keys() - held):
        where = document.where(["columns", unknown[0]])
        raise ConfigError(f"no personal column is called {unknown[0]}", where=where, do="correct its name")
    purposes = {column: entry["purpose"] for column, entry in said.items()}
    return Register(document.path, purposes, document.content["retention"])


def personal_columns() -> set[str]:
    """The columns of our model that hold personal data, as `dossier.applicant_name`."""
    return {
        f"{entity.name}.{column.name}"
        for entity in ENTITIES.values()
        for column in entity.table.columns
        if column.info.get("personal")
    }
