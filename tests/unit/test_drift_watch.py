"""What is noticed of records that are not as usual, what is learned of those that are, and how it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.mapping import drift
from gateway.mapping.compile import Mapping
from gateway.mapping.drift import ENOUGH, MANY, Drift, Found, Habit, Seen, Usual, Watch, read_members, told
from tests.helpers import texts

SAID = """\
ignored: [note]
fields:
  agency_code: {from: code, type: code}
  agency_name: {from: [name.vi, title], type: line}
  is_active: {from: active, type: bool}
"""
TEXT, NUMBER = frozenset({"text"}), frozenset({"number"})


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    return texts.compiled(tmp_path, SAID)


def _members(**values: Any) -> dict[str, msgspec.Raw]:
    return {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in values.items()}


def _sample(name: str, raw: msgspec.Raw) -> str:
    return f"{name} is {bytes(raw).decode()}"


def _watch(mapping: Mapping, usual: Usual | None = None, *learning: str) -> Watch:
    return Watch(mapping, usual or {}, frozenset(learning), _sample)


def _look(watch: Watch, *records: dict[str, Any]) -> list[list[Drift]]:
    return [list(watch.look(_members(**record))) for record in records]


def test_the_members_that_a_mapping_reads(mapping: Mapping) -> None:
    assert read_members(mapping) == {"code", "name", "title", "active"}


def test_the_members_that_parts_read(tmp_path: Path) -> None:
    mapping = texts.compiled(
        tmp_path,
        "fields:\n  procedure_code: {from: code, type: code}\n  procedure_name: {from: a.name}\n"
        "parts:\n  step: {each: b.steps, fields: {step_text: {from: .}}}\n",
        texts.HEAD.replace("agency", "procedure"),
    )
    assert read_members(mapping) == {"code", "a", "b"}


def test_a_usual_record_is_looked_at_and_nothing_is_found(mapping: Mapping) -> None:
    watch = _watch(mapping, {"code": Habit(TEXT, True), "active": Habit(frozenset({"bool"}))})
    assert _look(watch, {"code": "A", "note": [1]}, {"code": None, "active": True}) == [[], []]
    assert (watch.looked, watch.found) == (2, {})


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("x", "text"),
        (-1, "number"),
        (0, "number"),
        (10, "number"),
        (True, "bool"),
        (False, "bool"),
        ({}, "object"),
        ([], "list"),
        (None, None),
    ],
)
def test_a_type_is_told_by_its_first_byte(value: Any, kind: str | None, mapping: Mapping) -> None:
    watch = _watch(mapping, {}, "code")
    assert _look(watch, {"code": value}) == [[]]
    assert watch.usual() == {"code": Habit(frozenset({kind} if kind else ()), False)}


def test_all_that_is_not_as_usual_of_one_record(mapping: Mapping) -> None:
    usual = {"code": Habit(TEXT, True), "title": Habit(TEXT, True), "active": Habit(TEXT, True)}
    watch = _watch(mapping, usual)
    found = [Drift("new", "appeared"), Drift("active", "vanished"), Drift("title", "vanished")]
    record = {"new": 1, "code": 7}
    assert _look(watch, record, record) == [[*found, Drift("code", "became number")]] * 2
    assert watch.found == {
        found[0]: Seen(2, "new is 1"),
        found[1]: Seen(2, None),
        found[2]: Seen(2, None),
        Drift("code", "became number"): Seen(2, "code is 7"),
    }


def test_the_first_record_with_a_drift_is_its_sample(mapping: Mapping) -> None:
    watch = _watch(mapping, {"code": Habit(TEXT)})
    _look(watch, {"code": 7}, {"code": 8}, {"code": "A"})
    assert watch.found == {Drift("code", "became number"): Seen(2, "code is 7")}
    watch.begin()
    assert watch.found == {}
    _look(watch, {"code": 9})
    assert watch.found == {Drift("code", "became number"): Seen(1, "code is 9")}


def test_nothing_is_no_other_type(mapping: Mapping) -> None:
    """null and "" stand where a number is not there; what no type was seen of is not judged; nor what is not read."""
    watch = _watch(mapping, {"active": Habit(NUMBER), "title": Habit(frozenset()), "note": Habit(NUMBER)})
    records: list[dict[str, Any]] = [{"active": None}, {"active": ""}, {"title": 1}, {"title": "x"}, {"note": "x"}]
    assert _look(watch, *records, {"code": 1}) == [[]] * 6
    assert _look(watch, {"active": "", "code": 5}, {"active": "x", "code": 5}) == [[], [Drift("active", "became text")]]


def test_an_empty_text_does_not_hide_another_drift(mapping: Mapping) -> None:
    watch = _watch(mapping, {"code": Habit(NUMBER), "title": Habit(NUMBER)})
    assert _look(watch, {"code": "", "title": "x"}) == [[Drift("title", "became text")]]


def test_several_types_may_be_usual(mapping: Mapping) -> None:
    watch = _watch(mapping, {"code": Habit(TEXT | NUMBER)})
    assert _look(watch, {"code": 1}, {"code": "A"}, {"code": [1]}) == [[], [], [Drift("code", "became list")]]


@pytest.mark.parametrize("form", ["xml", "diffgram"])
def test_of_a_list_in_xml_nothing_is_said(form: str, tmp_path: Path) -> None:
    """An element that comes once is no list there."""
    head = texts.HEAD.replace("records: items", f"format: {form}\nrecords: items")
    watch = _watch(texts.compiled(tmp_path, SAID, head), {"code": Habit(TEXT)})
    assert _look(watch, {"code": ["A"]}, {"code": {"a": 1}}) == [[], [Drift("code", "became object")]]


def test_what_is_learned_of_many_records(mapping: Mapping) -> None:
    watch = _watch(mapping, {}, "code", "title", "name")
    assert _look(watch, {"code": "A", "title": 1}) == [[]]
    assert watch.usual() == {"code": Habit(TEXT, False), "title": Habit(NUMBER, False)}
    assert _look(watch, *[{"code": 1}] * (ENOUGH - 2)) == [[]] * (ENOUGH - 2)
    assert watch.usual()["code"] == Habit(TEXT | NUMBER, False)
    _look(watch, {"code": "A"})
    assert watch.usual() == {"code": Habit(TEXT | NUMBER, True), "title": Habit(NUMBER, False)}
    assert watch.found == {}


def test_what_is_learned_is_no_drift_in_any_shape(mapping: Mapping) -> None:
    watch = _watch(mapping, {}, "code")
    assert _look(watch, {"code": 1}, {"code": 1, "title": "x"}, {"code": "A"}, {"code": "A", "title": "x"}) == [[]] * 4
    assert watch.usual() == {"code": Habit(TEXT | NUMBER, False)}


def test_learning_goes_on_where_it_stopped(mapping: Mapping) -> None:
    """A member that was always there so far may stay so; one that was not, or is new, was missing in earlier records."""
    usual = {"code": Habit(TEXT, True), "title": Habit(TEXT, False), "active": Habit(TEXT, True)}
    watch = _watch(mapping, usual, "code", "title", "name")
    assert watch.usual() == {"code": Habit(TEXT, False), "title": Habit(TEXT, False)}
    _look(watch, *[{"code": "A", "title": "x", "name": {}, "active": "1"}] * ENOUGH)
    assert watch.usual() == {
        "code": Habit(TEXT, True),
        "title": Habit(TEXT, False),
        "name": Habit(frozenset({"object"}), False),
    }


def test_what_was_learned_elsewhere_does_not_say_that_learning_went_on(mapping: Mapping) -> None:
    watch = _watch(mapping, {"title": Habit(TEXT, True)}, "code")
    _look(watch, *[{"code": "A", "title": "x"}] * ENOUGH)
    assert watch.usual() == {"code": Habit(TEXT, True)}


def test_the_absence_of_a_member_still_learned_is_no_drift(mapping: Mapping) -> None:
    watch = _watch(mapping, {"code": Habit(TEXT, True), "title": Habit(TEXT, False)}, "code")
    assert _look(watch, {"active": True}) == [[]]


def test_members_that_no_record_has(mapping: Mapping) -> None:
    watch = _watch(mapping, {"title": Habit(TEXT, True)})
    assert watch.vanished() == {}
    _look(watch, {"code": "A"}, {"code": "B"})
    assert watch.vanished() == {Drift("name", "vanished"): Seen(2, None), Drift("active", "vanished"): Seen(2, None)}


def test_numbers_in_names_are_not_shown(mapping: Mapping) -> None:
    """Some portals write numbers of people as names of members; all such names are one drift."""
    watch = _watch(mapping)
    assert _look(watch, {"a079123456789": 1, "a079123456780": 1, "b12345": 1}) == [
        [Drift("a000000000000", "appeared"), Drift("b12345", "appeared")]
    ]
    assert watch.found == {
        Drift("a000000000000", "appeared"): Seen(1, None),
        Drift("b12345", "appeared"): Seen(1, "b12345 is 1"),
    }


def test_only_so_many_drifts_are_noted(mapping: Mapping) -> None:
    watch = _watch(mapping)
    many = {f"m{number}": 1 for number in range(MANY + 5)}
    assert len(_look(watch, many)[0]) == MANY
    _look(watch, {"another": 1}, {"m0": 2})
    assert len(watch.found) == MANY
    assert watch.found[Drift("m0", "appeared")] == Seen(2, "m0 is 1")


def test_only_so_many_shapes_are_remembered(mapping: Mapping, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is forgotten, every record is judged as before."""
    monkeypatch.setattr(drift, "SHAPES", 2)
    watch = _watch(mapping, {"code": Habit(TEXT, True)})
    records: list[dict[str, Any]] = [
        {"code": "A"},
        {"code": 1, "title": "x"},
        {"title": "x"},
        {"code": "A"},
        {"new": 1},
    ]
    gone = Drift("code", "vanished")
    expected = [[], [Drift("code", "became number")], [gone], [], [Drift("new", "appeared"), gone]]
    assert _look(watch, *records, *records) == expected * 2


