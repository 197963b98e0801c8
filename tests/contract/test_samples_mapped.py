"""The mapping engine alone, no database: every record of every sample becomes exactly the expected row and parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from gateway.mapping.compile import Mapped
from proof.recorded import Recorded, recorded
from tests.helpers import golden

STREAMS = recorded()
each_stream = pytest.mark.parametrize("of", STREAMS, ids=lambda of: of.stream.name)


def _mapped(of: Recorded) -> Iterator[Mapped]:
    for record in of.records:
        found = of.mapped(record)
        assert isinstance(found, Mapped), found
        yield found


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    """A row as the expected file and the engine both can write it: nothing is absent, instants and numbers are values."""
    return {name: _value(value) for name, value in row.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(str(value)).normalize()
    if isinstance(value, str) and len(value) > 18 and value[10] == "T" and value.endswith("+00:00"):
        return datetime.fromisoformat(value)
    return value


@each_stream
def test_rows(of: Recorded) -> None:
    entity = of.mapping.entity
    found = [dict(zip(of.mapping.columns, each.values, strict=True)) for each in _mapped(of)]
    expected = golden.expected(of.stream)[entity.name]
    by_code = {row[entity.code]: _comparable(row) for row in found}
    assert by_code == {row[entity.code]: _comparable(row) for row in expected}


@each_stream
def test_parts(of: Recorded) -> None:
    expected = golden.expected(of.stream)
    for part in of.mapping.parts:
        found = [
            {"of": each.values[of.mapping.key], **_comparable(row)}
            for each in _mapped(of)
            for row in each.parts[part.name]
        ]
        wanted = [_comparable(row) for row in expected.get(part.table.name, [])]
        assert sorted(map(repr, map(_in_order, found))) == sorted(map(repr, map(_in_order, wanted))), part.name


def _in_order(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(row.items())


@each_stream
def test_what_a_record_says_is_its_hash(of: Recorded) -> None:
    """Twice the same, and remembered members change nothing; another record has another."""
    first = [each.content_hash for each in _mapped(of)]
    assert first == [each.content_hash for each in _mapped(of)]
    assert {len(each) for each in first} == {16}
    assert len(set(first)) == len(first)


@each_stream
def test_every_member_is_known(of: Recorded) -> None:
    of.watch.begin()
    for _ in _mapped(of):
        pass
    assert [path for path, kind in of.watch.found if kind == "appeared"] == []
