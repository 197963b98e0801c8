"""Vietnamese texts as portals hold them (names of procedures, agencies, fields), and every wrong way to write them."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random

DATA = Path(__file__).resolve().parents[1] / "sandbox" / "data"
SEED = 17
LEAST = 3
"""Words of a text that are changed by a wrong table. Of one or two it can be impossible to tell: `Thú y` becomes `Thó y`."""


def texts(count: int) -> list[str]:
    """So many different texts of 4 to 14 words in NFC, some in capitals; the same ones each time."""
    random, known, found = Random(SEED), list(_known()), dict[str, None]()  # noqa: S311 - nothing secret
    while len(found) < count:
        words = f"{random.choice(known)} {random.choice(known)}".split()
        length = random.randint(4, 14)
        start = random.randrange(max(1, len(words) - length))
        text = " ".join(words[start : start + length])
        text = text.upper() if random.random() < 0.1 else text
        if sum(not word.isascii() for word in text.split()) >= LEAST:
            found[text] = None
    return list(found)


def _known() -> Iterator[str]:
    """Texts of the simulated portals, without the quotes and dashes that old encodings lack."""
    for file in sorted(DATA.glob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for cell in (cell for row in csv.reader(lines, delimiter="\t") for cell in row):
                plain = unicodedata.normalize("NFC", cell).translate({ord("–"): "-", ord("“"): None, ord("”"): None})
                if not plain.isascii() and ";" not in plain:
                    yield plain


def is_clearly(meant: str, garbled: str) -> bool:
    """Whether enough words differ for anybody to tell."""
    return sum(map(str.__ne__, meant.split(" "), garbled.split(" "))) >= LEAST


def decomposed(text: str) -> str:
    """In NFD."""
    return unicodedata.normalize("NFD", text)


def cp1258(text: str) -> bytes:
    """In windows-1258, which has letters with circumflex, breve and horn, and tones as characters of their own."""
    return b"".join(_cp1258_letter(letter) for letter in text)


@cache
def _cp1258_letter(letter: str) -> bytes:
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", letter)
        tone = next(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
        return f"{unicodedata.normalize('NFC', parts.replace(tone, ''))}{tone}".encode("cp1258")


def tcvn3(text: str) -> bytes:
    """In TCVN3 (ABC). A capital with a tone has the code of the small letter; the font makes it a capital."""
    table = _tcvn3_table()
    return bytes(ord(each) if each.isascii() else table.get(each) or table[each.lower()] for each in text)


@cache
def _tcvn3_table() -> Mapping[str, int]:
    """Letter → code, from libxml2's table of TCVN 5712-1, so that the table under proof does not prove itself."""
    from lxml import etree

    table = {}
    for code in (*range(0xA1, 0xAF), *range(0xB5, 0xFF)):
        parser = etree.XMLParser(encoding="TCVN5712-1")
        letter = etree.fromstring(b"<a>x" + bytes([code]) + b"</a>", parser).text[1:]
        if letter.islower() or code < 0xA8:
            table[letter] = code
    return table


_MARKS = "\u0301\u0300\u0309\u0303\u0323"
_I = dict(zip(("", *_MARKS), "iíìæóò", strict=True))
_BEHIND = {
    "": dict(zip(("", *_MARKS), ("", *"ùøûõï"), strict=True)),
    "\u0302": dict(zip(("", *_MARKS), "âáàåãä", strict=True)),
    "\u0306": dict(zip(("", *_MARKS), "êéèúüë", strict=True)),
}


def vni(text: str) -> bytes:
    """In VNI, which writes a vowel and, behind it, a letter that stands for its marks."""
    return "".join(map(_vni_letter, text)).encode("latin-1")


@cache
def _vni_letter(letter: str) -> str:
    base, *marks = list(unicodedata.normalize("NFD", letter.lower()))
    tone = next((mark for mark in marks if mark in _MARKS), "")
    above = next((mark for mark in marks if mark in _BEHIND), "")
    if "\u031b" in marks:
        base = {"o": "ô", "u": "ö"}[base]
    if letter.isascii() or letter.lower() in "đỵ":
        found = {"đ": "ñ", "ỵ": "î"}.get(letter.lower(), letter)
    else:
        found = _I[tone] if base == "i" else base + _BEHIND[above][tone]
    return found.upper() if letter.isupper() else found


def western(codes: bytes) -> str:
    """Bytes as a browser reads windows-1252: the five codes it leaves open are control characters."""
    return "".join(bytes([code]).decode("cp1252", "ignore") or chr(code) for code in codes)


def latin1(codes: bytes) -> str:
    """Bytes as ISO 8859-1."""
    return codes.decode("latin-1")


def _twice(read: Callable[[bytes], str]) -> Callable[[str], str]:
    return lambda text: read(read(text.encode()).encode())


GARBLED: Mapping[str, Callable[[str], str]] = {
    "TCVN3 as windows-1252": lambda text: western(tcvn3(text)),
    "VNI as windows-1252": lambda text: western(vni(text)),
    "UTF-8 as ISO 8859-1": lambda text: latin1(text.encode()),
    "UTF-8 as windows-1252": lambda text: western(text.encode()),
    "UTF-8 in NFD as windows-1252": lambda text: western(decomposed(text).encode()),
    "UTF-8 as ISO 8859-1, twice": _twice(latin1),
    "UTF-8 as windows-1252, twice": _twice(western),
}
"""What becomes of a text on its way through a system that reads it wrongly."""

WRONG_FILES: Mapping[str, tuple[Callable[[str], bytes], str]] = {
    "TCVN3 declared windows-1258": (tcvn3, "windows-1258"),
    "TCVN3 declared windows-1252": (tcvn3, "windows-1252"),
    "TCVN3 declared UTF-8": (tcvn3, "utf-8"),
    "VNI declared windows-1258": (vni, "windows-1258"),
    "VNI declared windows-1252": (vni, "windows-1252"),
    "UTF-8 declared windows-1258": (str.encode, "windows-1258"),
    "UTF-8 declared windows-1252": (str.encode, "windows-1252"),
    "UTF-8 declared ISO 8859-1": (str.encode, "iso-8859-1"),
    "windows-1258 declared windows-1252": (cp1258, "windows-1252"),
    "windows-1258 declared UTF-8": (cp1258, "utf-8"),
}
"""What is in a file, and what its mapping declares."""
