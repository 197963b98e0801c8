"""Whatever is sent ends as rows or in quarantine; what passes can be stored; and the proof would notice if it were otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
import pytest

from gateway import load
from gateway.canonical import ENTITIES
from gateway.mapping.compile import Mapped
from gateway.mapping.reject import Reject
from gateway.records import Refused, Source
from proof import payloads, soundness
from proof.mutation import LITERALS, TEXTS, Choices, Members, Raw, document, mutated, parsed, written
from proof.mutation_xml import mutated_xml
from proof.payloads import Payload, Tally
from proof.recorded import Recorded, recorded
from tests.conftest import NewHouse
from tests.helpers import golden
from tests.helpers.house import House

STREAMS = {each.stream.name: each for each in recorded()}
DOSSIERS = STREAMS["province/dossiers"]


def test_two_thousand_payloads_break_nothing() -> None:
    line = payloads.measure(2000)
    assert line.detail == ()
    assert line.passed
    count, read, passed, quarantined = (int(word) for word in line.measured.replace(":", "").split() if word.isdigit())
    assert count >= 2000
    assert read == passed + quarantined
    # Neither of the two is an exception: else little of the engine was tried.
    assert min(passed, quarantined) > read / 4


@pytest.fixture(scope="module")
def store(new_house: NewHouse) -> House:
    return new_house()


@pytest.mark.parametrize("name", STREAMS)
def test_what_passes_can_be_stored(name: str, store: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bent records through a whole load: COPY, merge, parts, quarantine, drift."""
    of = STREAMS[name]
    sent = [msgspec.Raw(body) for body in _bent(of, 40)]
    monkeypatch.setattr(load, "records_of", lambda *_: iter(sent))
    with store.shop() as shop:
        counts = golden.load(shop, of.stream).counts
    assert counts.read == len(sent)
    mine = "where issuer = :portal and batch_id = (select max(batch_id) from ops.batch)"
    stored = f"select count(*) from {ENTITIES[of.stream.into].table.fullname} {mine}"
    assert counts.new + counts.changed >= store.value(stored, portal=of.stream.portal) > 0
    waiting = "select count(*) from ops.quarantine where batch_id = (select max(batch_id) from ops.batch)"
    assert counts.quarantined >= store.value(waiting) > 0


def test_a_record_without_the_time_that_the_cursor_is_kept_by(store: House, monkeypatch: pytest.MonkeyPatch) -> None:
    of = STREAMS["transport/register_dossiers"]
    assert of.stream.incremental is not None
    [first, *rest] = [parsed(record) for record in of.records]
    timeless = Members(pair for pair in first if pair[0] != of.stream.incremental.by)
    sent = [msgspec.Raw(written(each).encode()) for each in (timeless, *rest)]
    monkeypatch.setattr(load, "records_of", lambda *_: iter(sent))
    with store.shop() as shop:
        counts = golden.load(shop, of.stream).counts
    assert (counts.read, counts.quarantined) == (len(sent), 0)
    assert store.value("select cursor_to from ops.batch order by batch_id desc limit 1") is not None


def _bent(of: Recorded, count: int) -> list[bytes]:
    """Honest records, and for each place of the list of odd texts and values a record that has it somewhere."""
    random = Random(17)
    bent = [written(mutated(Choices(random.randbytes(48)), parsed(random.choice(of.records)))) for _ in range(count)]
    for odd in (*TEXTS, *map(Raw, LITERALS)):
        record = parsed(random.choice(of.records))
        at = random.randrange(len(record))
        record[at] = (record[at][0], odd)
        bent.append(written(Members([*record, ("odd\0name" + "x" * random.choice((0, 4000)), 1)])))
    return [*of.records, *(each.encode("utf-8", "surrogatepass") for each in bent)]


@pytest.mark.parametrize("name", ["province/dossiers", "units/communes"])
def test_an_honest_answer_passes_whole(name: str) -> None:
    of, tally = STREAMS[name], Tally()
    rows = payloads.judge(Payload(of, of.answer, is_record=False), tally)
    assert len(rows) == len(of.records)
    assert tally == Tally(payloads=1, read=len(rows), passed=len(rows))


def test_an_unreadable_answer_is_counted() -> None:
    tally = Tally()
    assert payloads.judge(Payload(DOSSIERS, b"<html>", is_record=False), tally) == []
    assert tally == Tally(payloads=1, unreadable=1)


def test_another_error_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorded, "mapped", lambda *_: {}["missing"])
    line = payloads.measure(50)
    assert not line.passed
    [said] = line.detail
    assert said.startswith("seed 7: KeyError: 'missing' ")
    assert len(said) < 2000


