"""Crosswalks (bảng đối chiếu): source code → our code, one TSV file each in mappings/crosswalks/, with SSSOM's columns and validity.

SSSOM (Simple Standard for Sharing Ontological Mappings) names the columns and the block of `# key: value` lines before them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from gateway import tsv
from gateway.errors import ConfigError
from gateway.mapping import values
from gateway.mapping.reject import Unfit

NEEDED = (
    *("subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification"),
    *("confidence", "reviewer", "valid_from", "valid_to", "comment"),
)
COLUMNS = (*NEEDED, "mapping_cardinality", "mapping_date", "review_date")
ABOUT = ("mapping_set_title", "subject_source", "object_source", "comment")
"""What the lines before the columns may say: a title, and the code lists on both sides."""

NO_TERM = "sssom:NoTermFound"
"""The object of a code that is known to have no counterpart."""

EXACT = "skos:exactMatch"


class Row(NamedTuple):
    """One line: a code of theirs, one of ours, and the days on which it holds (both included, None: without end)."""

    number: int
    said: Mapping[str, str]
    valid_from: date | None
    valid_to: date | None

    @property
    def subject(self) -> str:
        """Their code."""
        return self.said["subject_id"]

    @property
    def object(self) -> str:
        """Our code."""
        return self.said["object_id"]

    @property
    def is_bounded(self) -> bool:
        """Whether it holds on some days only."""
        return self.valid_from is not None or self.valid_to is not None

    @property
    def is_one_of_many(self) -> bool:
        """Whether it says that its code stands for several of ours."""
        return self.said["mapping_cardinality"] in {"1:n", "n:n"}

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def meets(self, other: Row) -> bool:
        """Whether there is a day on which both hold."""
        begin = max(self.valid_from or date.min, other.valid_from or date.min)
        return begin <= min(self.valid_to or date.max, other.valid_to or date.max)


@dataclass(frozen=True)
class Sheet:
    """A crosswalk file as it was written. about: its lines before the columns."""

    path: Path
    about: Mapping[str, str]
    rows: Sequence[Row]

    def where(self, row: Row) -> str:
        """`file:line` of a row, for messages."""
        return f"{self.path}:{row.number}"

    def by_code(self) -> dict[str, list[Row]]:
        """The rows of each of their codes, in the file's order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.subject, []).append(row)
        return found


class Dated(NamedTuple):
    """A code, and the day on which its meaning is asked for (None: the record does not say)."""

    value: Any
    day: date | None

    def __repr__(self) -> str:
        """As a person reads it in quarantine."""
        return f"{self.value} on {self.day or 'no day'}"


@dataclass(frozen=True)
class Crosswalk:
    """A code list's translation. codes: source code → our code, of codes that always mean one thing; labels: our code →
    what it means, for people. rows: of the codes that mean several things, or nothing of ours, or not on every day.
    """

    name: str
    path: Path
    codes: Mapping[str, str]
    labels: Mapping[str, str]
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    @property
    def is_dated(self) -> bool:
        """Whether a code of it means now this, now that."""
        return any(row.is_bounded for rows in self.rows.values() for row in rows)

    def convert(self, value: Any) -> str:
        """Our code, or Unfit: an unknown code is never guessed. Yes and no are the codes `true` and `false`.

        Of a Dated value what it means on that day.
        """
        day = None
        if value.__class__ is Dated:
            value, day = value
        code = written(value)
        found = self.codes.get(code)
        return self._by_rows(code, day) if found is None else found

    def _by_rows(self, code: str, day: date | None) -> str:
        rows = self.rows.get(code)
        if rows is None:
            raise Unfit(f"a code that crosswalk {self.name} does not know")
        if day is None and any(row.is_bounded for row in rows):
            raise Unfit(f"a code that crosswalk {self.name} knows by day only, and the record gives none")
        rows = rows if day is None else [row for row in rows if row.holds_on(day)]
        if not rows:
            raise Unfit(f"a code that crosswalk {self.name} does not know on that day")
        return self._one_of(rows)

    def _one_of(self, rows: Sequence[Row]) -> str:
        """The only one, or of several the only exact one."""
        exact = [row for row in rows if row.said["predicate_id"] == EXACT]
        chosen = rows if len(rows) == 1 else exact
        if len(chosen) != 1:
            choices = ", ".join(f"{row.object} ({row.said['object_label']})" for row in rows)
            raise Unfit(f"a code for which crosswalk {self.name} has several of ours: {choices}")
        if chosen[0].object == NO_TERM:
            raise Unfit(f"a code that has no counterpart, as crosswalk {self.name} says")
        return chosen[0].object


def read(path: Path) -> Sheet:
    """Read a crosswalk file. Raises ConfigError with file and line for what is no crosswalk: header, empty codes, days."""
    if not path.is_file():
        raise ConfigError("no such crosswalk", where=str(path), do="add the file, or correct `lookup`")
    file = tsv.read(path)
    file.check_header(NEEDED, COLUMNS)
    return Sheet(path, _about(file.above, path), [_row(said, path, number) for number, said in file.rows])


def written(value: Any) -> str:
    """A source code as crosswalks write it."""
    return str(value).lower() if value.__class__ is bool else values.code(value)


def load(path: Path) -> Crosswalk:
    """Read one crosswalk to look codes up in. Raises ConfigError also for a code that stands twice on one day unsaid."""
    sheet = read(path)
    by_code = sheet.by_code()
    for first, second in overlaps(sheet):
        raise ConfigError(
            f"code {first.subject!r} stands twice",
            where=sheet.where(second),
            do="keep one of the rows, give them days that do not meet, or say 1:n in mapping_cardinality",
        )
    simple = {code: rows[0].object for code, rows in by_code.items() if _is_simple(rows)}
    labels = {row.object: row.said["object_label"] for row in sheet.rows if row.object != NO_TERM}
    rest = {code: rows for code, rows in by_code.items() if code not in simple}
    return Crosswalk(path.stem, path, simple, labels, rest)


def overlaps(sheet: Sheet) -> Iterator[tuple[Row, Row]]:
    """Pairs of rows that say different things of one code on one day, without saying that there are several (1:n)."""
    for rows in sheet.by_code().values():
        for first, second in combinations(rows, 2):
            if first.meets(second) and not (first.is_one_of_many and second.is_one_of_many):
                yield first, second


def _is_simple(rows: Sequence[Row]) -> bool:
    return len(rows) == 1 and not rows[0].is_bounded and rows[0].object != NO_TERM


def _about(lines: Sequence[str], path: Path) -> dict[str, str]:
    try:
        said = yaml.safe_load("\n".join(line[1:] for line in lines)) or {}
    except yaml.YAMLError:
        said = None
    if not isinstance(said, dict) or not set(said) <= set(ABOUT):
        raise ConfigError(
            "the lines before the columns cannot be read", where=f"{path}:1", do=f"say {', '.join(ABOUT)}"
        )
    return {key: str(value) for key, value in said.items()}


def _row(said: Mapping[str, str], path: Path, number: int) -> Row:
    where = f"{path}:{number}"
    if not said["subject_id"] or not said["object_id"]:
        raise ConfigError("subject_id and object_id must both be filled", where=where, do="complete or remove the row")
    begin, end = (tsv.day(said[name], name, where) for name in ("valid_from", "valid_to"))
    if begin and end and end < begin:
        raise ConfigError(
            "valid_to is before valid_from", where=where, do="valid_to is the last day on which the row holds"
        )
    return Row(number, {name: said.get(name, "") for name in COLUMNS}, begin, end)


Lookup = Callable[[str], Crosswalk]
