"""The quick way reads nothing differently from the careful one, and declines whatever the careful one refuses or must see."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import msgspec
import pytest

from connectors import decode
from connectors.formats import opened
from gateway.mapped import map_records
from gateway.mapping.bench import samples
from gateway.mapping.compile import Mapped, Mapping, compile_mapping
from gateway.mapping.drift import Drift, Habit, Watch
from gateway.mapping.quick import TOGETHER
from gateway.mapping.reject import Reject
from gateway.portals import StreamSpec
from gateway.records import Source
from gateway.redaction import Redaction
from tests.helpers import golden

STREAMS = [each for each in golden.streams() if samples.asked(each) is None]
DOSSIERS = next(each for each in STREAMS if (each.portal, each.stream) == ("province", "dossiers"))
RECORD: dict[str, Any] = {
    "id": "a1",
    "code": "H15.1-0001",
    "nationCode": "G22-0001",
    "dossierStatus": {"id": 2, "name": "Đang xử lý"},
    "applicant": {"userId": "b1", "data": {"fullname": "Nguyễn Mẫu An"}},
    "procedure": {"code": "1.000001", "translate": {"name": "Cấp phép"}, "sector": {"code": "L1", "name": "Hộ tịch"}},
    "agency": {"id": "c1", "name": "UBND xã", "code": "H15.1"},
    "appliedDate": "2026-11-20T08:00:00.000+0700",
    "updatedDate": "2026-11-20T09:00:00.123+0700",
    "processingTime": 45,
    "isDVCLT": False,
}


def _raws(stream: StreamSpec) -> list[msgspec.Raw]:
    sample = samples.body(stream)
    return list(opened(BytesIO(sample) if stream.form.is_streamed else sample, stream.form).records)


def _with(changes: dict[str, Any]) -> msgspec.Raw:
    """The record with other members; `...` leaves one out."""
    changed = {name: value for name, value in {**RECORD, **changes}.items() if value is not ...}
    return msgspec.Raw(msgspec.json.encode(changed))


def _careful(mapping: Mapping, raw: msgspec.Raw, learn: bool = True) -> Mapped:
    members = decode.members(raw)
    mapped = mapping.apply(members)
    if learn:
        mapping.learn(members)
    return mapped


@pytest.fixture
def mapping() -> Mapping:
    """The province's dossiers; it has learned what RECORD looks like."""
    mapping = compile_mapping(DOSSIERS)
    _careful(mapping, _with({}))
    return mapping


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_samples_are_read_the_same_both_ways(stream: StreamSpec) -> None:
    mapping, raws = compile_mapping(stream), _raws(stream)
    carefully = [_careful(mapping, raw) for raw in raws]
    quickly = mapping.quick(raws)
    assert quickly == ([None] * len(raws) if mapping.parts else carefully)


def test_nothing_is_quick_before_it_has_learned() -> None:
    assert compile_mapping(DOSSIERS).quick([_with({})]) == [None]


SAME: dict[str, dict[str, Any]] = {
    "another text": {"code": "H15.2", "id": "a2"},
    "text that must be tidied": {"code": " H15.3 ", "nationCode": "  "},
    "text in another normal form": {"applicant": {"data": {"fullname": "Nguye\u0302\u0303n  Ma\u0302\u0303u"}}},
    "nothing": {"nationCode": None, "appliedDate": None, "processingTime": None, "agency": None},
    "an empty text": {"nationCode": "", "processingTime": "", "isDVCLT": ""},
    "nothing on the way": {"applicant": None, "procedure": {"sector": None}},
    "something missing on the way": {"applicant": {"data": {}}, "procedure": {}},
    "an instant elsewhere": {"updatedDate": "2026-11-20T00:00:00.000Z"},
    "seven digits of a second": {"updatedDate": "2026-11-20T09:00:00.1234567+07:00"},
    "a fraction": {"processingTime": 0.5},
    "a whole fraction": {"processingTime": 45.0},
}


@pytest.mark.parametrize("kind", SAME)
def test_a_record_of_the_same_look_is_read_the_same(kind: str, mapping: Mapping) -> None:
    raw = _with(SAME[kind])
    assert mapping.quick([raw]) == [_careful(mapping, raw, learn=False)]


DECLINED: dict[str, dict[str, Any]] = {
    "a member nobody knows": {"new": 1},
    "a member less": {"nationCode": ...},
    "a number in place of text": {"nationCode": 7},
    "a text in place of a number": {"processingTime": "45"},
    "a text in place of yes or no": {"isDVCLT": "true"},
    "an instant without an offset": {"appliedDate": "2026-11-20T08:00:00"},
}


