"""What a golden sample becomes, held against what it must become (`<stream>.expected.json`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from gateway.mapping.bench import samples
from gateway.mapping.compile import Mapped, compile_mapping
from gateway.mapping.compile import Mapping as Compiled
from gateway.mapping.reject import Reject, shown
from gateway.portals import StreamSpec

Rows = dict[str, list[dict[str, Any]]]
"""Rows by table; rows of parts say whose they are (`of`). What is empty is left out. Refused records stand under REFUSED."""

REFUSED = "quarantine"


class Difference(NamedTuple):
    """One value that is not as expected. path: `table[key].column`; None is "nothing there"."""

    path: str
    expected: Any
    found: Any


class Judged(NamedTuple):
    """What came of a stream's sample. state: one of the four words below."""

    portal: str
    stream: str
    state: str
    differences: tuple[Difference, ...] = ()


AS_EXPECTED, DIFFERS, NO_SAMPLE, NOTHING_EXPECTED = "as expected", "differs", "no sample", "nothing expected"


def judge(stream: StreamSpec) -> Judged:
    """Map the stream's sample, and hold the rows against the expected ones. Raises ConfigError for a mapping that is wrong."""
    if not samples.body_file(stream).is_file():
        return Judged(stream.portal, stream.stream, NO_SAMPLE)
    found, wanted = rows(stream), expected(stream)
    if wanted is None:
        return Judged(stream.portal, stream.stream, NOTHING_EXPECTED)
    apart = tuple(differences(stream, wanted, found))
    return Judged(stream.portal, stream.stream, DIFFERS if apart else AS_EXPECTED, apart)


def rows(stream: StreamSpec) -> Rows:
    """What the stream's sample becomes today. Raises ConfigError where there is no sample."""
    mapping = compile_mapping(stream)
    found: Rows = {mapping.entity.name: [], **{part.table.name: [] for part in mapping.parts}, REFUSED: []}
    for number, record in enumerate(samples.members(stream)):
        try:
            _add(found, mapping, mapping.apply(record))
        except Reject as reject:
            about = {"of": mapping.key_of(record), "record": number}
            found[REFUSED].append({**about, "reason": reject.reason, "path": reject.path, "value": reject.value})
    code = mapping.entity.code
    return {name: sorted(listed, key=lambda row: _identity(row, code)) for name, listed in found.items() if listed}


def expected(stream: StreamSpec) -> Rows | None:
    """What a person has said the sample becomes; None where nobody has."""
    file = samples.place(stream, "expected.json")
    found: Rows | None = json.loads(file.read_text("utf-8")) if file.is_file() else None
    return found


def write(stream: StreamSpec) -> Path:
    """Write what the sample becomes today as what is expected; returns where. A person reads the difference in Git."""
    file = samples.place(stream, "expected.json")
    file.write_bytes((json.dumps(rows(stream), ensure_ascii=False, indent=1) + "\n").encode())
    return file


def differences(stream: StreamSpec, wanted: Rows, found: Rows) -> Iterator[Difference]:
    """Every value that differs, in the tables' order; personal ones only by size and hash."""
    mapping = compile_mapping(stream)
    personal, code = _personal(mapping), mapping.entity.code
    for table in dict.fromkeys((*wanted, *found)):
        here, there = (_by_identity(each.get(table, []), code) for each in (wanted, found))
        for key in dict.fromkeys((*here, *there)):
            before, after = here.get(key, {}), there.get(key, {})
            for column in dict.fromkeys((*before, *after)):
                if before.get(column) != after.get(column):
                    yield _difference(f"{table}[{key}].{column}", personal, before.get(column), after.get(column))


def _difference(path: str, personal: set[str], before: Any, after: Any) -> Difference:
    is_personal = path.rpartition(".")[2] in personal
    return Difference(path, *(None if each is None else _shown(each, is_personal) for each in (before, after)))


def _shown(value: Any, is_personal: bool) -> Any:
    return shown(value, personal=True) if is_personal else value


def _add(found: Rows, mapping: Compiled, mapped: Mapped) -> None:
    row = _filled(dict(zip(mapping.columns, mapped.values, strict=True)))
    key = mapped.values[mapping.key]
    found[mapping.entity.name].append(row)
    for part in mapping.parts:
        found[part.table.name] += [{"of": key, **_filled(each)} for each in mapped.parts[part.name]]


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: plain(value) for column, value in row.items() if value is not None}


def plain(value: Any) -> Any:
    """A canonical value as JSON has it: dates and instants as ISO text, numbers as numbers."""
    if isinstance(value, datetime) and value.microsecond:
        # Without zeros at the end of the fraction, as PostgreSQL writes it.
        written = value.isoformat()
        return written[:-6].rstrip("0") + written[-6:]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _identity(row: Mapping[str, Any], code: str) -> tuple[str, int]:
    """A part's row is known by its owner and place, an entity's by its code."""
    if "of" in row:
        return str(row["of"]), row.get("ordinal", row.get("record", 0))
    return str(row.get(code)), 0


def _by_identity(listed: list[dict[str, Any]], code: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in listed:
        key, place = _identity(row, code)
        name = f"{key}/{place}" if "of" in row else key
        while name in found:  # one key twice, with different content
            name += "'"
        found[name] = row
    return found


def _personal(mapping: Compiled) -> set[str]:
    parts = (each for part in mapping.parts for _, fields in part.lists for each in fields)
    return {each.column for each in (*mapping.fields, *parts) if each.personal}