def test_a_record_that_passes_unfit_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    unfit = _row(agency_name="a\0b")
    monkeypatch.setattr(Recorded, "mapped", lambda *_: unfit)
    monkeypatch.setattr(payloads, "recorded", lambda: (STREAMS["province/agencies"],))
    line = payloads.measure(50)
    assert not line.passed
    assert "Unsound: a NUL character in text" in line.detail[0]


AGENCIES = STREAMS["province/agencies"].mapping


def _row(**changed: Any) -> Mapped:
    return _changed(STREAMS["province/agencies"], changed)


def _changed(of: Recorded, changed: dict[str, Any]) -> Mapped:
    """An honest row with other values."""
    [good] = payloads.judge(Payload(of, of.records[0], is_record=True), Tally())
    assert changed.keys() <= set(of.mapping.columns)
    row = {**dict(zip(of.mapping.columns, good.values, strict=True)), **changed}
    return msgspec.structs.replace(good, values=tuple(row.values()))


UNFIT: dict[str, dict[str, Any]] = {
    "a NUL character": {"agency_name": "a\0b"},
    "half a surrogate pair": {"agency_name": "\ud800"},
    "text that is not in NFC": {"agency_name": "e\u0301"},
    "agency_name is ''": {"agency_name": ""},
    "agency_name is None": {"agency_name": None},
    "a key of 601": {"agency_code": "x" * 601},
    "holds a bool": {"agency_name": True},
    "holds a int": {"is_active": 1},
    "holds a Decimal": {"level_name": Decimal(1)},
}  # fmt: skip


@pytest.mark.parametrize("what", UNFIT)
def test_the_judge_sees(what: str) -> None:
    soundness.check_passed(AGENCIES, _row())
    with pytest.raises(soundness.Unsound, match=what):
        soundness.check_passed(AGENCIES, _row(**UNFIT[what]))


BEYOND: dict[str, tuple[str, Any]] = {
    "a number that no numeric column holds": ("processing_time", Decimal("1e2000")),
    "an instant that is not in UTC": ("filed_at", datetime(2026, 1, 1)),  # noqa: DTZ001
}


@pytest.mark.parametrize("what", BEYOND)
def test_the_judge_sees_of_a_dossier(what: str) -> None:
    column, value = BEYOND[what]
    with pytest.raises(soundness.Unsound, match=what):
        soundness.check_passed(DOSSIERS.mapping, _changed(DOSSIERS, {column: value}))


def test_the_judge_sees_into_parts() -> None:
    of = STREAMS["national/procedures"]
    good = _changed(of, {})
    good.parts["component"][0]["original_count"] = 2**31
    with pytest.raises(soundness.Unsound, match="an integer that is too large"):
        soundness.check_passed(of.mapping, good)


@pytest.mark.parametrize(
    ("refused", "what"),
    [
        ({"key": "x" * 601}, "a name of 601"),
        ({"key": "\0"}, "a NUL"),
        ({"reject": Reject("", "code", "")}, "without reason or path"),
        ({"reject": Reject("why", "", "")}, "without reason or path"),
        ({"reject": Reject("why", "code", "\ud800")}, "half a surrogate pair"),
    ],
    ids=["long key", "NUL in key", "no reason", "no path", "surrogate"],
)
def test_the_judge_sees_refusals(refused: dict[str, Any], what: str) -> None:
    good = Refused(Source(msgspec.Raw(b"{}"), None, 1, 0, b""), None, Reject("why", "code", "e\u0301"))
    soundness.check_refused(good)
    with pytest.raises(soundness.Unsound, match=what):
        soundness.check_refused(replace(good, **refused))


def test_documents_are_written_as_they_are() -> None:
    odd = Members([("a", Raw("1e400")), ("a", ["\ud800", None, True, 1]), ("\0", Members())])
    assert written(odd) == '{"a":1e400,"a":["\\ud800",null,true,1],"\\u0000":{}}'
    assert written(parsed('{"b": [1, "x"], "a": {}}')) == '{"b":[1,"x"],"a":{}}'


def test_the_same_bytes_decide_the_same_payload() -> None:
    for number in range(200):
        data = Random(number).randbytes(48)
        assert payloads.payload(data) == payloads.payload(data)
    assert payloads.payload(b"") == payloads.payload(bytes(48))


def test_an_honest_document_without_places_is_replaced() -> None:
    assert mutated(Choices(b"\0" * 9), Members()) == document(Choices(b"\0" * 8))


def test_xml_is_changed_in_many_ways() -> None:
    honest = STREAMS["units/communes"].answer
    changed = {mutated_xml(Choices(Random(number).randbytes(48)), honest) for number in range(200)}
    assert len(changed) > 150
    assert honest not in changed
