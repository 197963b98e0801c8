"""`gateway mapping check`: everything that can be said about mapping files without asking a portal or a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Table

from gateway.canonical import ENTITIES, part_columns
from gateway.documents import Document
from gateway.errors import ConfigError
from gateway.mapping import crosswalk
from gateway.mapping.bench import samples, seen
from gateway.mapping.bench.codes import row_of, unknown_targets
from gateway.mapping.bench.findings import NOTE, Finding, mistake
from gateway.mapping.bench.owners import contested, owners
from gateway.mapping.bench.reading import read
from gateway.mapping.compile import Mapping
from gateway.mapping.crosswalk import Crosswalk
from gateway.mapping.reject import Unfit


def check(folders: tuple[Path, ...], portal: str = "") -> list[Finding]:
    """Errors first, then notes; of one portal, or of all. Files of all portals are read: ownership is between portals."""
    mappings, findings = read(folders)
    for mapping in mappings:
        findings += unknown_targets(mapping)
    findings += contested(owners(mapping.stream for mapping in mappings))
    findings += _unseen_codes(mappings)
    if not portal:
        findings += _unused_crosswalks(folders, mappings)
        findings += _unfilled(mappings)
    mine = (each for each in dict.fromkeys(findings) if portal in ("", each.portal))
    return sorted(mine, key=lambda each: each.level == NOTE)


def _unseen_codes(mappings: list[Mapping]) -> Iterator[Finding]:
    """Rows of crosswalks whose source code no golden sample shows."""
    shown: dict[Path, set[str]] = defaultdict(set)
    users: dict[Path, tuple[str, Crosswalk]] = {}
    for mapping in mappings:
        try:
            records = samples.members(mapping.stream) if samples.body_file(mapping.stream).is_file() else []
        except ConfigError as error:
            yield mistake(mapping.stream.portal, error)
            continue
        for place in seen.places(mapping):
            if place.field.crosswalk:
                users.setdefault(place.field.crosswalk.path, (mapping.stream.portal, place.field.crosswalk))
                shown[place.field.crosswalk.path].update(_written(seen.values(place, records)))
    for path, (portal, used) in users.items():
        unseen = [code for code in used.codes if code not in shown[path]]
        if unseen:
            what = f"no golden sample shows {', '.join(map(repr, unseen))}"
            yield Finding(NOTE, portal, row_of(used, unseen[0]), what, "add a record that does, when there is one")


def _written(found: Iterable[object]) -> Iterator[str]:
    for value in found:
        try:
            yield crosswalk.written(value)
        except Unfit:
            continue


def _unused_crosswalks(folders: tuple[Path, ...], mappings: list[Mapping]) -> Iterator[Finding]:
    used = {place.field.crosswalk.path for each in mappings for place in seen.places(each) if place.field.crosswalk}
    used |= {path for folder in folders for path in _told(folder)}
    for folder in folders:
        for path in sorted((folder / "crosswalks").glob("*.tsv")):
            if path not in used:
                yield Finding(NOTE, "", str(path), "no mapping looks this crosswalk up", "remove it, or use it")


def _told(folder: Path) -> Iterator[Path]:
    """Crosswalks that deliveries look up. Read plainly: these files are judged by `gateway check`."""
    for path in folder.glob("*/deliveries/*.yaml"):
        said = Document(path).content
        for field in (each for kind in ("record", "event") for each in said.get(kind, {}).get("fields", {}).values()):
            if "lookup" in field:
                yield folder / "crosswalks" / f"{field['lookup']}.tsv"


def _unfilled(mappings: list[Mapping]) -> Iterator[Finding]:
    """Columns of ours that no mapping fills, table by table; of entities that no stream fills at all, nothing."""
    filled = {
        place.name for each in mappings for place in seen.places(each) if place.field.said.get("const", "") is not None
    }
    for name in dict.fromkeys(each.entity.name for each in mappings):
        entity = ENTITIES[name]
        tables: list[tuple[Table, list[str]]] = [(entity.table, entity.columns)]
        tables += [(table, part_columns(table)) for table in entity.parts.values()]
        for table, columns in tables:
            empty = [column for column in columns if f"{table.name}.{column}" not in filled]
            if empty:
                yield Finding(NOTE, "", table.fullname, f"no portal fills {', '.join(empty)}")
