"""Text that was read by a wrong table is found, word by word; good text never is, whatever language its names are of."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors import garbled, misreadings
from connectors.syllables import is_syllable
from gateway.mapping import values
from gateway.mapping.reject import Unfit
from tests.conftest import CATALOGUE
from tests.helpers.house import ROOT

GARBLED = {
    "NguyÔn": "TCVN3",
    "ThuÕ": "TCVN3",
    "x·": "TCVN3",
    "ë trong": "TCVN3",
    "Q§": "TCVN3",
    "248/Q§-BNNMT": "TCVN3",
    "Hé t̃ch": "TCVN3",  # read as windows-1258
    "GiÊy phĐp": "TCVN3",
    "xaõ": "VNI",
    "xaơ": "VNI",
    "tai naïn": "VNI",
    "Coâng daân": "VNI",
    "ôû": "VNI",
    "248/QÑ-BNNMT": "VNI",
    "Sở NguyÔn V¨n §øc": "TCVN3",  # more words speak for it than against
    "HÃ\u00a0 Nam": "UTF-8",
    "nhÃ\u00a0": "UTF-8",
    "HÃ’A": "UTF-8",
    "NGÃ”": "UTF-8",
    "HÃ€ NAM": "UTF-8",
    "tiÌ‰nh": "UTF-8",  # decomposed
    "Ä\u0090á»\u008bnh": "UTF-8",
    "248/QÄ\u0090-BNNMT": "UTF-8",
    "Ná»™i": "UTF-8",
    "NÃ¡Â»â„¢i": "UTF-8",  # twice
    "TÄ‚Â\u00a0i chÄ‚Â\u00adnh": "UTF-8",  # twice, as windows-1258
    "Bôò Tý pháp": "windows-1258",
    "cuòc": "windows-1258",
    "ThuÒ tuòc": "windows-1258",
    "a\0b": "NUL",
}


@pytest.mark.parametrize("text", GARBLED, ids=ascii)
def test_garbled_text_is_named(text: str) -> None:
    assert garbled.is_suspect(text)
    assert GARBLED[text] in garbled.named(text)


GOOD = (
    "Công an xã",
    "XÃ\u00a0EA TU",
    "UBND XÃ\u00a0",
    "“Ủy ban” NGÔ",
    "“CÔNG TY NGÃ”",
    "Sở NguyÔn",  # as many words speak against it
    "Điều 5 § 3 – ½ ngày, 20 m², Ø 10, 5 × 3, 2 µg, ° C",
    "A · B ¹ c¹ Nº 1ª Cipula® b»",
    "Société Générale, Citroën, naïve, août, Müller Straße, São Paulo, Noël, peña, Loïc, Thaï",
    "ESPAÑA, PEÑA, Göteborg, Åse, Sørensen, Zoë",
    "Krông Pắc, Kông Chro, Mnông, Ôxtrâylia, Êđê, M’Drắk",
    "hoà, hòa, thuỷ, thủy, toán, hoá, loã, khuê, quý, quí, gì, gìn, giếng",
    "nộpThời gianPhí",
    "Hỗ trợ ® ©",
    unicodedata.normalize("NFD", "Chứng thực chữ ký của người dịch ở Nghệ An"),
    "",
    "a",
)


@pytest.mark.parametrize("text", GOOD, ids=ascii)
def test_good_text_is_left_alone(text: str) -> None:
    assert garbled.named(text) == ""


def test_what_is_good_both_ways_cannot_be_told() -> None:
    """`Thú y` in TCVN3 is `Thó y`: both can be Vietnamese."""
    assert garbled.named("Thó y") == ""


@pytest.mark.parametrize(
    "text", [text for text in GARBLED if "\0" not in text and not text.startswith("Sở")], ids=ascii
)
def test_it_is_refused_in_any_answer(text: str) -> None:
    for convert in (values.text, values.line, values.code):
        with pytest.raises(Unfit, match="text in ") as caught:
            convert(text)
        assert text not in caught.value.reason


def _real() -> Iterator[str]:
    for file in sorted(CATALOGUE.parent.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            yield from (cell for row in csv.reader(lines) for cell in row)
    for line in (CATALOGUE.parent / "tthc_fulltext_sample.jsonl").read_text("utf-8").splitlines():
        yield from _texts(json.loads(line))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _invented() -> Iterator[str]:
    for file in [*(ROOT / "sandbox" / "data").iterdir(), *(ROOT / "mappings").rglob("*.yaml")]:
        yield from file.read_text("utf-8").splitlines()


def _flagged(texts: Iterator[str]) -> list[str]:
    """Of these texts, and of their words alone and in capitals, those that are taken for garbled."""
    whole = {text for text in texts if not text.isascii()}
    words = {word for text in whole for word in text.split() if not word.isascii()}
    assert len(words) > 400
    every = whole | words | {word.upper() for word in words}
    return sorted(text for text in every if garbled.is_suspect(text) and garbled.named(text))


def test_no_real_name_is_taken_for_garbled(catalogue: Path) -> None:
    assert _flagged(_real()) == []


def test_no_word_of_the_simulated_portals_is_taken_for_garbled() -> None:
    assert _flagged(_invented()) == []


SYLLABLES = "nghĩa nguyễn khuỷu gì gìn giếng quốc quỳnh thuở huệ khuya khoèo loằng xoong ướt yêu ở ý hòa hoà thủy thuỷ mùa ưu iếu"
NONE = "ngé nghò kông cê gê hoaø xaõ nguyôn thuơt cât dac̀ ệế ó̀ qđ thoaị mua\u0301 jazz ŵ"


@pytest.mark.parametrize("word", SYLLABLES.split())
def test_a_syllable(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(unicodedata.normalize("NFD", word))


@pytest.mark.parametrize("word", NONE.split(), ids=ascii)
def test_no_syllable(word: str) -> None:
    assert not is_syllable(word)


def test_the_table_of_tcvn3_is_the_standards() -> None:
    """libxml2 knows TCVN 5712-1, which has the small letters where TCVN3 has them."""
    from lxml import etree

    for code, letter in misreadings.TCVN3.items():
        parser = etree.XMLParser(encoding="TCVN5712-1")
        assert etree.fromstring(b"<a>x" + bytes([code]) + b"</a>", parser).text == f"x{letter}"
    small = {letter for letter in misreadings.TCVN3.values() if letter.islower()}
    assert len(small) == 67


def test_vni_in_every_letter() -> None:
    text = (
        "ñaù aø aû aõ aï aâ aá aà aå aã aä aê aé aè aú aü aë eâ eá oâ oä ô ôù ôï ö öù öï í ì æ ó ò yù yø yû yõ î Ñ UÙ Ô"
    )
    meant = "đá à ả ã ạ â ấ ầ ẩ ẫ ậ ă ắ ằ ẳ ẵ ặ ê ế ô ộ ơ ớ ợ ư ứ ự í ì ỉ ĩ ị ý ỳ ỷ ỹ ỵ Đ Ú Ơ"
    read = [misreadings.as_vni(f"x{word}".encode("latin-1"), {})[1:] for word in text.split()]
    assert read == meant.split()
