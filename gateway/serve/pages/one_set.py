"""`/sets/{name}`: all that a reader must know of a set, and how to get it. Of a set that is not open no value is shown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from gateway.access.masks import LEFT
from gateway.config import HOME
from gateway.crosswalks import codelists
from gateway.publish.contract import Contract
from gateway.publish.files import Record, records_of
from gateway.serve.downloads import File, files
from gateway.serve.pages.address import address_of
from gateway.serve.pages.labels import both, label, words
from gateway.serve.pages.recipes import recipes
from gateway.serve.pages.render import page
from gateway.serve.pages.roles import roles
from gateway.serve.pages.state import state
from gateway.serve.problems import Said
from gateway.serve.shelf import AShelf, Shared

router = APIRouter()
ROWS = 10
"""Rows of a sample."""
VERSIONS = 20
"""Versions that a page lists; the API tells all."""
KINDS = (".xlsx", ".csv", ".parquet", ".jsonl", ".changes.jsonl", "lineage.jsonld", "datapackage.json", ".odcs.yaml")
"""Files of a version by what follows the set's name, or by their own."""


@router.api_route("/sets/{dataset}", methods=["GET", "HEAD"])
def one_set(request: Request, dataset: str, shelf: AShelf) -> Response:
    """The page of a set. Raises Refusal when there is none."""
    with shelf.engine.connect() as connection:
        shared = shelf.find(connection, dataset)
        versions = shelf.versions(connection, dataset) if shared.is_open else []
    present = files(shared.folder)
    return page(
        request,
        "set.html",
        shared=shared,
        contract=shared.contract,
        state=state(shared),
        files=_in_order(shared.name, present) if shared.is_open else {},
        recipes=recipes(address_of(request), shared, present),
        codes={name: _codes(name) for name in {each.code_list for each in shared.contract.columns} if name},
        roles=roles(shared.contract),
        guarded=[column for column in shared.contract.columns if column.is_guarded],
        left=LEFT,
        empty=words("empty_small" if shared.contract.small_cells else "empty"),
        rules=_rules(shared.contract),
        sample=_sample(shared) if shared.is_open else [],
        versions=[(each, _tables(each, files(each.folder))) for each in versions[:VERSIONS]],
        version_count=len(versions),
        file_label=_file_label,
    )


def _sample(shared: Shared) -> list[Record]:
    return list(islice(records_of(shared.folder, shared.name), ROWS))


def _in_order(dataset: str, found: Mapping[str, File]) -> dict[str, File]:
    """The files as people look for them: a table to open first, what goes with it last. A file of another kind is left out."""
    listed = [f"{dataset}{kind}" if kind.startswith(".") else kind for kind in KINDS]
    return {name: found[name] for name in listed if name in found}


def _tables(shared: Shared, found: Mapping[str, File]) -> dict[str, File]:
    """The files that hold the rows."""
    return {name: each for name, each in found.items() if name.rpartition(".")[0] == shared.name}


def _file_label(name: str, dataset: str) -> Markup:
    return label(f"file_{name.removeprefix(dataset)}")


@lru_cache(maxsize=100)
def _codes(name: str) -> Mapping[str, Said]:
    """What each code of a list means; nothing for a list that a contract of an earlier release names."""
    found = codelists.find((HOME / "mappings",), name)
    return {code: Said(each.label_en, each.label_vi) for code, each in found.codes.items()} if found else {}


def _rules(contract: Contract) -> list[Markup]:
    """Every rule that the version has kept, in words: of its key, of its columns, and those that the contract writes out."""
    columns = {
        "rule_filled": [each.name for each in contract.columns if each.required],
        "rule_listed": [each.name for each in contract.columns if each.code_list],
        "rule_exact": [each.name for each in contract.columns if each.type == "number"],
    }
    own = [
        both(Said(_of(each.column, each.description), _of(each.column, each.description_vi))) for each in contract.rules
    ]
    told = [label(name, names=", ".join(names)) for name, names in columns.items() if names]
    return [label("rule_key", names=", ".join(contract.key)), *told, *own]


def _of(column: str, text: str) -> str:
    return f"{column}: {text}" if column and text else text
