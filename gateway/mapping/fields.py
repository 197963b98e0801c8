"""One line of a mapping file → one function: source value in, canonical value out, or a Reject that names the place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Numeric, Text

from gateway.errors import ConfigError
from gateway.mapping import paths, times, values
from gateway.mapping.crosswalk import Crosswalk, Dated, Lookup
from gateway.mapping.reject import Reject, Unfit, shown

Read = Callable[[Any], Any]

FITS: tuple[tuple[type, frozenset[str]], ...] = (
    (Text, frozenset({"text", "line", "code", "html", "as_written"})),
    (Integer, frozenset({"int"})),
    (Numeric, frozenset({"int", "decimal", "money"})),
    (Boolean, frozenset({"bool"})),
    (DateTime, frozenset({"instant"})),
    (Date, frozenset({"date"})),
)
"""Which types of the mapping language a column of ours can take."""


def _nothing(_: Any) -> None:
    return None


@dataclass(frozen=True)
class Field:
    """A canonical column and how it is filled. `said` is the mapping file's own entry.

    read: from the whole record; raises Reject. take: the same, from the value where it lies; raises Unfit.
    """

    column: str
    said: Mapping[str, Any]
    read: Read
    crosswalk: Crosswalk | None = None
    take: values.Convert = _nothing
    required: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """The source paths it reads."""
        source = self.said.get("from", ())
        return (source,) if isinstance(source, str) else tuple(source)

    def is_time_of(self, member: str) -> bool:
        """Whether it is an instant read from this member of a record."""
        return member in self.sources and self.said.get("type") == "instant"

    @property
    def reads(self) -> tuple[str, ...]:
        """The source paths it reads, with the one that says on which day."""
        return (*self.sources, self.said["dated"]["from"]) if "dated" in self.said else self.sources

    @property
    def tops(self) -> tuple[str, ...]:
        """The record's own members that it reads, or reads from."""
        return tuple(dict.fromkeys(source.split(".")[0] for source in self.reads))

    @property
    def is_path(self) -> bool:
        """Whether it reads what lies at one path, as it lies there."""
        return len(self.sources) == 1 and {"first", "pick", "join", "begins", "dated"}.isdisjoint(self.said)

    @property
    def is_plain(self) -> bool:
        """Whether it reads one of the record's own members, as it is."""
        return self.is_path and self.sources == self.tops

    @property
    def keeps_words(self) -> bool:
        """Whether a short word in ASCII is taken as it is written."""
        return self.crosswalk is None and self.said.get("type", "text") in {"text", "line", "code"}

    @property
    def is_iso_instant(self) -> bool:
        """Whether it is an instant with the offset written beside it."""
        return self.said.get("type") == "instant" and self.said["format"] == "iso"

    @property
    def personal(self) -> bool:
        """Whether the mapping classifies the value as personal data."""
        return self.said.get("classified") == "personal"


def compile_field(column: Column[Any], said: Mapping[str, Any], lookup: Lookup, where: str) -> Field:
    """Compile one entry; ConfigError (at `where`) when it cannot fit its column."""
    crosswalk = lookup(said["lookup"]) if "lookup" in said else None
    if said.get("const", "") is None and not column.nullable:
        raise ConfigError(f"{column.name} may not be empty", where=where, do="give it a value")
    if "const" in said or "position_of" in said:
        return Field(column.name, said, _constant(said), crosswalk)
    _check_type(column, said, where)
    _check_dated(column.name, said, crosswalk, where)
    required = said.get("required", False) or not column.nullable
    take = _taker(_converter(said, crosswalk), required)
    read = _reader(_dated(getter(said), said), take, Field(column.name, said, take))
    return Field(column.name, said, _in_scope(read, said), crosswalk, take, required)


def _constant(said: Mapping[str, Any]) -> Read:
    if "position_of" in said:
        level = said["position_of"]
        return lambda scope: scope.numbers[level]
    constant = said["const"]
    return lambda _: constant


