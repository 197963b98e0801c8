"""One record through a shipped mapping: what bent records once broke (`python -m proof payloads` found them)."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from connectors import decode
from gateway.mapped import map_record
from gateway.mapping.compile import Mapped, Mapping, compile_mapping
from gateway.mapping.drift import Watch
from gateway.portals import load_portal
from gateway.records import Refused, Source
from gateway.redaction import Redaction
from tests.helpers.house import ROOT

DOSSIER = {
    "code": "H15-1",
    "dossierStatus": {"id": 2},
    "updatedDate": "2026-11-20T08:00:00.000+0700",
    "processingTime": 3,
}


@pytest.fixture
def dossiers() -> Mapping:
    return compile_mapping(load_portal((ROOT / "mappings",), "province").stream("dossiers"))


def _sent(record: bytes) -> Source:
    return Source(msgspec.Raw(record), None, page_id=1, number=0, source_hash=b"")


def _with(name: str, raw: str) -> Source:
    """The dossier with one member as JSON text of its own."""
    return _sent(json.dumps({**DOSSIER, name: None}).replace(f'"{name}": null', f'"{name}": {raw}').encode())


def test_an_honest_record_passes(dossiers: Mapping) -> None:
    found = map_record(dossiers, _sent(json.dumps(DOSSIER).encode()))
    assert isinstance(found, Mapped)
    assert dict(zip(dossiers.columns, found.values, strict=True))["dossier_code"] == "H15-1"


REFUSED: dict[str, tuple[str, str, str]] = {
    "an exponent of twenty digits": ("processingTime", "1e99999999999999999999", "not readable (BrokenAnswer)"),
    "a key of 4200 digits": ("code", "9" * 4200, "a code of more than 600 characters"),
    "a key of blanks": ("code", '"\\u00a0 \\t"', "required, but absent or empty"),
    "lists nested 900 deep for yes or no": ("isDVCLT", "[" * 900 + "]" * 900, "expected yes or no, found a list"),
    "lists nested 900 deep for a code": ("nationCode", "[" * 900 + "]" * 900, "expected text, found a list"),
    "an object in place of an instant": ("updatedDate", "{}", "not a date in the form iso"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused(what: str, dossiers: Mapping) -> None:
    name, raw, reason = REFUSED[what]
    found = map_record(dossiers, _with(name, raw))
    assert isinstance(found, Refused)
    assert found.reject.reason == reason
    assert found.key == (None if name == "code" else "H15-1")


def test_a_text_of_blanks_is_absent(dossiers: Mapping) -> None:
    found = map_record(dossiers, _with("nationCode", '" "'))
    assert isinstance(found, Mapped)
    assert dict(zip(dossiers.columns, found.values, strict=True))["dossier_code_national"] is None


@pytest.mark.parametrize("record", [b"", b"null", b"[]", b'"text"', b'{"code":', b'{"\\ud800": 1}', b"\xff"])
def test_what_is_no_record_is_refused(record: bytes, dossiers: Mapping) -> None:
    found = map_record(dossiers, _sent(record))
    assert isinstance(found, Refused)
    assert (found.reject.reason, found.reject.path) == ("not a readable record (BrokenAnswer)", ".")
    assert found.reject.value == f"{len(record)} bytes"
    assert found.key is None


def test_names_that_appear_can_be_stored(dossiers: Mapping) -> None:
    """PostgreSQL's text holds no NUL, and its index no entry of several thousand bytes."""
    watch = Watch(dossiers, {}, frozenset(), Redaction(dossiers).sample)
    map_record(dossiers, _sent(json.dumps({**DOSSIER, "a\0b": 1, "x" * 4000: 1}).encode()), watch)
    appeared = {name for name, kind in watch.found if kind == "appeared"}
    assert appeared == {"a\N{SYMBOL FOR NULL}b", f"{'x' * 200}… (4000 characters)"}


def test_a_number_beyond_all_bounds_is_told_as_such() -> None:
    with pytest.raises(decode.BrokenAnswer, match="a number in it is beyond all bounds"):
        decode.plain(msgspec.Raw(b"1e99999999999999999999"))


def test_what_it_was_asked_with_belongs_to_the_record() -> None:
    births = compile_mapping(load_portal((ROOT / "mappings",), "justice").stream("civil_birth_states"))
    asked: dict[str, Any] = {births.stream.for_each.send: "H-1"} if births.stream.for_each else {}
    refused = map_record(births, _sent(b"")._replace(asked=asked, refusal="no such dossier"))
    assert isinstance(refused, Refused)
    assert (refused.key, refused.reject.reason) == ("H-1", "no such dossier")
    assert refused.reject.path == f"@request.{next(iter(asked))}"
