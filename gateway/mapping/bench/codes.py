"""Codes of ours (danh mục mã, codelists/): a mapping may fill a column that has a list with its codes only."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import HOME
from gateway.crosswalks import codelists
from gateway.mapping import values
from gateway.mapping.bench.findings import ERROR, Finding
from gateway.mapping.bench.seen import Place, places
from gateway.mapping.compile import Mapping
from gateway.mapping.crosswalk import NO_TERM, Crosswalk, read
from gateway.mapping.reject import Unfit


def unknown_targets(mapping: Mapping) -> Iterator[Finding]:
    """Target codes, of crosswalks or constant, that the column's list does not have."""
    for place in places(mapping):
        known = _known(mapping, place)
        crosswalk, constant = place.field.crosswalk, place.field.said.get("const")
        if crosswalk:
            yield from _of_crosswalk(mapping, place, crosswalk, known)
        elif known and constant is not None and constant not in known:
            where = mapping.stream.document.where([*place.at, place.field.column])
            yield _unknown(mapping, place, where, str(constant), known)


def row_of(crosswalk: Crosswalk, code: str) -> str:
    """`file:line` of a source code."""
    sheet = read(crosswalk.path)
    return next(sheet.where(row) for row in sheet.rows if row.subject == code)


def _of_crosswalk(mapping: Mapping, place: Place, crosswalk: Crosswalk, known: tuple[str, ...]) -> Iterator[Finding]:
    sheet = read(crosswalk.path)
    for row in sheet.rows:
        if row.object == NO_TERM:
            continue
        if place.field.said.get("type") == "bool":
            if not _is_boolean(row.object):
                yield _unknown(mapping, place, sheet.where(row), row.object, ("true", "false"))
        elif known and row.object not in known:
            yield _unknown(mapping, place, sheet.where(row), row.object, known)


def _known(mapping: Mapping, place: Place) -> tuple[str, ...]:
    """The codes a column takes; none where it has no list."""
    name = place.table.c[place.field.column].info.get("codes")
    found = codelists.find((mapping.stream.crosswalks.parent, HOME / "mappings"), name) if name else None
    return tuple(found.codes) if found else ()


def _is_boolean(code: str) -> bool:
    try:
        values.boolean(code)
    except Unfit:
        return False
    return True


def _unknown(mapping: Mapping, place: Place, where: str, code: str, known: tuple[str, ...]) -> Finding:
    what = f"{code!r} is no code of {place.table.name}.{place.field.column}"
    return Finding(ERROR, mapping.stream.portal, where, what, f"use one of {', '.join(known)}")
