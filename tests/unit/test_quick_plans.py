"""The quick way with mappings of every sort: it fills what the careful way fills, and declines what it has not seen before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors import decode
from gateway.mapping.compile import Mapped, Mapping
from tests.helpers import texts

DOSSIER = r"""
ignored: ['a"b', 'c\d', "e\u0001", plain]
fields:
  dossier_code: {from: code, type: code}
  status_code: {from: state, type: code}
  status_at: {from: at, type: instant, format: iso}
  agency_code: {from: agency, type: code}
  source_status_code: {from: state, type: code}
  applicant_name: {from: people.names, first: true, type: line, classified: personal}
  is_interlinked: {from: linked, type: bool}
"""
RECORD: dict[str, Any] = {
    "code": "A",
    "state": "2",
    "at": "2026-11-20T07:30:00+07:00",
    "agency": "H15",
    "people": {"names": ["An", "Bình"]},
    "linked": True,
}


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    return texts.compiled(tmp_path, DOSSIER, texts.HEAD.replace("agency", "dossier"))


def _raw(**said: Any) -> msgspec.Raw:
    return msgspec.Raw(
        msgspec.json.encode({name: each for name, each in {**RECORD, **said}.items() if each is not ...})
    )


def _learn(mapping: Mapping, raw: msgspec.Raw) -> Mapped:
    members = decode.members(raw)
    mapping.learn(members)
    return mapping.apply(members)


def test_a_person_named_in_a_list_is_read_the_same(mapping: Mapping) -> None:
    expected = _learn(mapping, _raw())
    assert mapping.quick([_raw()]) == [expected]
    assert expected.values[mapping.columns.index("applicant_name")] == "An"


FORMS = """
ignored: [agency, people, linked]
fields:
  dossier_code: {from: code, type: code}
  status_code: {from: state, type: code}
  status_at: {from: at, type: instant, format: iso}
  source_status_code: {from: applicant.form.id, type: code}
  applicant_name: {from: applicant.data.name, type: line, classified: personal}
"""


@pytest.mark.parametrize("form", [{"id": "f1"}, {"id": " f2 "}, {"id": None, "title": "f3"}, {}, None])
def test_what_lies_beside_a_person_s_name_is_read_the_same(form: dict[str, Any] | None, tmp_path: Path) -> None:
    mapping = texts.compiled(tmp_path, FORMS, texts.HEAD.replace("agency", "dossier"))
    _learn(mapping, _raw(applicant={"form": {"id": "f0"}, "data": {"name": "An"}}))
    raw = _raw(applicant={"form": form, "data": {"name": "Bình"}})
    assert mapping.quick([raw]) == [mapping.apply(decode.members(raw))]


@pytest.mark.parametrize("linked", [1, "true"])
def test_another_type_is_declined(linked: Any, mapping: Mapping) -> None:
    _learn(mapping, _raw())
    assert mapping.quick([_raw(linked=linked)]) == [None]


def test_a_member_that_was_empty_so_far(mapping: Mapping) -> None:
    """Its type is not known, so whatever else stands there is for the careful way to see."""
    expected = _learn(mapping, _raw(agency=""))
    assert mapping.quick([_raw(agency=""), _raw(agency="H15")]) == [expected, None]


def test_a_member_may_be_missing_once_it_was(mapping: Mapping) -> None:
    short, long = _raw(people=..., linked=...), _raw()
    expected = [_learn(mapping, short), _learn(mapping, long)]
    assert mapping.quick([short, long]) == expected


@pytest.mark.parametrize("name", ['a"b', "c\\d", "e\x01"])
def test_a_record_with_a_name_that_msgspec_does_not_take_is_not_learned(name: str, mapping: Mapping) -> None:
    _learn(mapping, _raw(**{name: 1}))
    assert mapping.quick([_raw(**{name: 1}), _raw()]) == [None, None]
    expected = _learn(mapping, _raw(plain=1))
    assert mapping.quick([_raw(plain=2), _raw(plain=1, **{name: 1})]) == [expected, None]


def test_a_mapping_of_one_field(tmp_path: Path) -> None:
    said = "fields:\n  decision_code: {from: code, type: code}\n"
    mapping = texts.compiled(tmp_path, said, texts.HEAD.replace("agency", "decision"))
    assert mapping.apply(decode.members(_raw())).values == ("A",)


def test_a_day_is_a_day(tmp_path: Path) -> None:
    said = "fields:\n  decision_code: {from: code}\n  decision_date: {from: at, type: date, format: iso}\n"
    mapping = texts.compiled(tmp_path, said, texts.HEAD.replace("agency", "decision"))
    [_, day] = _learn(mapping, _raw()).values
    assert day == date(2026, 11, 20)
    assert type(day) is date


@pytest.fixture
def _in_hanoi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock is set to Vietnamese time."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Ho_Chi_Minh")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_hanoi")
def test_instants_are_in_utc_on_every_machine(mapping: Mapping) -> None:
    expected, [quickly] = _learn(mapping, _raw()), mapping.quick([_raw()])
    at = mapping.columns.index("status_at")
    assert quickly is not None
    assert [each.values[at].tzinfo for each in (expected, quickly)] == [UTC, UTC]
