"""Vietnamese text that only looks right in a font of the 1990s, or was decoded by the wrong table.

TCVN3 (ABC, `.VnTime`) and VNI fonts draw Vietnamese letters over Western European codes: `Nguyễn Văn` is stored as
`NguyÔn V¨n` or `Nguyeãn Vaên`. Such text is valid Unicode and pure nonsense. Python knows neither table, and a guess
would falsify names, so it is found and refused. The signs are pairs of characters that neither Vietnamese nor the
languages of foreigners' names have.
"""

from __future__ import annotations

import re

_GENUINE = re.compile("[\u1ea0-\u1ef9\u0300\u0301\u0303\u0309\u0323]")
"""Letters that only real Vietnamese text has, and the tone marks of decomposed text."""

_FOREIGN = re.compile("[\0¡-¿ÄÅÆÇËÎÏÐÑÖØÛÜÞßäåæçëîïðñöøûüþ]")
"""Characters without which no text is suspected: Vietnamese does not write them, so most text is done with one look."""

_SIGNS = {
    # à ả á ạ ă ẳ ẵ ắ ơ, ặ ầ ậ ẻ ẽ é ẹ ệ ỉ ĩ ị; then ạ â ê ô đ within a word; then đ and Đ before a letter.
    "the legacy font encoding TCVN3 (ABC)": re.compile(
        "[A-Za-z][µ¶¸¨¼½¾¬]|[a-z][ÆÇËÎÏÐÑÖØÜÞ]|[A-Za-z][¹©ª«®][a-z]|(?<![\\w.,])[®§][a-z¬µ-¾]"
    ),
    # A plain vowel and its mark as a letter of its own; đ at the beginning of a word.
    "the legacy font encoding VNI": re.compile(
        "a[ùøûõâåä]|aê[nmcpt]|e[âåäùø]|o[âåäøõ]|u[ùøûõ]|ô[ùøûõï]|ö[ùøûõïô]|(?<!\\w)ñ[aeiouyôö]*[ôöàáâãäåùøûõï]",
        re.IGNORECASE,
    ),
    "UTF-8 that was declared, or read, as a Western or Vietnamese code page": re.compile(
        "á[º»]|[ÃĂ][¡-¿]|Ä[\u0090‘]|Æ[°¡]"
    ),
}


def is_suspect(text: str) -> bool:
    """Whether `named` needs to look at a text at all."""
    return _FOREIGN.search(text) is not None


def named(text: str) -> str:
    """What a text is written in when it is no Unicode Vietnamese, in words for a person; "" for good text."""
    if "\0" in text:
        return "NUL characters, probably UTF-16 declared as something else"
    if not is_suspect(text):
        return ""
    genuine = len(_GENUINE.findall(text))
    return next((name for name, sign in _SIGNS.items() if len(sign.findall(text)) > genuine), "")
