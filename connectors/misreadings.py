"""What a word would say if its bytes had been read by the table they were written in: UTF-8, windows-1258, TCVN3 or VNI.

The bytes are those from which windows-1252 (or ISO 8859-1), or windows-1258, makes the word as it stands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

Table = Mapping[str, int]
"""Character → byte."""


def _table(codec: str) -> Table:
    """A code page; bytes that it leaves open are read as ISO 8859-1 has them."""
    pages = {bytes([code]).decode(codec, "ignore") or chr(code): code for code in range(256)}
    return {chr(code): code for code in range(0x80, 0xA0)} | pages


WESTERN = {chr(code): code for code in range(256)} | dict(_table("cp1252"))
TABLES: tuple[Table, Table] = (WESTERN, _table("cp1258"))


def bytes_of(word: str, table: Table) -> bytes:
    """The bytes a word was read from; none when it cannot have been read by this table.

    windows-1258 has five tones as characters of their own, which have become one with their letter since.
    """
    codes = []
    for letter in word:
        for each in letter if letter in table else unicodedata.normalize("NFD", letter):
            if each not in table:
                return b""
            codes.append(table[each])
    return bytes(codes)


def as_utf8(codes: bytes, table: Table) -> str:
    """As UTF-8, also when it was misread twice; "" when it is none."""
    try:
        found = codes.decode()
    except UnicodeDecodeError:
        return ""
    again = "" if found.isascii() else as_utf8(bytes_of(found, table), table)
    return again or found


def as_cp1258(codes: bytes, table: Table) -> str:
    """As windows-1258, composed; "" when it was read as that already."""
    if table is not WESTERN:
        return ""
    return unicodedata.normalize("NFC", codes.decode("cp1258", "ignore"))


TCVN3 = {
    start + place: letter
    for start, letters in (
        (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
        (0xB5, "àảãáạ"),
        (0xBB, "ằẳẵắ"),
        (0xC6, "ặầẩẫấậè"),
        (0xCE, "ẻẽéẹềểễếệìỉ"),
        (0xDC, "ĩíịò"),
        (0xE1, "ỏõóọồổỗốộờởỡớợù"),
        (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
    )
    for place, letter in enumerate(letters)
}
"""Byte → letter. Capitals with a tone are a matter of the font."""


def as_tcvn3(codes: bytes, _: Table) -> str:
    """As TCVN3; "" when it is none, or a sign that stands alone."""
    letters = [chr(code) if code < 0x80 else TCVN3.get(code, "") for code in codes]
    return "".join(letters) if all(letters) and _has_letters(codes) else ""


_VNI_LETTERS = dict(zip("íìôöñæóòî", "íìơưđỉĩịỵ", strict=True))
_VNI_VOWELS = frozenset("aeouyôö")
_TONES = "\u0301\u0300\u0309\u0303\u0323"
_VNI_MARKS = {
    **dict(zip("ùøûõï", _TONES, strict=True)),
    **{mark: f"\u0302{tone}" for mark, tone in zip("âáàåãä", ("", *_TONES), strict=True)},
    **{mark: f"\u0306{tone}" for mark, tone in zip("êéèúüë", ("", *_TONES), strict=True)},
}
"""A letter behind a vowel stands for the marks upon that vowel."""


def as_vni(codes: bytes, _: Table) -> str:
    """As VNI; "" when it is none, or a sign that stands alone."""
    written = codes.decode("latin-1")
    read = [_vni_letter(before, letter) for before, letter in zip(f" {written}", written, strict=False)]
    return unicodedata.normalize("NFC", "".join(read)) if all(read) and _has_letters(codes) else ""


_SMALL = frozenset(range(0xE0, 0xFF)) - {0xF7, 0xF8}
"""Small letters beyond ASCII, without the sign of division and that of a diameter (ø)."""


def _has_letters(codes: bytes) -> bool:
    """Whether these can be letters of a word; a paragraph sign or a bullet alone is itself."""
    return any(code < 0x80 for code in codes) or _SMALL.issuperset(codes)


def _vni_letter(before: str, letter: str) -> str:
    small = letter.lower()
    meant = _VNI_MARKS.get(small, "") if before.lower() in _VNI_VOWELS else ""
    meant = meant or _VNI_LETTERS.get(small, small if small.isascii() else "")
    return meant.upper() if letter.isupper() else meant


READINGS: Mapping[str, Callable[[bytes, Table], str]] = {
    "UTF-8 that was declared, or read, as a Western or Vietnamese code page": as_utf8,
    "the legacy font encoding TCVN3 (ABC)": as_tcvn3,
    "the legacy font encoding VNI": as_vni,
    "windows-1258 that was declared, or read, as a Western code page": as_cp1258,
}
