"""Rows for every contract: invented, each text and day of them once in the world, so that one in a wrong answer is seen; and who reads.

A contract is taken as it is, but for its query, which reads a table of these rows, and for rules and code lists, which they do not keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import yaml

from proof.access_sheet import Right, Row, Sheet, read_sheet
from tests.helpers.house import House
from tests.helpers.people import AGENCIES, add_agencies, consumer, grant

ROWS = 12
KINDS = {
    "string": "text",
    "boolean": "boolean",
    "integer": "bigint",
    "number": "numeric",
    "date": "date",
    "timestamp": "timestamptz",
    "array": "text[]",
}
MARK = re.compile(r"zq\d{6}zq\d{3}|1[89]\d\d-\d\d-\d\d")
"""A text or a day of these rows, wherever it turns up."""


class World:
    """The sets in a house. rows: at the source now; before: at the first publication."""

    def __init__(self, house: House, contracts: Iterable[Path]) -> None:
        self.house, self.schemas = house, house.place / "schemas"
        (self.schemas / "datasets").mkdir(parents=True, exist_ok=True)
        self.sheets = {sheet.name: sheet for sheet in map(self._take, contracts)}
        self.rows = {name: [_row(sheet, number) for number in range(ROWS)] for name, sheet in self.sheets.items()}
        self.before = {name: [dict(row) for row in rows] for name, rows in self.rows.items()}
        add_agencies(house)
        self.publish()

    def publish(self) -> None:
        """Put the rows into the source's tables, and publish every set."""
        with psycopg.connect(self.house.url.replace("+psycopg", "")) as connection:
            for sheet in self.sheets.values():
                _fill(connection, sheet, self.rows[sheet.name])
        for name in self.sheets:
            self.house.publish(name, self.schemas)

    def change(self) -> None:
        """Some rows of each set change, move into or out of limits, come and go; what stands for whom is nobody's word but the rows'."""
        for name, sheet in self.sheets.items():
            rows, place = self.rows[name], sheet.scope.get("agency")
            for row in rows[:8]:
                if place:
                    row[place] = AGENCIES[(AGENCIES.index(row[place]) + 2) % len(AGENCIES)]
            if period := sheet.scope.get("period"):
                rows[8][period], rows[9][period] = rows[9][period], rows[8][period]
            free = [each for each in sheet.types if each not in {*sheet.key, *sheet.scope.values()}]
            for each in free[-1:]:
                rows[10][each] = _value(sheet, each, ROWS + 1)
            rows[11:] = [_row(sheet, ROWS)]

    def readers(self) -> dict[str, tuple[str, dict[str, Right]]]:
        """Consumers by code: the key of each, and its right to each set that has one left for it."""
        rights = {name: sheet.rights() for name, sheet in self.sheets.items()}
        found = {}
        for number in range(max(map(len, rights.values()), default=0)):
            own = {name: each[number] for name, each in rights.items() if number < len(each)}
            found[f"reader-{number}"] = (consumer(self.house, f"reader-{number}"), own)
            for name, right in own.items():
                limits = {"agency_code": right.agency, "period_from": right.first, "period_until": right.last}
                grant(self.house, self.schemas, f"reader-{number}", right.role, name, **limits)
        self.house.execute("update ops.consumer set calls_per_minute = 1000000, rows_per_day = 1000000000")
        return found

    def _take(self, path: Path) -> Sheet:
        content = yaml.safe_load(path.read_text("utf-8"))
        [table] = content["schema"]
        sheet = read_sheet(path)
        kept = [each for each in table["customProperties"] if each["property"] in {"titleEn", "scope", "smallCells"}]
        query = f"select {', '.join(sheet.types)} from public.{sheet.name}"
        table["customProperties"] = [_property("streams", []), _property("query", query), *kept]
        table["quality"] = []
        for column in table["properties"]:
            column.pop("quality", None)
            column["customProperties"] = [each for each in column["customProperties"] if each["property"] != "codeList"]
        own = self.schemas / "datasets" / path.name
        own.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        return sheet


def _property(name: str, value: Any) -> dict[str, Any]:
    return {"property": name, "value": value}


def _fill(connection: psycopg.Connection, sheet: Sheet, rows: list[Row]) -> None:
    columns = ", ".join(f"{name} {KINDS[kind]}" for name, kind in sheet.types.items())
    places = ", ".join(f"%({name})s" for name in sheet.types)
    connection.execute(f"drop table if exists public.{sheet.name}".encode())
    connection.execute(f"create table public.{sheet.name} ({columns})".encode())
    with connection.cursor() as cursor:
        cursor.executemany(f"insert into public.{sheet.name} values ({places})".encode(), rows)


def _row(sheet: Sheet, number: int) -> Row:
    return {name: _value(sheet, name, number) for name in sheet.types}


def _value(sheet: Sheet, name: str, number: int) -> Any:
    if name == sheet.scope.get("agency"):
        return AGENCIES[number % len(AGENCIES)]
    if name == sheet.scope.get("period"):
        return _period(sheet.types[name], number)
    # Pseudonyms join by the column's name: the same five people in every set, and twice in one.
    is_joined = any(columns.get(name) == "pseudonym" for columns in sheet.roles.values())
    return _made(
        sheet.types[name], _place(name if is_joined else f"{sheet.name}.{name}"), number % 5 if is_joined else number
    )


def _made(kind: str, place: int, number: int) -> Any:
    mark, day = f"zq{place:06}zq{number:03}", date(1800, 1, 1) + timedelta(place % 2000 * 20 + number)
    made: Mapping[str, Any] = {
        "string": mark,
        "array": [mark],
        "boolean": number % 2 == 0,
        "integer": place * 1000 + number,
        "number": place + number / 4,
        "date": day,
        "timestamp": datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
    }
    return made[kind]


def _period(kind: str, number: int) -> date:
    """Days from 1 January 2026 in Vietnam on; instants at their very beginnings and ends."""
    day = date(2026, 1, 1) + timedelta(number)
    if kind == "date":
        return day
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7)
    return begins if number % 2 else begins + timedelta(hours=23, minutes=59, seconds=59)


_PLACES: dict[str, int] = {}


def _place(name: str) -> int:
    """A number of each column's own."""
    return _PLACES.setdefault(name, len(_PLACES) + 1)
