"""Lists of codes for tests: written as CSV, loaded, and what the history then says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from gateway.codes import history
from gateway.codes.columns import columns_of
from gateway.codes.load import Loaded, load
from gateway.codes.resolve import Resolved, resolve
from gateway.codes.snapshot import read
from tests.helpers.house import House

TABLES = ("code_snapshot", "code_entity", "code_version", "code_succession", "code_question")


def written(folder: Path, name: str, *lines: str) -> Path:
    """A CSV file of these lines."""
    file = folder / name
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def take(house: House, kind: str, file: Path, day: str, columns: str = "", **more: Any) -> Loaded:
    """Load a list as of a day, in this process."""
    issuer = more.pop("issuer", "")
    snapshot = read(kind, file, date.fromisoformat(day), columns_of(file, columns, issuer))
    with house.engine() as engine:
        return load(engine, snapshot, **more)


def counts(loaded: Loaded) -> dict[str, int]:
    """What a load did, without what it did not do."""
    return {name: count for name, count in loaded.counts.items() if count}


def resolved(house: House, kind: str, code: str, on: str, to: str | None = None) -> Resolved:
    """The one body that had a code on a day."""
    with house.engine() as engine:
        [found] = resolve(engine, kind, code, date.fromisoformat(on), date.fromisoformat(to) if to else None)
    return found


def passages(house: House, kind: str, code: str, on: str, to: str) -> set[tuple[str | None, str, str]]:
    """(code, name, relation) of where a code belongs on another day."""
    found = resolved(house, kind, code, on, to).passages
    return {(each.place.code, each.place.name, each.relation) for each in found}


def asked(house: House) -> list[tuple[str, str, tuple[str, ...]]]:
    """What waits for a person: (reason, name, candidates)."""
    with house.engine() as engine:
        return [(row["reason"], row["name"], tuple(row["candidates"])) for row in history.questions(engine)]


def rows_in_xref(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Everything the history holds."""
    return {table: sorted(house.rows(f"select * from xref.{table}"), key=repr) for table in TABLES}
