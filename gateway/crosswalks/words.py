"""A crosswalk in words a person can check, with the Vietnamese names of its codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway.errors import ConfigError
from gateway.mapping.crosswalk import NO_TERM, Row, Sheet, read

_PREDICATES = {
    "skos:exactMatch": "is",
    "skos:closeMatch": "is nearly",
    "skos:broadMatch": "is part of",
    "skos:narrowMatch": "contains",
    "skos:relatedMatch": "has to do with",
}


def words(path: Path, others: Sequence[Path] = ()) -> Iterator[str]:
    """Lines of plain text. others: crosswalk files; those of the same codes are named where they say otherwise."""
    sheet = read(path)
    yield f"{path.stem}: {sheet.about.get('mapping_set_title', '')}".rstrip(": ")
    for side, name in (("subject_source", "their codes"), ("object_source", "our codes")):
        if side in sheet.about:
            yield f"  {name}: {sheet.about[side]}"
    if "comment" in sheet.about:
        yield f"  {sheet.about['comment']}"
    for row in sheet.rows:
        yield f"  {_row(row)}"
    yield from _contradictions(sheet, others)


def _row(row: Row) -> str:
    said = row.said
    theirs = f"{row.subject} “{said['subject_label']}”"
    if row.object == NO_TERM:
        line = f"{theirs} has no counterpart"
    else:
        line = f"{theirs} {_PREDICATES.get(said['predicate_id'], said['predicate_id'])} {row.object} “{said['object_label']}”"
    return " ".join([line, *_more(row)])


def _more(row: Row) -> Iterator[str]:
    said = row.said
    if row.valid_from:
        yield f"from {row.valid_from}"
    if row.valid_to:
        yield f"to {row.valid_to}"
    if row.is_one_of_many:
        yield "(one of several)"
    if said["confidence"] not in {"", "1", "1.0"}:
        yield f"(confidence {said['confidence']}, {said['reviewer'] or 'no reviewer'})"
    if said["comment"]:
        yield f"– {said['comment']}"


def _contradictions(sheet: Sheet, others: Sequence[Path]) -> Iterator[str]:
    about = {name: sheet.about.get(name) for name in ("subject_source", "object_source")}
    for path in others:
        if path == sheet.path or not all(about.values()):
            continue
        try:
            other = read(path)
        except ConfigError:
            continue  # `gateway crosswalk check` says what is wrong with it.
        if about == {name: other.about.get(name) for name in about}:
            yield from _differences(sheet, other)


def _differences(sheet: Sheet, other: Sheet) -> Iterator[str]:
    ours = {row.subject: row for row in sheet.rows}
    for row in other.rows:
        here = ours.get(row.subject)
        if here is not None and here.object != row.object:
            yield f"  ! {other.path.stem} says otherwise: {row.subject} → {row.object} “{row.said['object_label']}”, here {here.object}"
