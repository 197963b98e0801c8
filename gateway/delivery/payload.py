"""A dossier of ours → the payload a portal wants, field by field, checked before anything is sent.

A field that is missing, too long or without a code of theirs holds the row back and says so; nothing is filled in, cut or
rewritten to get past a portal's checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from connectors.dates import written
from gateway.delivery.story import COLUMNS
from gateway.documents import Document, as_tuple
from gateway.errors import ConfigError
from gateway.mapping import crosswalk, values
from gateway.mapping.crosswalk import Crosswalk
from gateway.mapping.reject import Unfit


class Problem(NamedTuple):
    """Why a payload may not be sent. cause: the same for like rows; reason: for a person, without the value itself."""

    cause: str
    reason: str


class Unsendable(Exception):
    """A member that the portal would not take."""

    def __init__(self, cause: str, reason: str) -> None:
        self.problem = Problem(cause, reason)
        super().__init__(cause, reason)


@dataclass(frozen=True)
class Field:
    """One member of the payload: the first of `columns` that has a value, written as the portal wants it, else `empty`.

    longest: characters the portal takes.
    """

    name: str
    columns: tuple[str, ...]
    constant: Any = None
    form: str = ""
    codes: Crosswalk | None = None
    is_number: bool = False
    longest: int | None = None
    required: bool = False
    empty: Any = ""

    def written(self, row: Mapping[str, Any]) -> Any:
        """The member's value. Raises Unsendable when the portal would not take it."""
        if not self.columns:
            return self.constant
        found = next((value for column in self.columns if (value := row[column]) not in (None, "")), None)
        if found is None:
            if self.required:
                raise Unsendable(f"{self.name} is missing", f"{self.name} is required, and {self._whence} is empty")
            return self.empty
        return self._fitting(found)

    def _fitting(self, found: Any) -> Any:
        value = written(found, self.form) if isinstance(found, date) else self._coded(found)
        if self.longest is not None and len(str(value)) > self.longest:
            told = f"{self.name} has {len(str(value))} characters, and the portal takes {self.longest}"
            raise Unsendable(f"{self.name} is too long", f"{told}; it is not cut")
        return value

    def _coded(self, found: Any) -> Any:
        try:
            code = str(found) if self.codes is None else self.codes.convert(found)
            return values.integer(code) if self.is_number else code
        except Unfit as unfit:
            told = f"{self.name}: {self._whence} is {unfit.reason}"
            raise Unsendable(f"{self.name} has no code at the portal", told) from None

    @property
    def is_personal(self) -> bool:
        """Whether it may tell of a person."""
        return any(COLUMNS[column] == "personal" for column in self.columns)

    @property
    def _whence(self) -> str:
        return " or ".join(self.columns)


@dataclass(frozen=True)
class Payload:
    """All fields of what is sent."""

    fields: tuple[Field, ...]

    def build(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """The payload as far as it can be written, and why it may not be sent."""
        payload: dict[str, Any] = {}
        problems: list[Problem] = []
        for each in self.fields:
            try:
                payload[each.name] = each.written(row)
            except Unsendable as error:
                problems.append(error.problem)
        return payload, problems


def compile_payload(document: Document, path: Sequence[str], crosswalks: Path) -> Payload:
    """Compile the fields at `path` of a delivery file. Raises ConfigError with file and line."""
    said: Mapping[str, Any] = document.content
    for step in path:
        said = said[step]
    return Payload(
        tuple(_field(name, entry, document.where([*path, name]), crosswalks) for name, entry in said.items())
    )


def _field(name: str, said: Mapping[str, Any], where: str, crosswalks: Path) -> Field:
    columns = as_tuple(said.get("from"))
    if unknown := set(columns) - COLUMNS.keys():
        raise ConfigError(
            f"a dossier has no {', '.join(sorted(unknown))}", where=where, do=f"name one of {', '.join(COLUMNS)}"
        )
    if any(COLUMNS[column] == "time" for column in columns) != ("format" in said):
        raise ConfigError("a time needs a format, and nothing else has one", where=where, do="correct `format`")
    return Field(
        name=name,
        columns=columns,
        constant=said.get("const"),
        form=said.get("format", ""),
        codes=crosswalk.load(crosswalks / f"{said['lookup']}.tsv") if "lookup" in said else None,
        is_number=said.get("type") == "int",
        longest=said.get("max"),
        required=said.get("required", False),
        empty=said.get("empty", ""),
    )