def _check_type(column: Column[Any], said: Mapping[str, Any], where: str) -> None:
    kind = said.get("type", "text")
    allowed = next(types for sql_type, types in FITS if isinstance(column.type, sql_type))
    if kind not in allowed:
        raise ConfigError(
            f"{column.name} cannot take type {kind!r}", where=where, do=f"use one of {', '.join(sorted(allowed))}"
        )
    if kind in {"date", "instant"}:
        _check_format(column.name, said.get("format"), where)
    if column.info.get("personal") and said.get("classified") != "personal":
        raise ConfigError(f"{column.name} holds personal data", where=where, do="add classified: personal")


def _check_dated(name: str, said: Mapping[str, Any], crosswalk: Crosswalk | None, where: str) -> None:
    if crosswalk is not None and crosswalk.is_dated and "dated" not in said:
        raise ConfigError(
            f"{name} is looked up in crosswalk {crosswalk.name}, whose rows hold on some days only",
            where=where,
            do="say which member gives the day: dated: {from: …, format: …}",
        )
    if "dated" in said:
        _check_format(f"dated of {name}", said["dated"]["format"], where)


def _check_format(name: str, said: Any, where: str) -> None:
    forms = [said] if isinstance(said, str) else said or [""]
    wrong = [form for form in forms if not times.is_format(form)]
    if wrong:
        raise ConfigError(
            f"{name} has no usable format" + (f": {wrong[0]!r}" if wrong[0] else ""),
            where=where,
            do="say how it is written: iso, epoch_ms, or letters as in dd/MM/yyyy HH:mm:ss",
        )


def getter(said: Mapping[str, Any]) -> paths.Getter:
    """Record → the value as the portal wrote it, before its type is looked at."""
    source = said["from"]
    names = [source] if isinstance(source, str) else source
    getters = [_one_getter(name, said) for name in names]
    return getters[0] if len(getters) == 1 else paths.first_of(getters)


def _one_getter(name: str, said: Mapping[str, Any]) -> paths.Getter:
    get = (lambda element: element) if name == "." else paths.getter(name, said.get("first", False))
    if "pick" in said:
        return paths.picked(get, said["pick"]["where"], said["pick"]["take"])
    if "join" in said:
        return paths.joined(get, said["join"]["take"], said["join"]["with"])
    return paths.beginning(get, said["begins"]) if "begins" in said else get


def _dated(get: paths.Getter, said: Mapping[str, Any]) -> paths.Getter:
    """With the day on which the code is meant, where the mapping says what gives it."""
    if "dated" not in said:
        return get
    get_day, to_day = paths.getter(said["dated"]["from"]), times.day((said["dated"]["format"],))

    def _get(record: Any) -> Any:
        value, written = get(record), get_day(record)
        if value is None or value == "":
            return None
        return Dated(value, None if written is None or written == "" else to_day(written))

    return _get


def _converter(said: Mapping[str, Any], crosswalk: Crosswalk | None) -> values.Convert:
    kind = said.get("type", "text")
    if crosswalk:
        # A column of yes and no: the crosswalk says which words mean `true` and which `false`.
        return (lambda value: values.boolean(crosswalk.convert(value))) if kind == "bool" else crosswalk.convert
    if kind in {"date", "instant"}:
        form = said["format"]
        formats = (form,) if isinstance(form, str) else tuple(form)
        return times.instant(formats) if kind == "instant" else times.day(formats)
    return values.PLAIN[kind]


def _taker(convert: values.Convert, required: bool) -> values.Convert:
    def _take(value: Any) -> Any:
        # Most values are there and not false: that is the shortest question.
        if value or (value is not None and value != ""):
            found = convert(value)
            # A code or a line of blanks alone says nothing either.
            if found or found.__class__ is not str:
                return found
        if required:
            raise Unfit("required, but absent or empty")
        return None

    return _take


def _reader(get: paths.Getter, take: values.Convert, field: Field) -> Read:
    place, personal = " or ".join(field.sources), field.personal

    def _read(record: Any) -> Any:
        value: Any = "None"
        try:
            value = get(record)
            return take(value)
        except Unfit as unfit:
            blank = value is None or (value.__class__ is str and not value.strip())
            raise Reject(unfit.reason, place, "" if blank else shown(value, personal)) from None

    return _read


def _in_scope(read: Read, said: Mapping[str, Any]) -> Read:
    """In a repeated part, read from the element itself or, with `of`, from an object above it."""
    if "of" not in said:
        return read
    level = said["of"]
    return lambda scope: read(scope.objects[level])
