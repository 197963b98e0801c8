"""How records are read whose members and types are known: together, one column after the other.

Texts and instants are parsed by msgspec, with the record. Whatever else a mapping reads (an agency, a status, a number of days)
comes again and again: its bytes are looked up, and what became of them is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec

from connectors import decode
from gateway.mapping.fields import Field
from gateway.mapping.members import REMEMBER
from gateway.mapping.reject import Unfit
from gateway.mapping.values import LONGEST_CODE

Kinds = frozenset[type]
"""Types of a member's values: `int` for every number, `datetime` for a text that is an instant, `Empty` for ""; none for null."""


class Empty:
    """The type of ""."""


_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_TEXTS: Kinds = frozenset({str, datetime, Empty})
_ABSENT = msgspec.Raw(b"null")
"""Stands for a member that is not there: a mapping does not tell the two apart."""
_INSTANT, _TEXT, _INNER, _AGAIN, _NEVER = "instant", "text", "inner", "again", "never"
"""The ways to read a member."""


def kinds(value: Any) -> Kinds:
    """The type of one value; none of null."""
    if value is None:
        return frozenset()
    if value.__class__ is str:
        return frozenset({_kind_of_text(value)})
    return frozenset({int if value.__class__ is Decimal else value.__class__})


def _kind_of_text(value: str) -> type:
    if not value:
        return Empty
    try:
        msgspec.convert(value, _Instant)
    except msgspec.ValidationError:
        return str
    return datetime


class Plan:
    """Reads records with members of these kinds, and of them all that are always there."""

    def __init__(self, fields: Sequence[Field], members: Mapping[str, Kinds], always: frozenset[str]) -> None:
        readers = {name: [each for each in fields if name in each.tops] for name in members}
        ways = {name: _way(readers[name], seen) for name, seen in members.items()}
        types = {name: _TYPES[way](readers[name], members[name]) for name, way in ways.items()}
        self._decode = msgspec.json.Decoder(_record(types, always), float_hook=Decimal).decode
        by_way: dict[str, list[Field]] = {way: [] for way in (*_TYPES, _NEVER)}
        for each in fields:
            by_way[next((ways[name] for name in each.tops if name in ways), _NEVER)].append(each)
        instants, texts, inner, never = (by_way[way] for way in (_INSTANT, _TEXT, _INNER, _NEVER))
        groups = [_Remembered(names, group, members) for names, group in _grouped(by_way[_AGAIN], members)]
        self._instants = [_value(each.sources[0]) for each in instants]
        self._texts = [(_value(each.sources[0]), each) for each in texts]
        self._inner = [(_value(each.sources[0]), each) for each in inner]
        self._groups = [(_written(each.names), each) for each in groups]
        # Constants, and what is read from members that no record had.
        self._constants = [each.read({}) for each in never]
        came = [*instants, *texts, *inner, *(each for group in groups for each in group.fields), *never]
        self._order = [came.index(each) for each in fields]

    def rows(self, raws: Sequence[msgspec.Raw]) -> list[tuple[Any, ...]]:
        """The fields' values of each record. Raises what msgspec and the fields raise for the first that does not fit."""
        records = list(map(self._decode, raws))
        columns: list[Sequence[Any]] = [_in_utc(map(get, records)) for get in self._instants]
        columns += [_taken(list(map(get, records)), each) for get, each in self._texts]
        columns += [list(map(each.take, map(get, records))) for get, each in self._inner]
        for get, remembered in self._groups:
            columns += zip(*[remembered[written] for written in map(bytes, map(get, records))], strict=True)
        columns += [[constant] * len(records) for constant in self._constants]
        return list(zip(*[columns[at] for at in self._order], strict=True))


def _in_utc(instants: Iterable[datetime | None]) -> list[datetime | None]:
    return [at and at.astimezone(UTC) for at in instants]


def _taken(column: list[str | None], field: Field) -> list[Any]:
    return column if field.keeps_words and _are_words(column) else list(map(field.take, column))


def _are_words(column: list[str | None]) -> bool:
    """Whether every value is null or a short word in ASCII: it is quicker to ask of all at once."""
    together = "".join(filter(None, column))
    is_ascii = together.isascii() and together.isprintable() and " " not in together
    return is_ascii and "" not in column and max(map(len, filter(None, column)), default=0) <= LONGEST_CODE