@pytest.mark.parametrize("kind", DECLINED)
def test_another_look_is_left_to_the_careful_way(kind: str, mapping: Mapping) -> None:
    raw = _with(DECLINED[kind])
    assert mapping.quick([raw]) == [None]
    _careful(mapping, raw, learn=False)


@pytest.mark.parametrize("kind", [kind for kind in DECLINED if kind != "a member nobody knows"])
def test_another_look_is_learned(kind: str, mapping: Mapping) -> None:
    raw = _with(DECLINED[kind])
    carefully = _careful(mapping, raw)
    assert mapping.quick([raw, _with({})]) == [carefully, _careful(mapping, _with({}))]


def test_a_member_nobody_knows_is_not_learned(mapping: Mapping) -> None:
    watch = _watch(mapping)
    for _ in range(2):
        [_] = map_records(mapping, [_source(_with({"new": 1}))], watch)
    assert mapping.quick([_with({"new": 1})]) == [None]
    assert watch.found[Drift("new", "appeared")].records == 2


def test_a_record_that_is_not_as_usual_is_not_learned(mapping: Mapping) -> None:
    usual = {"processingTime": Habit(frozenset({"number"}))}
    watch = Watch(mapping, usual, frozenset(), Redaction(mapping).sample)
    found = list(map_records(mapping, [_source(_with({"processingTime": "45"}))] * 3, watch))
    assert all(isinstance(each, Mapped) for each in found)
    assert watch.found[Drift("processingTime", "became text")].records == 3


def test_quick_records_count_where_a_member_vanished(mapping: Mapping) -> None:
    watch = _watch(mapping)
    assert len(list(map_records(mapping, [_source(_with({"dueDate": ...}))] * 70, watch))) == 70
    assert watch.vanished()[Drift("dueDate", "vanished")].records == 70


def _source(raw: msgspec.Raw) -> Source:
    return Source(raw, None, page_id=1, number=0, source_hash=b"")


def _watch(mapping: Mapping) -> Watch:
    return Watch(mapping, {}, frozenset(), Redaction(mapping).sample)


UNFIT: dict[str, dict[str, Any]] = {
    "no code": {"code": None},
    "an empty code": {"code": ""},
    "no time of change": {"updatedDate": None},
    "a code too long": {"code": "9" * 601},
    "a NUL character": {"nationCode": "G\0"},
    "an unknown status": {"dossierStatus": {"id": 99}},
    "no object above": {"procedure": "1.000001"},
    "a person's name that is a list": {"applicant": {"data": {"fullname": ["An"]}}},
    "30 February": {"appliedDate": "2026-02-30T08:00:00.000+0700"},
    "an instant before all years": {"appliedDate": "0001-01-01T00:00:00+07:00"},
}


@pytest.mark.parametrize("kind", UNFIT)
def test_what_does_not_fit_is_declined_and_its_neighbours_are_not(kind: str, mapping: Mapping) -> None:
    bad, good = _with(UNFIT[kind]), _with({})
    together = [good] * 20 + [bad] + [good] * (TOGETHER - 21)
    expected = _careful(mapping, good)
    assert mapping.quick(together) == [expected] * 20 + [None] + [expected] * (TOGETHER - 21)
    with pytest.raises(Reject):
        mapping.apply(decode.members(bad))


def test_bytes_that_are_no_record_are_declined(mapping: Mapping) -> None:
    assert mapping.quick([msgspec.Raw(b"{"), msgspec.Raw(b""), msgspec.Raw(b"[1]")]) == [None] * 3


def test_the_last_of_two_members_of_a_name_counts_both_ways(mapping: Mapping) -> None:
    raw = msgspec.Raw(bytes(_with({}))[:-1] + b',"code":"H15.9"}')
    [quickly] = mapping.quick([raw])
    assert quickly == _careful(mapping, raw)
    assert quickly is not None
    assert quickly.values[mapping.key] == "H15.9"


def test_the_hash_is_of_what_is_said_not_of_how(mapping: Mapping) -> None:
    here, there = "2026-11-20T09:00:00.123+0700", "2026-11-20T02:00:00.123Z"
    hashes = {_careful(mapping, _with({"updatedDate": at})).content_hash for at in (here, there)}
    assert len(hashes) == 1
    assert _careful(mapping, _with({"nationCode": "G22-0002"})).content_hash not in hashes


def test_a_new_member_nested_without_end_is_seen_and_harms_nothing(mapping: Mapping) -> None:
    watch, deep = (
        _watch(mapping),
        msgspec.Raw(b'{"new":' + b"[" * 400 + b"1" + b"]" * 400 + b"," + bytes(_with({}))[1:]),
    )
    [found] = map_records(mapping, [_source(deep)], watch)
    assert isinstance(found, Mapped)
    assert watch.found[Drift("new", "appeared")].sample == "[" * 20 + '"…"' + "]" * 20
