"""Where a value lies: dotted paths, lists of one, picked and joined texts, lists within lists with their positions."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.mapping import paths
from gateway.mapping.reject import Unfit

RECORD: dict[str, Any] = {
    "code": "A-1",
    "empty": "",
    "nothing": None,
    "level": {"name": "Sở", "deep": {"er": 7}},
    "one": [{"name": "first"}, {"name": "second"}],
    "none": [],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("code", "A-1"),
        ("absent", None),
        ("empty", ""),
        ("level.name", "Sở"),
        ("level.absent", None),
        ("absent.name", None),
        ("nothing.name", None),
        ("level.deep.er", 7),
        ("absent.deep.er", None),
    ],
)
def test_a_path_is_followed(path: str, found: Any) -> None:
    assert paths.getter(path)(RECORD) == found


@pytest.mark.parametrize(
    ("path", "start", "found"),
    [
        ("code", "A-", "A-1"),
        ("code", "B-", None),
        ("level.deep.er", "7", 7),
        ("level.deep.er", "8", None),
        ("absent", "A", None),
        ("none", "A", []),
    ],
)
def test_a_value_is_taken_only_where_it_begins_so(path: str, start: str, found: Any) -> None:
    assert paths.beginning(paths.getter(path), start)(RECORD) == found


@pytest.mark.parametrize("path", ["code.name", "one.name", "empty.name", "code.deep.er"])
def test_a_path_through_something_else_than_an_object_is_unfit(path: str) -> None:
    with pytest.raises(Unfit, match="no object above"):
        paths.getter(path)(RECORD)


def test_first_takes_the_first_of_a_list_on_the_way() -> None:
    assert paths.getter("one.name", first=True)(RECORD) == "first"
    assert paths.getter("level.name", first=True)(RECORD) == "Sở"
    assert paths.getter("none.name", first=True)(RECORD) is None
    assert paths.getter("one", first=True)(RECORD) == {"name": "first"}


def test_of_several_sources_the_first_that_is_there() -> None:
    sources = [paths.getter(name) for name in ("empty", "nothing", "absent", "code", "level")]
    assert paths.first_of(sources)(RECORD) == "A-1"
    assert paths.first_of(sources[:3])(RECORD) is None


def test_of_several_sources_zero_is_there() -> None:
    assert paths.first_of([paths.getter("zero"), paths.getter("code")])({"zero": 0, "code": "x"}) == 0


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ([{"languageId": 46, "name": "Civil"}, {"languageId": 228, "name": "Hộ tịch"}], "Hộ tịch"),
        ({"languageId": 228, "name": "Hộ tịch"}, "Hộ tịch"),
        ("Hộ tịch", "Hộ tịch"),
        ([{"languageId": 46, "name": "Civil"}], None),
        (["Hộ tịch"], None),
        ([], None),
        (None, None),
    ],
)
def test_pick_finds_the_element_that_matches(name: Any, found: Any) -> None:
    pick = paths.picked(paths.getter("name"), {"languageId": 228}, "name")
    assert pick({"name": name}) == found


@pytest.mark.parametrize(
    ("papers", "found"),
    [
        ([{"t": "a"}, {"t": "b"}], "a; b"),
        ([{"t": "a"}, {"t": ""}, {}, {"t": None}, {"t": "b"}], "a; b"),
        (["a", "b"], "a; b"),
        ({"t": "a"}, "a"),
        ([], ""),
        ("", None),
        (None, None),
    ],
)
def test_join_makes_one_text_in_order(papers: Any, found: Any) -> None:
    assert paths.joined(paths.getter("papers"), "t", "; ")({"papers": papers}) == found


def test_join_of_anything_but_texts_is_unfit() -> None:
    with pytest.raises(Unfit, match="something else than text"):
        paths.joined(paths.getter("papers"), "t", "; ")({"papers": [{"t": 1}]})


NESTED = {
    "ways": [
        {"channel": 1, "times": [{"days": 3, "fees": [{"a": 1}, {"a": 2}]}, {"days": 5, "fees": ""}]},
        {"channel": 2, "times": []},
        {"channel": 3, "times": {"days": 7, "fees": {"a": 3}}},
    ]
}


def test_every_element_of_lists_within_lists_in_order() -> None:
    assert [scope.element["days"] for scope in paths.elements(NESTED, "ways.times")] == [3, 5, 7]
    assert [scope.element["a"] for scope in paths.elements(NESTED, "ways.times.fees")] == [1, 2, 3]


def test_an_element_knows_the_objects_above_it() -> None:
    scopes = list(paths.elements(NESTED, "ways.times.fees"))
    assert [scope.objects["ways"]["channel"] for scope in scopes] == [1, 1, 3]
    assert [scope.objects["times"]["days"] for scope in scopes] == [3, 3, 7]


def test_an_element_knows_its_position_over_the_whole_record() -> None:
    scopes = list(paths.elements(NESTED, "ways.times.fees"))
    assert [scope.numbers["times"] for scope in scopes] == [0, 0, 2]
    assert [scope.numbers["ways"] for scope in scopes] == [0, 0, 2]
    assert [scope.numbers["fees"] for scope in scopes] == [0, 1, 2]


@pytest.mark.parametrize("record", [{}, {"ways": None}, {"ways": ""}, {"ways": []}])
def test_an_absent_list_has_no_elements(record: dict[str, Any]) -> None:
    assert list(paths.elements(record, "ways.times")) == []


def test_a_list_of_texts_is_allowed_only_at_the_end() -> None:
    assert [scope.element for scope in paths.elements({"codes": ["a", "b"]}, "codes")] == ["a", "b"]
    with pytest.raises(Unfit, match="no object above 'times'"):
        list(paths.elements({"ways": ["a"]}, "ways.times"))


@pytest.mark.parametrize("items", [[5], ["x", {"t": []}], 7])
def test_only_texts_are_joined(items: Any) -> None:
    with pytest.raises(Unfit) as caught:
        paths.joined(paths.getter("a"), "t", "; ")({"a": items})
    assert caught.value.reason == "a list of something else than text"


ODD = {"code": "x", "one": []}


@pytest.mark.parametrize(
    ("record", "path", "step"),
    [
        ("x", "code", "code"),
        ("x", "code.name", "code"),
        (ODD, "one.name", "name"),
        (ODD, "code.deep.er", "deep"),
        ("x", "code.deep.er", "code"),
    ],
)
def test_the_step_that_leads_nowhere_is_told(record: Any, path: str, step: str) -> None:
    with pytest.raises(Unfit) as caught:
        paths.getter(path)(record)
    assert caught.value.reason == f"no object above {step!r}"
