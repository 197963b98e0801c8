"""Is a contract whole and true: its form, its code lists, its query against the database, and what was published before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from gateway.config import HOME
from gateway.crosswalks import codelists
from gateway.documents import Document
from gateway.errors import ConfigError
from gateway.publish import small_cells
from gateway.publish.breaks import breaks
from gateway.publish.contract import FORM, SCHEMA, Column, Contract, read_contract
from gateway.publish.origins import SOURCES
from gateway.publish.query import compile_rule, described, described_sources
from gateway.publish.rights import COLUMNS, TABLE, personal, rights


def check(path: Path, engine: Engine, datasets: Path) -> list[ConfigError]:
    """Every mistake of a contract file, with file and line.

    datasets: the folder of published versions, of which the last one is compared.
    """
    document = Document(path)
    of_form = list(document.mistakes(SCHEMA, FORM))
    if of_form:
        return of_form
    contract = read_contract(document)
    found = [*_of_name(document, contract), *_of_columns(document, contract)]
    found += [*_of_query(document, contract, engine), *breaks(document, contract, datasets)]
    return found


def _of_name(document: Document, contract: Contract) -> Iterator[ConfigError]:
    file = document.path.name.partition(".")[0]
    table = document.content["schema"][0]["name"]
    if {contract.name, table, document.content["name"]} != {file}:
        yield ConfigError(
            f"id, name and the table's name are not all {file}",
            where=document.where(["id"]),
            do="name them as the file is named",
        )


def _of_columns(document: Document, contract: Contract) -> Iterator[ConfigError]:
    yield from personal(document, contract)
    yield from rights(document, contract)
    yield from small_cells.mistakes(document, contract)
    seen = set[str]()
    for number, column in enumerate(contract.columns):
        where = document.where([*COLUMNS, number])
        if column.name in seen:
            yield ConfigError(f"column {column.name} stands twice", where=where, do="keep one of them")
        seen.add(column.name)
        if column.code_list and codelists.find((HOME / "mappings",), column.code_list) is None:
            do = "add it to mappings/codelists/, or correct its name"
            yield ConfigError(f"column {column.name}: no code list {column.code_list}", where=where, do=do)


def _of_query(document: Document, contract: Contract, engine: Engine) -> Iterator[ConfigError]:
    try:
        given = described(engine, contract)
    except ConfigError as error:
        yield ConfigError(f"the query fails: {error.what}", where=document.where(TABLE), do=error.do)
        return
    yield from _of_types(document, contract, given)
    yield from _of_sources(document, contract, engine)
    yield from _of_rules(document, contract, engine)


def _of_sources(document: Document, contract: Contract, engine: Engine) -> Iterator[ConfigError]:
    """Whether lineage can be read: exactly one of the columns it knows."""
    try:
        given = described_sources(engine, contract)
    except ConfigError as error:
        yield ConfigError(f"the query of sources fails: {error.what}", where=document.where(TABLE), do=error.do)
        return
    if given and (len(given) > 1 or given[0] not in SOURCES):
        what = f"the query of sources gives {', '.join(given)}"
        yield ConfigError(what, where=document.where(TABLE), do=f"let it give one column: {' or '.join(SOURCES)}")


def _of_types(document: Document, contract: Contract, given: dict[str, str]) -> Iterator[ConfigError]:
    for number, column in enumerate(contract.columns):
        if problem := _type_problem(column, given):
            do = "let query and column say the same"
            yield ConfigError(problem, where=document.where([*COLUMNS, number]), do=do)
    names = [column.name for column in contract.columns]
    where = document.where(TABLE)
    if undeclared := [name for name in given if name not in names]:
        what = f"the query gives {', '.join(undeclared)}, which no column declares"
        yield ConfigError(what, where=where, do="declare it, or leave it out of the query")
    elif given.keys() == set(names) and list(given) != names:
        do = f"let it give, in this order: {', '.join(names)}"
        yield ConfigError("the query gives the columns in another order", where=where, do=do)


def _type_problem(column: Column, given: dict[str, str]) -> str:
    if column.name not in given:
        return f"the query gives no column {column.name}"
    if given[column.name] != column.type:
        kind = given[column.name] or "of a type that no file holds"
        return f"column {column.name} is declared {column.type}, the query's is {kind}"
    return ""


def _of_rules(document: Document, contract: Contract, engine: Engine) -> Iterator[ConfigError]:
    numbers = {column.name: number for number, column in enumerate(contract.columns)}
    for rule in contract.rules:
        try:
            compile_rule(engine, contract, rule)
        except ConfigError as error:
            place: list[str | int] = (
                [*COLUMNS, numbers[rule.column], "quality"] if rule.column else ["schema", 0, "quality"]
            )
            what = f"quality rule {rule.name} fails: {error.what}"
            yield ConfigError(what, where=document.where(place), do=error.do)
