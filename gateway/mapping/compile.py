"""A stream's mapping file → a Mapping: the functions that turn one source record into one canonical row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import msgspec
from sqlalchemy import Table

from gateway.canonical import ENTITIES, STAGED, Entity, part_columns
from gateway.errors import ConfigError
from gateway.mapping import crosswalk, paths
from gateway.mapping.fields import Field, compile_field
from gateway.mapping.members import ASKED, Group, Members, grouped, opened
from gateway.mapping.quick import Quick
from gateway.mapping.reject import Reject, Unfit
from gateway.portals import StreamSpec

_packed = msgspec.msgpack.Encoder().encode
_blank = hashlib.blake2b(digest_size=16)


@dataclass(frozen=True)
class Part:
    """A repeated part: which elements, and the fields of each."""

    name: str
    table: Table
    lists: tuple[tuple[str, tuple[Field, ...]], ...]

    def rows(self, record: Any) -> list[dict[str, Any]]:
        """The part's rows in order; raises Reject for the first element that does not fit."""
        rows: list[dict[str, Any]] = []
        for path, fields in self.lists:
            try:
                scopes = list(paths.elements(record, path))
            except Unfit as unfit:
                raise Reject(unfit.reason, path, "") from None
            for number, scope in enumerate(scopes):
                rows.append({"ordinal": len(rows), **_filled(fields, scope, f"{path}[{number}]")})
        return rows


class Mapped(msgspec.Struct, frozen=True, gc=False):
    """A record that passed: values in the order of `Mapping.columns`, its parts, and the hash of all it says."""

    values: tuple[Any, ...]
    parts: dict[str, list[dict[str, Any]]]
    content_hash: bytes


@dataclass(frozen=True)
class Mapping:
    """A compiled stream. columns: the canonical columns it fills, `key` the position of the entity's code among them."""

    stream: StreamSpec
    entity: Entity
    fields: tuple[Field, ...]
    parts: tuple[Part, ...]
    known: frozenset[str]

    @property
    def columns(self) -> list[str]:
        """The columns of `Mapped.values`."""
        return [each.column for each in self.fields]

    @property
    def key(self) -> int:
        """Where the entity's code stands in `Mapped.values`."""
        return self.columns.index(self.entity.code)

    @cached_property
    def _groups(self) -> tuple[tuple[Group, ...], Callable[[Sequence[Any]], tuple[Any, ...]]]:
        return grouped(self.fields)

    @cached_property
    def _part_members(self) -> tuple[str, ...]:
        return tuple({path.split(".")[0]: None for part in self.parts for path, _ in part.lists})

    @cached_property
    def _quick(self) -> Quick | None:
        return None if self.parts or self.stream.for_each else Quick(self.fields)

    def quick(self, raws: Sequence[msgspec.Raw]) -> list[Mapped | None]:
        """Map records together that look like those learned; None for each that does not, or that does not fit.

        Then `apply` maps it, or says why it cannot. `quick.TOGETHER` is a good number.
        """
        rows = self._quick.rows(raws) if self._quick else [None] * len(raws)
        return [None if filled is None else Mapped(filled, {}, _hash(filled, {})) for filled in rows]

    def learn(self, members: Members) -> None:
        """Map records quickly from now on whose members are like this one's: one that was mapped, and is as it should be."""
        if self._quick and self.known.issuperset(members):
            self._quick.learn(members)

    def apply(self, members: Members) -> Mapped:
        """Map one record, given as its undecoded members. Raises Reject with reason, path and value when it does not fit."""
        groups, in_order = self._groups
        found: list[Any] = []
        for group in groups:
            found += group.values(members)
        filled = in_order(found)
        opened_parts = opened(members, self._part_members) if self.parts else {}
        parts = {part.name: part.rows(opened_parts) for part in self.parts}
        return Mapped(filled, parts, _hash(filled, parts))

    def key_of(self, members: Members) -> str | None:
        """The natural key alone, of a record that may be refused for other reasons; None when it cannot be read."""
        return self.value_of(members, self.entity.code)

    def value_of(self, members: Members, column: str) -> str | None:
        """One column alone, as text; None when it is not filled, or cannot be read."""
        field = next((each for each in self.fields if each.column == column), None)
        if field is None:
            return None
        try:
            value = field.read(opened(members, [source.split(".")[0] for source in field.reads]))
        except Reject:
            return None
        return None if value is None else str(value)


def compile_mapping(stream: StreamSpec) -> Mapping:
    """Compile a stream's file. Raises ConfigError with file and line for what the schema cannot see."""
    said = stream.document.content
    entity = _entity(stream)
    lookup = _lookup(stream)
    _check_levels(stream, said["fields"], [], ["fields"])
    fields = _fields(stream, entity.table, said["fields"], ["fields"], lookup, entity.columns)
    _check_incremental(stream, fields)
    _check_owned(stream, fields)
    parts = tuple(_part(stream, entity, name, lookup) for name in said.get("parts", {}))
    return Mapping(stream, entity, fields, parts, _known(said))


