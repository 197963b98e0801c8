"""A shared set as its data contract (ODCS 3.1) says it: the only place where a set is defined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.config import HOME
from gateway.documents import Document
from gateway.publish.small_cells import SmallCells, suppressed

SUFFIX = ".odcs.yaml"
SCHEMA = HOME / "schemas" / "dataset.schema.json"
FORM = "contract"
"""The part of SCHEMA that a contract file must keep."""

COUNTED = "select count(*) from ${object} where "
"""How the query of every quality rule begins (ODCS writes the set's name as ${object}); what follows is true of a bad row."""


GUARDED = frozenset({"restricted", "personal"})
"""Classes of columns that a role sees only where it lists them."""


@dataclass(frozen=True)
class Role:
    """A kind of reader, who sees open and shared columns as they are. columns: the forms (`plain`, or a mask of
    gateway.access.masks) in which it sees some of the restricted and personal ones; it sees no other of them.
    """

    name: str
    description: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Scope:
    """The columns that limits on rows bind, "" where there are none: of an agency, and of a day or an instant.

    issuer: who gives the agency's codes, and has the tree of those below it; there whenever agency is.
    """

    agency: str = ""
    issuer: str = ""
    period: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that are named."""
        return tuple(filter(None, (self.agency, self.period)))


@dataclass(frozen=True)
class Rule:
    """A quality rule. wrong: the SQL condition that is true of a row that breaks it. column: "" for a rule of whole rows.

    description: what it asks, in words; "" for what a column says by itself.
    """

    name: str
    column: str
    wrong: str
    description: str = ""
    description_vi: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a set. type: a logicalType of SCHEMA; an array holds texts. title: Vietnamese name; name: English.

    classification: open, shared, restricted or personal. code_list: a list of mappings/codelists/ that its values are of, or "".
    """

    name: str
    type: str
    title: str
    description: str
    description_vi: str
    required: bool
    key_at: int
    classification: str
    code_list: str

    @property
    def is_key(self) -> bool:
        """Whether it is one of those that tell rows apart."""
        return self.key_at > 0

    @property
    def is_guarded(self) -> bool:
        """Whether a role sees it only where it lists it: it is restricted or personal."""
        return self.classification in GUARDED


@dataclass(frozen=True)
class Contract:
    """A set: what it is, in words; who answers for it (the team's name, its owner's short name) and by which law it is shared; its
    query over our tables, the streams (`portal/stream`) it is made of, its columns in order, its quality rules.

    title: Vietnamese name. Texts that end in `_vi` or `_en` are "" in a contract of before they were asked for. retention: how long
    versions are kept that are not the last one; None: for ever. latency: how old the set may be. sources: the SQL of the batches or
    code lists that its rows come from; "" for what only people decided. roles: who may be given the right to read it; scope: by what
    that right may be limited. small_cells: counts that are too small to be told; the query leaves them out.
    """

    name: str
    title: str
    title_en: str
    version: str
    domain: str
    purpose: str
    purpose_vi: str
    usage: str
    usage_vi: str
    limitations: str
    limitations_vi: str
    team: str
    owner: str
    legal_basis: tuple[str, ...]
    query: str
    sources: str
    streams: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    retention: timedelta | None
    latency: timedelta | None
    path: Path
    roles: tuple[Role, ...] = ()
    small_cells: SmallCells | None = None
    scope: Scope = field(default_factory=Scope)

    @property
    def is_open(self) -> bool:
        """Whether anyone may read it: each of its columns is open."""
        return all(column.classification == "open" for column in self.columns)

    @property
    def is_guarded(self) -> bool:
        """Whether it has a restricted or personal column: then its rows are in no file, only in its table."""
        return any(column.is_guarded for column in self.columns)

    @property
    def key(self) -> list[str]:
        """The columns that tell rows apart, in their order."""
        return [each.name for each in sorted(self.columns, key=lambda column: column.key_at) if each.is_key]


def load_contracts(schemas: Path) -> list[Contract]:
    """Every contract of `schemas/datasets/`, by name. Raises ConfigError with file and line."""
    return [load_contract(path) for path in contract_files(schemas)]


def contract_files(schemas: Path) -> list[Path]:
    """The files of all contracts."""
    return sorted((schemas / "datasets").glob(f"*{SUFFIX}"))


def load_contract(path: Path) -> Contract:
    """One contract file. Raises ConfigError for its first mistake of form."""
    document = Document(path)
    document.check(SCHEMA, FORM)
    return read_contract(document)


def read_contract(document: Document) -> Contract:
    """The contract of a file whose form was checked."""
    said = document.content
    table, about = said["schema"][0], said["description"]
    more, translated = _more(table), _more(about)
    small_cells, names = _small_cells(more), [column["name"] for column in table["properties"]]
    return Contract(
        name=said["id"],
        title=table["businessName"],
        title_en=more.get("titleEn", ""),
        version=said["version"],
        domain=said["domain"],
        purpose=about["purpose"],
        purpose_vi=translated.get("purposeVi", ""),
        usage=about["usage"],
        usage_vi=translated.get("usageVi", ""),
        limitations=about["limitations"],
        limitations_vi=translated.get("limitationsVi", ""),
        team=said["team"]["name"],
        owner=next(each["username"] for each in said["team"]["members"] if each["role"] == "owner"),
        legal_basis=tuple(_more(said)["legalBasis"]),
        query=suppressed(more["query"], names, small_cells),
        sources=more.get("sources", ""),
        streams=tuple(more["streams"]),
        columns=tuple(map(_column, table["properties"])),
        rules=tuple(_rules(table)),
        retention=_promised(said, "retention"),
        latency=_promised(said, "latency"),
        path=document.path,
        roles=tuple(map(_role, said["roles"])),
        small_cells=small_cells,
        scope=Scope(**more.get("scope", {})),
    )


def _more(said: dict[str, Any]) -> dict[str, Any]:
    return {each["property"]: each["value"] for each in said.get("customProperties", ())}


def _small_cells(more: dict[str, Any]) -> SmallCells | None:
    said = more.get("smallCells")
    return None if said is None else SmallCells(said["least"], tuple(said["counts"]))


def _role(said: dict[str, Any]) -> Role:
    listed = {each["property"]: each["value"] for each in said.get("customProperties", ())}
    return Role(said["role"], said.get("description", ""), listed.get("columns", {}))


def _promised(said: dict[str, Any], name: str) -> timedelta | None:
    for each in said["slaProperties"]:
        if each["property"] == name:
            return timedelta(**{{"h": "hours", "d": "days"}[each["unit"]]: each["value"]})
    return None


def _column(said: dict[str, Any]) -> Column:
    more = _more(said)
    return Column(
        name=said["name"],
        type=said["logicalType"],
        title=said["businessName"],
        description=said["description"],
        description_vi=more["descriptionVi"],
        required=said.get("required", False),
        key_at=said["primaryKeyPosition"] if said.get("primaryKey") else 0,
        classification=said["classification"],
        code_list=more.get("codeList", ""),
    )


def _rules(table: dict[str, Any]) -> list[Rule]:
    of_columns = [(column["name"], rule) for column in table["properties"] for rule in column.get("quality", ())]
    of_rows = [("", rule) for rule in table.get("quality", ())]
    return [_rule(name, rule) for name, rule in of_columns + of_rows]


def _rule(column: str, said: dict[str, Any]) -> Rule:
    wrong, words = said["query"].removeprefix(COUNTED), _more(said).get("descriptionVi", "")
    return Rule(said["name"], column, wrong, said["description"], words)
