"""Good text is stored as it was meant, garbled text never; and the proof would notice a detector that sleeps."""

from __future__ import annotations

import unicodedata

import pytest

from connectors import garbled
from proof import charsets, vietnamese
from tests.helpers.house import House

TEXTS = vietnamese.texts(700)


def test_seven_hundred_texts_in_every_way(house: House) -> None:
    line = charsets.judged(house, TEXTS)
    assert line.detail == ()
    assert line.passed
    assert line.measured == "1400 of 1400 good ones stored in NFC, 0 of 1400 garbled ones stored"


def test_a_detector_that_sleeps_is_noticed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbled, "named", lambda _: "")
    line = charsets.judged(house, TEXTS[:70])
    assert not line.passed
    assert len(line.detail) == 20
    assert "70 of 140" not in line.measured


def test_text_stored_as_another_is_noticed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charsets, "decomposed", str.lower)
    line = charsets.judged(house, TEXTS[:20])
    assert not line.passed
    assert line.detail[0].startswith("n1: ")


def test_texts_are_real_ones_and_always_the_same() -> None:
    assert vietnamese.texts(50) == TEXTS[:50]
    assert len(set(TEXTS)) == 700
    assert all(text == unicodedata.normalize("NFC", text) for text in TEXTS)
    assert any(text.isupper() for text in TEXTS)


WRITTEN = {
    "Nguyễn Văn Đức": (b"Nguy\xd4n V\xa8n \xa7\xf8c", "Nguyeãn Vaên Ñöùc", b"Nguy\xea\xden V\xe3n \xd0\xfd\xecc"),
    "Cộng hòa xã hội chủ nghĩa": (
        "Céng hßa x· héi chñ nghÜa".encode("latin-1"),
        "Coäng hoøa xaõ hoäi chuû nghóa",
        b"C\xf4\xf2ng ho\xcca xa\xde h\xf4\xf2i chu\xd2 nghi\xdea",
    ),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_encodings_are_what_people_know_of_them(text: str) -> None:
    tcvn3, vni, windows = WRITTEN[text]
    assert vietnamese.tcvn3(text) == tcvn3
    assert vietnamese.vni(text) == vni.encode("latin-1")
    assert unicodedata.normalize("NFC", vietnamese.cp1258(text).decode("cp1258")) == text
    assert unicodedata.normalize("NFC", windows.decode("cp1258")) == text


def test_every_way_changes_enough() -> None:
    for name, way in vietnamese.GARBLED.items():
        assert sum(vietnamese.is_clearly(text, way(text)) for text in TEXTS) > 600, name
