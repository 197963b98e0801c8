"""Code lists of ours (danh mục mã, schemas/codes/): a mapping may fill a column that has one with its codes only."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache

from gateway.config import HOME
from gateway.mapping import values
from gateway.mapping.bench.findings import ERROR, Finding
from gateway.mapping.bench.seen import Place, places
from gateway.mapping.compile import Mapping
from gateway.mapping.crosswalk import Crosswalk
from gateway.mapping.reject import Unfit


@cache
def code_list(name: str) -> tuple[str, ...]:
    """The codes of a list, in its order."""
    with (HOME / "schemas" / "codes" / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return tuple(row["code"] for row in csv.DictReader(file, delimiter="\t"))


def unknown_targets(mapping: Mapping) -> Iterator[Finding]:
    """Target codes, of crosswalks or constant, that the column's list does not have."""
    for place in places(mapping):
        known = _known(place)
        crosswalk, constant = place.field.crosswalk, place.field.said.get("const")
        if crosswalk:
            yield from _of_crosswalk(mapping, place, crosswalk, known)
        elif known and constant is not None and constant not in known:
            where = mapping.stream.document.where([*place.at, place.field.column])
            yield _unknown(mapping, place, where, str(constant), known)


def row_of(crosswalk: Crosswalk, code: str) -> str:
    """`file:line` of a source code."""
    return f"{crosswalk.path}:{list(crosswalk.codes).index(code) + 2}"


def _of_crosswalk(mapping: Mapping, place: Place, crosswalk: Crosswalk, known: tuple[str, ...]) -> Iterator[Finding]:
    for source, target in crosswalk.codes.items():
        if place.field.said.get("type") == "bool":
            if not _is_boolean(target):
                yield _unknown(mapping, place, row_of(crosswalk, source), target, ("true", "false"))
        elif known and target not in known:
            yield _unknown(mapping, place, row_of(crosswalk, source), target, known)


def _known(place: Place) -> tuple[str, ...]:
    name = place.table.c[place.field.column].info.get("codes")
    return code_list(name) if name else ()


def _is_boolean(code: str) -> bool:
    try:
        values.boolean(code)
    except Unfit:
        return False
    return True


def _unknown(mapping: Mapping, place: Place, where: str, code: str, known: tuple[str, ...]) -> Finding:
    what = f"{code!r} is no code of {place.table.name}.{place.field.column}"
    return Finding(ERROR, mapping.stream.portal, where, what, f"use one of {', '.join(known)}")
