"""The fields of a mapping with the places they stand at, and the values they find in records before any type judges them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table

from gateway.mapping import paths
from gateway.mapping.compile import Mapping
from gateway.mapping.fields import Field, getter
from gateway.mapping.members import Members, opened
from gateway.mapping.reject import Reject, Unfit


class Place(NamedTuple):
    """A field, the table it fills, the part's list it is read from ("" of the record), and its path in the mapping file."""

    field: Field
    table: Table
    each: str
    at: tuple[str | int, ...]

    @property
    def name(self) -> str:
        """`table.column`."""
        return f"{self.table.name}.{self.field.column}"


def places(mapping: Mapping) -> Iterator[Place]:
    """Every field of the entity, then of its parts."""
    yield from (Place(each, mapping.entity.table, "", ("fields",)) for each in mapping.fields)
    for part in mapping.parts:
        said = mapping.stream.document.content["parts"][part.name]
        for number, (path, fields) in enumerate(part.lists):
            spot = ("parts", part.name, *((number,) if isinstance(said, list) else ()), "fields")
            yield from (Place(each, part.table, path, spot) for each in fields)


def values(place: Place, records: Sequence[Members]) -> Iterator[Any]:
    """What a field finds, as the portal wrote it; nothing where it is absent, empty, or not where the mapping says."""
    if "from" not in place.field.said:
        return
    get = getter(place.field.said)
    for members in records:
        try:
            for above in _above(place, opened(members, list(members))):
                if (value := get(above)) not in (None, ""):
                    yield value
        except (Reject, Unfit):
            continue


def _above(place: Place, record: dict[str, Any]) -> Iterator[Any]:
    """The objects a field is read from: the record itself, or each element of a part's list."""
    if not place.each:
        yield record
        return
    of = place.field.said.get("of")
    for scope in paths.elements(record, place.each):
        yield scope.objects[of] if of else scope.element