TOLD = {
    "appeared": "a member that the mapping neither reads nor ignores",
    "vanished": "a member that was always there is missing",
    "became list": "its type is list, it was always text",
}


@pytest.mark.parametrize("kind", TOLD)
def test_a_drift_in_words(kind: str) -> None:
    assert told(kind, "text") == TOLD[kind]


def test_a_new_type_where_the_old_one_is_not_known() -> None:
    assert told("became text", "") == "its type is text, it was always another"


def test_a_record_refused_for_its_drift(mapping: Mapping) -> None:
    watch = _watch(mapping, {"code": Habit(TEXT | NUMBER)})
    _look(watch, {"code": [1]}, {"code": [2]})
    refusals = [watch.reject(Drift(*each)) for each in (("code", "became list"), ("title", "vanished"))]
    assert [(each.reason, each.path, each.value) for each in refusals] == [
        ("drift: its type is list, it was always number or text", "code", "code is [1]"),
        ("drift: a member that was always there is missing", "title", ""),
    ]
    unseen = watch.reject(Drift("name", "became text"))
    assert (unseen.reason, unseen.value) == ("drift: its type is text, it was always another", "")


def test_a_drift_without_sample_is_refused_without_value(mapping: Mapping) -> None:
    watch = _watch(mapping, {"code": Habit(TEXT, True)})
    _look(watch, {"title": "x"})
    found: Found = {Drift("code", "vanished"): Seen(1, None)}
    assert watch.found == found
    assert watch.reject(Drift("code", "vanished")).value == ""
