"""Every stream of every portal folder: it is well mapped, it can be explained, and its golden sample becomes the rows it must."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.canonical import ENTITIES, part_columns
from gateway.documents import Document
from gateway.mapping.bench.golden import AS_EXPECTED, judge
from gateway.mapping.compile import Mapping, compile_mapping
from gateway.mapping.describe import describe
from gateway.portals import SCHEMA, StreamSpec, load_portal, portal_names
from tests.conftest import NewHouse
from tests.helpers import dump, golden
from tests.helpers.house import ROOT

pytestmark = pytest.mark.long

STREAMS = golden.streams()
each_stream = pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)


@pytest.mark.parametrize("portal", portal_names((ROOT / "mappings",)))
def test_portal_files_are_valid(portal: str) -> None:
    Document(ROOT / "mappings" / portal / "portal.yaml").check(SCHEMA, "portal")
    assert load_portal((ROOT / "mappings",), portal).streams


def test_the_schema_is_one_itself() -> None:
    import json

    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads(SCHEMA.read_text("utf-8")))


@each_stream
def test_it_is_valid_and_compiles(stream: StreamSpec) -> None:
    stream.document.check(SCHEMA, "stream")
    mapping = compile_mapping(stream)
    assert mapping.entity.code in mapping.columns


@each_stream
def test_its_description_speaks_of_every_column(stream: StreamSpec) -> None:
    mapping = compile_mapping(stream)
    lines = list(describe(mapping))
    assert stream.title["vi"] in lines[0]
    assert sum("←" in line for line in lines) == sum(1 for _ in _columns(mapping))
    for _, column in _columns(mapping):
        assert any(line.strip().startswith(f"{column.column} ← ") for line in lines), column.column
        for source in column.sources:
            assert any(source in line for line in lines)


@each_stream
def test_its_sample_becomes_the_expected_rows(stream: StreamSpec, new_house: NewHouse) -> None:
    with new_house().shop() as shop:
        report = golden.load(shop, stream)
        assert report.verdict() is None
        assert golden.rows(shop.engine, stream) == {**golden.expected(stream), **golden.past(stream)}


@each_stream
def test_without_a_database_it_becomes_the_same(stream: StreamSpec) -> None:
    assert judge(stream) == (stream.portal, stream.stream, AS_EXPECTED, ())


@each_stream
def test_its_sample_shows_every_column(stream: StreamSpec) -> None:
    """A mapping line that no sample fills could be wrong without anybody seeing it."""
    rows = golden.expected(stream)
    unseen = [
        f"{table}.{field.column}"
        for table, field in _columns(compile_mapping(stream))
        if field.said.get("const", "") is not None and not any(field.column in row for row in rows.get(table, []))
    ]
    assert unseen == []


@each_stream
def test_what_must_be_filled_is_filled(stream: StreamSpec) -> None:
    entity = ENTITIES[stream.into]
    rows = golden.expected(stream)
    assert rows[entity.name]
    must = {entity.name: [name for name in entity.columns if not entity.table.c[name].nullable]}
    for table in entity.parts.values():
        must[table.name] = [name for name in part_columns(table) if not table.c[name].nullable]
    for name, columns in must.items():
        for row in rows.get(name, []):
            assert all(row.get(column, "") != "" for column in columns), (name, row)


@each_stream
def test_its_sample_loaded_twice_writes_nothing(stream: StreamSpec, new_house: NewHouse) -> None:
    with new_house().shop() as shop:
        first = golden.load(shop, stream).counts
        before = dump.everything(shop.engine)
        second = golden.load(shop, stream).counts
        assert dump.differences(before, dump.everything(shop.engine)) == {}
    count = golden.count(stream)
    assert (first.read, first.new) == (count, count)
    assert (second.read, second.unchanged) == (count, count)


@each_stream
def test_its_sample_shows_no_drift(stream: StreamSpec, new_house: NewHouse) -> None:
    """Every member of the sample is read, or left out on purpose."""
    house = new_house()
    with house.shop() as shop:
        golden.load(shop, stream)
    assert house.rows("select path, kind from ops.drift") == []


def _columns(mapping: Mapping) -> Any:
    """(table, field) of everything a mapping fills."""
    yield from ((mapping.entity.name, field) for field in mapping.fields)
    for part in mapping.parts:
        yield from ((part.table.name, field) for _, fields in part.lists for field in fields)
