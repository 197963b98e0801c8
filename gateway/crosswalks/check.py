"""Is a crosswalk whole? Gaps, overlaps, cycles, dead targets, wrong cardinality, missing reasons; each with file and line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from gateway.crosswalks import codelists
from gateway.crosswalks.agency_codes import STYLES, exceptions_in_vain
from gateway.crosswalks.codelists import CodeList
from gateway.errors import ConfigError
from gateway.mapping.crosswalk import NO_TERM, Row, Sheet, overlaps, read

LOW = 0.8
"""A confidence below it wants a reviewer."""

PREDICATES = frozenset(f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))


class Finding(NamedTuple):
    """What is wrong (error), or should be looked at by a person (warning)."""

    level: str
    where: str
    what: str
    do: str


def paths(folders: Sequence[Path], name: str = "") -> list[Path]:
    """The crosswalk files of the mapping folders, or the one of a name. Raises ConfigError when there is none."""
    found = [path for folder in folders for path in sorted((folder / "crosswalks").glob(f"{name or '*'}.tsv"))]
    if not found:
        where = ", ".join(str(folder / "crosswalks") for folder in folders)
        raise ConfigError(f"no crosswalk {name!r}" if name else "no crosswalks", where=where, do="see: ls crosswalks")
    return found


def check(path: Path, folders: Sequence[Path]) -> list[Finding]:
    """Everything found in one file, in the order of its lines. Code lists are looked for in `folders`."""
    try:
        sheet = read(path)
        lists = {side: _list(sheet, side, folders) for side in ("subject_source", "object_source")}
    except ConfigError as error:
        return [Finding("error", error.where, error.what, error.do)]
    found = [
        *(finding for row in sheet.rows for finding in _of_row(sheet, row)),
        *_overlaps(sheet),
        *_cardinality(sheet),
        *_gaps_in_time(sheet),
        *_cycles(sheet),
        *_dead_targets(sheet, lists["object_source"]),
        *_codes_without_row(sheet, lists["subject_source"]),
    ]
    if path.stem == STYLES:
        rows = exceptions_in_vain(sheet)
        found += [Finding("warning", sheet.where(row), "the rule says the same", "remove the row") for row in rows]
    return sorted(found, key=lambda each: (int(each.where.rpartition(":")[2]), each.what))


def _list(sheet: Sheet, side: str, folders: Sequence[Path]) -> CodeList | None:
    name = sheet.about.get(side)
    if name is None:
        return None
    found = codelists.find(folders, name)
    if found is None:
        raise ConfigError(
            f"no code list {name!r}", where=f"{sheet.path}:1", do=f"add codelists/{name}.tsv, or remove {side}"
        )
    return found


def _of_row(sheet: Sheet, row: Row) -> Iterator[Finding]:
    said, where = row.said, sheet.where(row)
    if said["predicate_id"] not in PREDICATES:
        yield Finding(
            "error", where, f"predicate {said['predicate_id']!r} is none", f"write one of {_listed(PREDICATES)}"
        )
    if not said["mapping_justification"]:
        yield Finding("error", where, "no mapping_justification", "say why, as semapv:ManualMappingCuration")
    for name in ("mapping_date", "review_date"):
        if said[name] and not _is_day(said[name]):
            yield Finding("error", where, f"{name} is no day", "write it as 2025-07-01")
    confidence = _confidence(said["confidence"])
    if confidence is None:
        yield Finding(
            "error", where, f"confidence {said['confidence']!r} is not from 0 to 1", "write 0.8, or leave it empty"
        )
    elif confidence < LOW and not said["reviewer"]:
        yield Finding(
            "warning", where, f"confidence {confidence:g} and no reviewer", "let someone who knows confirm it"
        )


def _confidence(written: str) -> float | None:
    try:
        found = float(written or 1)
    except ValueError:
        return None
    return found if 0 <= found <= 1 else None


def _is_day(written: str) -> bool:
    try:
        return bool(date.fromisoformat(written))
    except ValueError:
        return False


def _overlaps(sheet: Sheet) -> Iterator[Finding]:
    for first, second in overlaps(sheet):
        what = f"code {first.subject!r} also stands in line {first.number}, on the same days"
        yield Finding("error", sheet.where(second), what, "give them days that do not meet, or say 1:n")


def _cardinality(sheet: Sheet) -> Iterator[Finding]:
    by_subject, by_object = _grouped(sheet, "subject_id"), _grouped(sheet, "object_id")
    for row in sheet.rows:
        said = row.said["mapping_cardinality"]
        found = cardinality(row, by_subject[row.subject], by_object[row.object])
        if said and said != found:
            yield Finding(
                "error", sheet.where(row), f"mapping_cardinality is {said}, the rows say {found}", f"write {found}"
            )


def cardinality(row: Row, same_subject: Sequence[Row], same_object: Sequence[Row]) -> str:
    """How many codes stand on both sides of a row while it holds: 1:1, n:1, 1:n, n:n; 1:0 of a code without counterpart."""
    if row.object == NO_TERM:
        return "1:0"
    subjects = {other.subject for other in same_object if row.meets(other)}
    objects = {other.object for other in same_subject if row.meets(other)}
    return f"{'n' if len(subjects) > 1 else '1'}:{'n' if len(objects) > 1 else '1'}"


def _grouped(sheet: Sheet, column: str) -> Mapping[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in sheet.rows:
        groups[row.said[column]].append(row)
    return groups


def _gaps_in_time(sheet: Sheet) -> Iterator[Finding]:
    for code, rows in _grouped(sheet, "subject_id").items():
        rows.sort(key=lambda row: row.valid_from or date.min)
        last = rows[0].valid_to
        for row in rows[1:]:
            if last is not None and row.valid_from is not None and row.valid_from > last + timedelta(1):
                what = f"code {code!r} means nothing from {last + timedelta(1)} to {row.valid_from - timedelta(1)}"
                yield Finding("error", sheet.where(row), what, "mend valid_from or valid_to, or add a row")
            last = None if last is None or row.valid_to is None else max(last, row.valid_to)


def _cycles(sheet: Sheet) -> Iterator[Finding]:
    """Where both sides are one list (renamed or merged codes), a code may not lead back to itself on any day."""
    if sheet.about.get("subject_source", "") != sheet.about.get("object_source"):
        return
    leads: dict[str, list[Row]] = defaultdict(list)
    for row in sheet.rows:
        if row.subject != row.object:
            leads[row.subject].append(row)
    told: set[frozenset[str]] = set()
    for row in sheet.rows:
        circle = _circle(leads, [row]) if row.subject != row.object else None
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            yield Finding("error", sheet.where(row), f"goes in a circle: {' → '.join(circle)}", "break the circle")


def _circle(leads: Mapping[str, Sequence[Row]], way: list[Row]) -> list[str] | None:
    """The codes of a circle back to where the way began, all of whose rows hold on one day."""
    if way[-1].object == way[0].subject:
        return [*(row.subject for row in way), way[0].subject]
    been = {row.subject for row in way}
    for row in leads.get(way[-1].object, ()):
        if row.object in been - {way[0].subject} or not all(row.meets(other) for other in way):
            continue
        if (found := _circle(leads, [*way, row])) is not None:
            return found
    return None


def _dead_targets(sheet: Sheet, ours: CodeList | None) -> Iterator[Finding]:
    if ours is None:
        return
    for row in sheet.rows:
        code = ours.codes.get(row.object)
        if code is None and row.object != NO_TERM:
            yield Finding("error", sheet.where(row), f"{ours.name} has no code {row.object!r}", "correct object_id")
        elif code is not None and not code.holds_within(row.valid_from, row.valid_to):
            yield Finding(
                "error", sheet.where(row), f"{row.object!r} is not in force while the row is", "mend the days"
            )


def _codes_without_row(sheet: Sheet, theirs: CodeList | None) -> Iterator[Finding]:
    if theirs is not None:
        do = f"add a row; of a code without counterpart with object {NO_TERM}"
        there = {row.subject for row in sheet.rows}
        for code in (code for code in theirs.codes if code not in there):
            yield Finding("error", f"{sheet.path}:1", f"{theirs.name} has code {code!r}, which has no row", do)


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))
