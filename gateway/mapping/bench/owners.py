"""Ownership of columns (nguồn có thẩm quyền): for which columns of an entity a portal's word counts, as `owns` of a stream says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gateway.mapping.bench.findings import ERROR, Finding
from gateway.portals import StreamSpec


class Owner(NamedTuple):
    """A column of an entity, the portal that owns it, and where its mapping says so."""

    entity: str
    column: str
    portal: str
    where: str


def owners(streams: Iterable[StreamSpec]) -> Iterator[Owner]:
    """Every column that a portal owns."""
    for stream in streams:
        for number, column in enumerate(stream.document.content.get("owns", ())):
            yield Owner(stream.into, column, stream.portal, stream.document.where(["owns", number]))


def contested(found: Iterable[Owner]) -> Iterator[Finding]:
    """Columns that two portals own. Streams of one portal may own a column together: its word is one."""
    first: dict[tuple[str, str], Owner] = {}
    for owner in found:
        other = first.setdefault((owner.entity, owner.column), owner)
        if other.portal != owner.portal:
            what = f"{owner.entity}.{owner.column} is owned by {other.portal}, too ({other.where})"
            yield Finding(ERROR, owner.portal, owner.where, what, "let one of the two own it")