def _check_incremental(stream: StreamSpec, fields: tuple[Field, ...]) -> None:
    by = stream.incremental.by if stream.incremental else None
    if by is not None and not any(each.is_time_of(by) for each in fields):
        raise ConfigError(
            f"no instant is read from {by!r}, so the stream's cursor would never move",
            where=stream.document.where(["incremental", "by"]),
            do="name the member that a field of type instant is read from",
        )


def _check_owned(stream: StreamSpec, fields: tuple[Field, ...]) -> None:
    filled = [each.column for each in fields if each.said.get("const", "") is not None]
    for number, column in enumerate(stream.document.content.get("owns", ())):
        if column not in filled:
            raise ConfigError(
                f"owns {column!r}, but does not fill it",
                where=stream.document.where(["owns", number]),
                do=f"name columns among {', '.join(filled)}",
            )


def _filled(fields: tuple[Field, ...], scope: paths.Scope, place: str) -> dict[str, Any]:
    filled = {}
    for each in fields:
        above = "of" in each.said or "position_of" in each.said
        try:
            filled[each.column] = each.read(scope if above else scope.element)
        except Reject as reject:
            path = place if reject.path == "." else f"{place}.{reject.path}"
            raise Reject(reject.reason, path, reject.value) from None
    return filled


def _hash(filled: tuple[Any, ...], parts: dict[str, Any]) -> bytes:
    digest = _blank.copy()
    digest.update(_packed((filled, parts)))
    return digest.digest()


def _entity(stream: StreamSpec) -> Entity:
    known = {**ENTITIES, **STAGED}
    if stream.into not in known:
        raise ConfigError(
            f"no entity {stream.into!r}",
            where=stream.document.where(["into"]),
            do=f"name one of {', '.join(ENTITIES)}",
        )
    return known[stream.into]


def _lookup(stream: StreamSpec) -> crosswalk.Lookup:
    @cache
    def _load(name: str) -> crosswalk.Crosswalk:
        return crosswalk.load(stream.crosswalks / f"{name}.tsv")

    return _load


def _fields(
    stream: StreamSpec,
    table: Table,
    said: Dict[str, Any],
    place: list[str | int],
    lookup: crosswalk.Lookup,
    fillable: list[str],
) -> tuple[Field, ...]:
    compiled = []
    for column, entry in said.items():
        where = stream.document.where([*place, column])
        if column not in fillable:
            raise ConfigError(f"{table.name} has no column {column!r}", where=where, do=f"it has {', '.join(fillable)}")
        compiled.append(compile_field(table.c[column], entry, lookup, where))
    missing = [name for name in fillable if not table.c[name].nullable and name not in said]
    if missing:
        where = stream.document.where(place)
        raise ConfigError(f"{table.name} needs {', '.join(missing)}", where=where, do="say where they come from")
    return tuple(compiled)


def _part(stream: StreamSpec, entity: Entity, name: str, lookup: crosswalk.Lookup) -> Part:
    place: list[str | int] = ["parts", name]
    if name not in entity.parts:
        there = ", ".join(entity.parts) or "none"
        raise ConfigError(
            f"{entity.name} has no part {name!r}", where=stream.document.where(place), do=f"parts: {there}"
        )
    table = entity.parts[name]
    said = stream.document.content["parts"][name]
    lists = []
    for number, entry in enumerate(said if isinstance(said, list) else [said]):
        spot = [*place, number, "fields"] if isinstance(said, list) else [*place, "fields"]
        _check_levels(stream, entry["fields"], entry["each"].split("."), spot)
        fields = _fields(stream, table, entry["fields"], spot, lookup, part_columns(table))
        lists.append((entry["each"], fields))
    return Part(name, table, tuple(lists))


def _check_levels(stream: StreamSpec, fields: Dict[str, Any], levels: list[str], place: list[str | int]) -> None:
    """What `of` and `position_of` name must be a list the fields stand in: the record's own fields stand in none."""
    for column, said in fields.items():
        level = said.get("of", said.get("position_of"))
        if level is not None and level not in levels:
            raise ConfigError(
                f"{level!r} is not one of the lists of `each`" if levels else f"{level!r} is no list around the record",
                where=stream.document.where([*place, column]),
                do=f"name one of {', '.join(levels)}"
                if levels
                else "use `of` and `position_of` in the fields of a part",
            )


def _known(said: Dict[str, Any]) -> frozenset[str]:
    """The top members a mapping speaks of: read by a field or a part, or ignored on purpose."""
    named: set[str] = {ASKED, *said.get("ignored", ())}
    for entry in said["fields"].values():
        source = entry.get("from", ())
        named.update([source] if isinstance(source, str) else source)
        named.update([entry["dated"]["from"]] if "dated" in entry else ())
    for part in said.get("parts", {}).values():
        named.update(entry["each"] for entry in (part if isinstance(part, list) else [part]))
    return frozenset(name.split(".")[0] for name in named)
