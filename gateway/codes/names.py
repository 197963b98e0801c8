"""When two names are the same name, nearly the same, or names of different bodies.

Lists write one name in many ways: `Hoà` and `Hòa`, `M’Drắk` and `M'Drắk`, `II` and `2`, a stray `;` at the end. None of this
makes another body. One letter often does: Xã Hòa Phú is not Xã Hòa Phúc, and Phường 1 is not Phường 2.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import cache

TONES = "\u0300\u0301\u0303\u0309\u0323"
ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8", "IX": "9", "X": "10"}
UNIT_WORDS = ("đặc khu", "huyện", "phường", "quận", "thành phố", "thị trấn", "thị xã", "thủ đô", "tỉnh", "xã")
"""What kind of administrative unit (đơn vị hành chính) a name says it is. A unit that is raised from xã to phường stays itself."""

ONE_LETTER = str.maketrans("yl", "ii")
SAME = 0.96
"""From this likeness on (0 to 1) two names are spellings of one name: Đăk and Đắk, Sỹ and Sĩ, la and Ia."""
NEAR = 0.9
"""From this likeness on a name counts as nearly the same."""
UNLIKE = 0.6
"""Below this likeness two names are plainly those of different bodies."""

_UNIT = re.compile(rf"(?:{'|'.join(UNIT_WORDS)}) +", re.IGNORECASE)
_FARM = re.compile(r"\bN\.? ?T\.? ")


@cache
def folded(name: str) -> str:
    """A name for comparison: equal for two spellings of one name. Marks count, where the tone stands in a word does not."""
    plain = unicodedata.normalize("NFC", _FARM.sub("Nông trường ", name))
    words = re.sub(r"[-–,;.]", " ", plain.replace("’", "'").replace("'", "")).split()
    return " ".join(_toneless_last(ROMAN.get(word, word).lower()) for word in words)


def _toneless_last(word: str) -> str:
    apart = unicodedata.normalize("NFD", word)
    tones = "".join(mark for mark in apart if mark in TONES)
    return unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in TONES)) + tones


@cache
def letters(name: str) -> str:
    """Only the letters and digits of a name, without marks, blanks and signs; i, y and l (mistaken for I) are one letter."""
    apart = unicodedata.normalize("NFD", folded(name).replace("đ", "d"))
    return re.sub(r"[^a-z0-9]", "", "".join(mark for mark in apart if not unicodedata.combining(mark))).translate(
        ONE_LETTER
    )


def without_unit_word(name: str) -> str:
    """`Phường Ba Đình` → `Ba Đình`."""
    return _UNIT.sub("", name, count=1) if _UNIT.match(name) else name


def unit_word(name: str) -> str:
    """`Phường Ba Đình` → `phường`; empty when the name does not begin with one."""
    found = _UNIT.match(name)
    return found.group().strip().lower() if found else ""


@cache
def likeness(one: str, other: str) -> float:
    """From 0 to 1; 1 for the same name, SAME for two spellings of it. Different numbers make names unlike: Phường 1, Phường 2."""
    if folded(one) == folded(other):
        return 1.0
    if re.findall(r"\d+", folded(one)) != re.findall(r"\d+", folded(other)):
        return 0.0
    if letters(one) == letters(other):
        return SAME
    first, second = sorted((letters(one), letters(other)))  # difflib counts otherwise the other way round
    return min(SequenceMatcher(a=first, b=second, autojunk=False).ratio(), (SAME + NEAR) / 2)
