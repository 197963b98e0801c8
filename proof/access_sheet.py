"""What each caller must be given of a set, read from its contract's YAML and from the rows at the source by these lines alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, Any]


@dataclass(frozen=True)
class Right:
    """Of one consumer to one set."""

    role: str
    agency: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Sheet:
    """A contract. types, classes: by column; roles: what each lists of the columns that not every role sees."""

    name: str
    types: Mapping[str, str]
    classes: Mapping[str, str]
    key: tuple[str, ...]
    roles: Mapping[str, Mapping[str, str]]
    scope: Mapping[str, str]

    @property
    def is_open(self) -> bool:
        """For anyone."""
        return set(self.classes.values()) == {"open"}

    @property
    def has_files(self) -> bool:
        """Whether its rows may lie in files."""
        return set(self.classes.values()) <= {"open", "shared"}

    def forms(self, right: Right | None) -> dict[str, str] | None:
        """The columns that exist for a caller, with their form; None when the caller may read nothing."""
        if self.is_open:
            return dict.fromkeys(self.types, "plain")
        if right is None:
            return None
        every = {name: "plain" for name, said in self.classes.items() if said in {"open", "shared"}}
        found = {**every, **self.roles[right.role]}
        return {name: found[name] for name in self.types if name in found}

    def reaches(self, right: Right | None, row: Row) -> bool:
        """Whether a row is within a right's limits."""
        if right is None or self.is_open:
            return True
        if right.agency is not None:
            code = row[self.scope["agency"]]
            if code is None or (code != right.agency and not code.startswith(f"{right.agency}.")):
                return False
        if right.first is None and right.last is None:
            return True
        day = _day(row[self.scope["period"]])
        return day is not None and (right.first or date.min) <= day <= (right.last or date.max)

    def rights(self) -> list[Right]:
        """Each role without limits, of an agency, of a period, of both: as far as the scope has them."""
        if self.is_open:
            return []
        agencies = [None, "H33.1"] if "agency" in self.scope else [None]
        periods = [(None, None), (date(2026, 1, 3), date(2026, 1, 9))] if "period" in self.scope else [(None, None)]
        return [Right(role, agency, *period) for role in self.roles for agency in agencies for period in periods]

    def key_of(self, row: Row) -> tuple[Any, ...]:
        """What tells rows apart."""
        return tuple(row[name] for name in self.key)


def read_sheet(path: Path) -> Sheet:
    """A contract's file."""
    said = yaml.safe_load(path.read_text("utf-8"))
    [table] = said["schema"]
    columns = {each["name"]: each for each in table["properties"]}
    key = sorted((each["primaryKeyPosition"], name) for name, each in columns.items() if each.get("primaryKey"))
    return Sheet(
        said["id"],
        {name: each["logicalType"] for name, each in columns.items()},
        {name: each["classification"] for name, each in columns.items()},
        tuple(name for _, name in key),
        {each["role"]: _custom(each).get("columns", {}) for each in said["roles"]},
        _custom(table).get("scope", {}),
    )


def _custom(said: Mapping[str, Any]) -> dict[str, Any]:
    return {each["property"]: each["value"] for each in said.get("customProperties", ())}


def masked(form: str, value: Any) -> Any:
    """What a reader gets of a value, but for pseudonyms, which only the gateway can make."""
    if form == "last_digits":
        digits = "".join(each for each in value or "" if each in "0123456789")
        return digits[-3:] if len(digits) > 5 else None
    if form == "year":
        return None if value is None else str(_day(value))[:4]
    return said(value)


def said(value: Any) -> Any:
    """A value as JSON says it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _day(value: date | None) -> date | None:
    """In Vietnam."""
    return (value + timedelta(hours=7)).date() if isinstance(value, datetime) else value


def visible(sheet: Sheet, right: Right | None, rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    """The source's rows that a caller must be given, by key."""
    return {sheet.key_of(row): row for row in rows if sheet.reaches(right, row)}
