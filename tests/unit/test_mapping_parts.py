"""Parts that repeat in a record: their rows in order, what of the lists above them they name, and what is refused where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.mapping.compile import Mapping
from gateway.mapping.reject import Reject
from tests.helpers import texts

PROCEDURE = """\
ignored: [note.text]
fields:
  procedure_code: {from: ids.code, type: code}
  procedure_name: {from: [name, title], type: line}
  field_code: {from: field, lookup: dated, type: code, dated: {from: at.day, format: dd/MM/yyyy}}
parts:
  channel:
    each: ways
    fields:
      channel_code: {from: way, lookup: level, type: code}
  time:
    - each: ways.times
      fields:
        channel_ordinal: {position_of: ways}
        duration_amount: {from: days, type: int}
        description: {from: way, of: ways, type: line}
    - each: others.more
      fields:
        channel_ordinal: {position_of: more}
        description: {from: .}
"""
CODE: dict[str, Any] = {"ids": {"code": "A"}, "name": "n"}


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    return texts.compiled(tmp_path, PROCEDURE, texts.HEAD.replace("agency", "procedure"))


def _members(record: dict[str, Any]) -> dict[str, msgspec.Raw]:
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in record.items()}


def _parts(mapping: Mapping, **said: Any) -> dict[str, list[dict[str, Any]]]:
    return mapping.apply(_members({**CODE, **said})).parts


def test_a_mapping_knows_the_members_it_speaks_of(mapping: Mapping) -> None:
    assert mapping.known == {"@request", "note", "ids", "name", "title", "field", "at", "ways", "others"}
    assert [part.name for part in mapping.parts] == ["channel", "time"]


def test_rows_of_lists_within_lists(mapping: Mapping) -> None:
    ways = [{"way": "1", "times": [{"days": 3}, {"days": "4"}]}, {"way": "2", "times": {"days": 5}}]
    assert _parts(mapping, ways=ways, others=[{"more": "x"}, {"more": ["y"]}]) == {
        "channel": [{"ordinal": 0, "channel_code": "one"}, {"ordinal": 1, "channel_code": "two"}],
        "time": [
            {"ordinal": 0, "channel_ordinal": 0, "duration_amount": 3, "description": "1"},
            {"ordinal": 1, "channel_ordinal": 0, "duration_amount": 4, "description": "1"},
            {"ordinal": 2, "channel_ordinal": 1, "duration_amount": 5, "description": "2"},
            {"ordinal": 3, "channel_ordinal": 0, "description": "x"},
            {"ordinal": 4, "channel_ordinal": 1, "description": "y"},
        ],
    }


def test_a_record_without_the_lists_has_no_rows(mapping: Mapping) -> None:
    assert _parts(mapping, ways=None, others="") == {"channel": [], "time": []}


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "no object above a list": ({"others": ["x"]}, ("no object above 'more'", "others.more", "")),
    "a value in the second row": (
        {"ways": [{"way": 1}, {"way": 9}]},
        ("a code that crosswalk level does not know", "ways[1].way", "9"),
    ),
    "the element itself": ({"others": {"more": ["x", []]}}, ("expected text, found a list", "others.more[1]", "[]")),
    "a value in a list within": (
        {"ways": [{"times": [{"days": 1}]}, {"times": [{"days": True}]}]},
        ("expected a whole number, found true or false", "ways.times[1].days", "True"),
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_record_is_refused_for_a_part(kind: str, mapping: Mapping) -> None:
    said, expected = REFUSED[kind]
    with pytest.raises(Reject) as caught:
        _parts(mapping, **said)
    assert (caught.value.reason, caught.value.path, caught.value.value) == expected
    assert caught.value.args == expected


def test_the_code_of_a_record_whose_parts_are_refused(mapping: Mapping) -> None:
    assert mapping.key_of(_members({**CODE, "ways": ["x"]})) == "A"


@pytest.mark.parametrize(
    ("field", "at", "expected"),
    [
        ("1", {"day": "01/07/2025"}, "one"),
        ("2", {}, "two"),
        ("2", {"day": ""}, "two"),
        ("", {"day": "never"}, None),
        (None, {"day": "never"}, None),
    ],
)
def test_a_code_that_is_meant_on_a_day(field: Any, at: Any, expected: str | None, mapping: Mapping) -> None:
    mapped = mapping.apply(_members({**CODE, "field": field, "at": at}))
    assert mapped.values[mapping.columns.index("field_code")] == expected


UNDATED = "a code that crosswalk dated knows by day only, and the record gives none"
NOT_THEN = "a code that crosswalk dated does not know on that day"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ({"day": "30/06/2025"}, (NOT_THEN, "field", "1 on 2025-06-30")),
        ({"day": ""}, (UNDATED, "field", "1 on no day")),
        ({"day": "2025"}, ("not a date in the form dd/MM/yyyy", "field", "None")),
    ],
)
def test_a_code_on_a_day_on_which_it_means_nothing(at: Any, expected: tuple[str, str, str], mapping: Mapping) -> None:
    with pytest.raises(Reject) as caught:
        mapping.apply(_members({**CODE, "field": "1", "at": at}))
    assert (caught.value.reason, caught.value.path, caught.value.value) == expected