class _Remembered(dict[bytes, list[Any]]):
    """Fields that read the same members: their values by the members' bytes, with commas between them."""

    def __init__(self, names: tuple[str, ...], fields: Sequence[Field], members: Mapping[str, Kinds]) -> None:
        super().__init__()
        self.names, self.fields = names, fields
        self._kinds = [members[name] | {Empty} for name in names]

    def __missing__(self, written: bytes) -> list[Any]:
        values = decode.plain(msgspec.Raw(b"[%b]" % written))
        if not all(kinds(value) <= seen for value, seen in zip(values, self._kinds, strict=True)):
            raise Unfit("of another type than before")
        record = dict(zip(self.names, values, strict=True))
        found = [each.read(record) for each in self.fields]
        if len(self) < REMEMBER:
            self[written] = found
        return found


def _way(readers: list[Field], seen: Kinds) -> str:
    if readers and all(each.is_plain for each in readers):
        if seen == {datetime} and all(each.is_iso_instant for each in readers):
            return _INSTANT
        return _TEXT if seen <= _TEXTS else _AGAIN
    # An object that tells of a person does not come again.
    tells_of_person = any(each.personal for each in readers)
    return _INNER if tells_of_person and all(each.is_path for each in readers) else _AGAIN


def _grouped(fields: Iterable[Field], members: Mapping[str, Kinds]) -> list[tuple[tuple[str, ...], list[Field]]]:
    """Fields by the members they read, of those that records have."""
    groups: dict[tuple[str, ...], list[Field]] = {}
    for each in fields:
        groups.setdefault(tuple(name for name in each.tops if name in members), []).append(each)
    return list(groups.items())


def _instant_type(readers: list[Field], _: Kinds) -> Any:
    return _Instant if any(each.required for each in readers) else _Instant | None


def _text_type(readers: list[Field], seen: Kinds) -> Any:
    text = str if seen - {Empty} else Literal[""]
    return text if any(each.required for each in readers) else text | None


def _inner_type(readers: list[Field], _: Kinds) -> Any:
    return _inner([each.sources[0].split(".")[1:] for each in readers])


_TYPES: Mapping[str, Callable[[list[Field], Kinds], Any]] = {
    _INSTANT: _instant_type,
    _TEXT: _text_type,
    _INNER: _inner_type,
    _AGAIN: lambda *_: msgspec.Raw,
}
"""What msgspec is told of a member that is read in this way."""


def _record(types: Mapping[str, Any], always: frozenset[str]) -> Any:
    """A record's type: any other member is an error, as is the absence of one that is always there."""
    absent = {name: _ABSENT if kind is msgspec.Raw else None for name, kind in types.items() if name not in always}
    return _struct(types, absent, forbid_unknown_fields=True)


def _inner(paths: list[list[str]]) -> Any:
    """The type of an object of which only what lies at some paths is wanted."""
    below = {path[0]: [each[1:] for each in paths if each[0] == path[0]] for path in paths}
    types = {name: Any if [] in rests else _inner(rests) for name, rests in below.items()}
    return _struct(types, dict.fromkeys(types), forbid_unknown_fields=False) | None


def _struct(types: Mapping[str, Any], absent: Mapping[str, Any], forbid_unknown_fields: bool) -> Any:
    """A type for objects with these members. absent: what stands for those that need not be there."""
    fields: list[Any] = [
        (_attribute(name), kind, absent[name]) if name in absent else (_attribute(name), kind)
        for name, kind in types.items()
    ]
    names = {_attribute(name): name for name in types}
    return msgspec.defstruct(
        "Record", fields, rename=names, forbid_unknown_fields=forbid_unknown_fields, kw_only=True, gc=False
    )


def _attribute(name: str) -> str:
    """A member as an attribute: portals may call theirs as they like."""
    return "m" + name.encode().hex()


def _value(path: str) -> Callable[[Any], Any]:
    """A record → the value at a path; None where an object on the way to it is null."""
    get = attrgetter(".".join(map(_attribute, path.split("."))))
    if "." not in path:
        return get

    def _get(record: Any) -> Any:
        try:
            return get(record)
        except AttributeError:
            return None

    return _get


def _written(names: Sequence[str]) -> Callable[[Any], Any]:
    """A record → the bytes of some of its members, with commas between them."""
    if len(names) == 1:
        return attrgetter(_attribute(names[0]))
    get = attrgetter(*map(_attribute, names))
    return lambda record: b",".join(get(record))
