"""Vietnamese text that was read by the wrong table, or only looks right in a font of the 1990s.

TCVN3 (ABC, `.VnTime`) and VNI fonts draw Vietnamese letters over Western European codes: `Nguyễn Văn` is stored as
`NguyÔn V¨n` or `Nguyeãn Vaên`. UTF-8 read as a code page becomes `Nguyá»…n VÄƒn`. All of it is valid Unicode and pure
nonsense. A repair would be a guess and could falsify names, so it is found and refused.

Of each word is asked: can it be Vietnamese as it stands, and would it be in one of these encodings? A text is refused when
more words speak for the other encoding. A word that is possible both ways (`bé`, which may be TCVN3's `bộ`) says nothing,
and a text of such words alone cannot be told from a good one by anybody.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from connectors.misreadings import READINGS, TABLES, bytes_of
from connectors.syllables import is_syllable

_SIGNS = "\0\u0080-\u009f¡-¿ÄÅÆÇËÎÏÐÑÖØÛÜÞßäåæçëîïðñöøûüþ"
_SPECIAL = "€‚ƒ„†‡ˆ‰Š‹ŒŽ‘“•˜™š›œžŸ"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_END = "(?=[CPTcpt](?:[Hh]?(?![A-Za-zÀ-ỹ])))"
_FOREIGN = re.compile(
    f"[{_SIGNS}{_SPECIAL}{_TONES}\u00a0’”–—…À-ÞĂĐƠƯàáâãèéêìòõôùú÷ơ](?:"
    f"(?<=[{_SIGNS}])"  # letters and signs that Vietnamese does not write
    "|(?<=[ÃĂ][\u00a0’”–—…])"  # à, Ò and Ô in misread UTF-8
    f"|(?<=[^\\W\\d_][{_SPECIAL}×÷])"  # other signs right behind a letter
    "|(?<=[a-zà-ỹ][À-ÞĂĐƠƯ])|(?<=[A-Z][A-Z][à-þ])|(?<=[A-Z][à-þ])(?=[A-Z])"  # capitals and small letters in one word
    f"|(?<=[b-df-hj-np-tv-xz][{_TONES}])"  # a tone on a consonant
    f"|(?<=[ÀÈÌÒÙÃÕÂÊÔàèìòùãõâêô]){_END}"  # a wrong tone, or none, before p, t, c or ch
    "|(?<=[AEOYÂÊÔÃÕÝaeoyâêôãõý][ÌÒìò])|(?<=[Uu][Òò])|(?<=[^Gg][Ii][Òò])"  # a vowel and its tone in windows-1258
    # a vowel and its marks in VNI
    "|(?<=[AEOUYÔaeouyô][ÕÙõù])|(?<=[AEae][ÂÊÁÀÃÉÈâêáàãéè])|(?<=[AEOYaeoy][ơ])|(?<=[Oo][Ââ])|(?<=[Aa][Úú]))"
)
"""What good Vietnamese text does not hold. The first class alone is fast to look for; the rest looks back from there."""

_GENUINE = re.compile("[ĨĩŨũ\u1ea0-\u1ef9]")
"""Letters that no misreading brings forth."""

_WORD = re.compile("[A-Za-z\x80-\U0010ffff]*[\x80-\U0010ffff][A-Za-z\x80-\U0010ffff]*")
"""Not of ASCII alone."""
_APART = re.compile("[\u00a0\u200b\ufeff–—…·•]+")
"""What stands between words of good text, beside what ASCII has."""
_DOUBTFUL = re.compile("[A-Za-z][¹ª®]|[A-Z][a-z]*[ao]ï[a-z]*")
"""A letter with a sign, as in notes and after names; French names (Loïc, Thaï)."""
_WAYS = tuple((name, at) for name in READINGS for at in range(len(TABLES)))
"""Each encoding, read by each table; the likelier ones first."""
_ABBREVIATION = re.compile("[BCDGHKLMNPQRSTVX]*Đ[BCDĐGHKLMNPQRSTVX]*")
"""As in the number of nearly every decision: QĐ, NĐ-CP, HĐND."""


def is_suspect(text: str) -> bool:
    """Whether a text holds anything for which `named` should be asked."""
    return _FOREIGN.search(text) is not None


def is_wholly_suspect(text: str) -> bool:
    """The same of a text that has no sign of good Vietnamese beside it. Three times as fast, since most texts have one."""
    return _GENUINE.search(text) is None and _FOREIGN.search(text) is not None


def named(text: str) -> str:
    """What a text is written in when it is no Unicode Vietnamese, in words for a person; "" for good text."""
    if "\0" in text:
        return "NUL characters, probably UTF-16 declared as something else"
    text = unicodedata.normalize("NFC", text)
    foreign = len(_FOREIGN.findall(text))
    if not foreign or len(_GENUINE.findall(text)) > foreign:
        return ""
    evidence = dict.fromkeys(_WAYS, 0.0)
    for word in _WORD.findall(text):
        meant = _meant(word)
        if _is_good(word, text):
            weight, ways = -1.0, [way for way in _WAYS if way not in meant]
        else:
            weight, ways = 0.5 if _DOUBTFUL.fullmatch(word) else 1.0, list(meant)
        for way in ways:
            evidence[way] += weight
    likeliest = max(_WAYS, key=lambda way: evidence[way])
    return likeliest[0] if evidence[likeliest] >= 1 else ""


@lru_cache(maxsize=1 << 13)
def _meant(word: str) -> frozenset[tuple[str, int]]:
    """The readings in which a word is Vietnamese; the same words come again and again."""
    read = {(name, at): READINGS[name](bytes_of(word, TABLES[at]), TABLES[at]) for name, at in _WAYS}
    return frozenset(way for way, meant in read.items() if meant and _is_vietnamese(meant))


def _is_good(word: str, text: str) -> bool:
    """Whether a word can stand in good text as it is: even in its capitals, and nothing but letters within."""
    if word.endswith("Ã\u00a0") and not text.isupper():
        return False  # à, in UTF-8 read as a code page
    quotes = "‘’«»“”" if "“" in text or '"' in text else "‘’«»"
    bare = word.strip(quotes)
    return _is_vietnamese(bare) and all(map(_is_even, filter(None, _APART.split(bare))))


def _is_vietnamese(word: str) -> bool:
    """Whether all that is not ASCII in a word is in possible syllables, or in abbreviations."""
    parts = [part for part in _APART.split(unicodedata.normalize("NFC", word)) if not part.isascii()]
    return bool(parts) and all(is_syllable(part.lower()) or _ABBREVIATION.fullmatch(part) for part in parts)


def _is_even(part: str) -> bool:
    return part.islower() or part.isupper() or part.istitle()
