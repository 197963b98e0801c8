"""A shared set as its data contract (ODCS 3.1) says it: the only place where a set is defined."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.documents import Document
from gateway.errors import ConfigError

TYPES = ("string", "boolean", "integer", "number", "date", "timestamp", "array")
SUFFIX = ".odcs.yaml"


@dataclass(frozen=True)
class Column:
    """A column of a set. type: one of TYPES; an array holds texts. title: Vietnamese, description: English."""

    name: str
    type: str
    title: str
    description: str
    required: bool
    is_key: bool


@dataclass(frozen=True)
class Contract:
    """A set: its query over `core`, the streams (`portal/stream`) it is made of, and its columns in order."""

    name: str
    version: str
    purpose: str
    query: str
    streams: tuple[str, ...]
    columns: tuple[Column, ...]
    path: Path

    @property
    def key(self) -> list[str]:
        """The columns that tell rows apart."""
        return [column.name for column in self.columns if column.is_key]


def load_contracts(schemas: Path) -> list[Contract]:
    """Every contract of `schemas/datasets/`, by name. Raises ConfigError with file and line."""
    return [load_contract(path) for path in sorted((schemas / "datasets").glob(f"*{SUFFIX}"))]


def load_contract(path: Path) -> Contract:
    """One contract file."""
    document = Document(path)
    try:
        said = document.content
        table = said["schema"][0]
        columns = tuple(_column(document, number, entry) for number, entry in enumerate(table["properties"]))
        more = {each["property"]: each["value"] for each in table["customProperties"]}
        contract = Contract(
            name=said["id"],
            version=said["version"],
            purpose=said["description"]["purpose"],
            query=more["query"],
            streams=tuple(more["streams"]),
            columns=columns,
            path=path,
        )
    except (KeyError, TypeError, IndexError) as error:
        raise ConfigError(
            f"not a usable data contract (missing {error})", where=str(path), do="compare it with the other contracts"
        ) from None
    if not contract.key:
        raise ConfigError("no column is marked primaryKey", where=str(path), do="mark what tells rows apart")
    return contract


def _column(document: Document, number: int, said: dict[str, Any]) -> Column:
    if said["logicalType"] not in TYPES:
        raise ConfigError(
            f"column {said['name']} has type {said['logicalType']!r}",
            where=document.where(["schema", 0, "properties", number]),
            do=f"use one of {', '.join(TYPES)}",
        )
    return Column(
        name=said["name"],
        type=said["logicalType"],
        title=said["businessName"],
        description=said["description"],
        required=said.get("required", False),
        is_key=said.get("primaryKey", False),
    )
