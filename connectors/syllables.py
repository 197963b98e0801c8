"""How Vietnamese words are spelt: which sequences of letters can be a syllable (âm tiết) at all.

Every Vietnamese word is one syllable: an initial, a rhyme, and one of six tones. The lists are those of the school
grammar, with the spellings of place names and loan words that official documents use.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

_INITIALS = ("ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", *"bcdđghklmnprstvx", "")
"""The longest first."""

_RHYMES = frozenset(
    [
        "a",
        "ac",
        "ach",
        "ai",
        "am",
        "an",
        "ang",
        "anh",
        "ao",
        "ap",
        "at",
        "au",
        "ay",
        "ăc",
        "ăm",
        "ăn",
        "ăng",
        "ăp",
        "ăt",
        "âc",
        "âm",
        "ân",
        "âng",
        "âp",
        "ât",
        "âu",
        "ây",
        "e",
        "ec",
        "em",
        "en",
        "eng",
        "eo",
        "ep",
        "et",
        "ê",
        "êch",
        "êm",
        "ên",
        "êng",
        "ênh",
        "êp",
        "êt",
        "êu",
        "i",
        "ia",
        "ich",
        "iêc",
        "iêm",
        "iên",
        "iêng",
        "iêp",
        "iêt",
        "iêu",
        "im",
        "in",
        "inh",
        "ip",
        "it",
        "iu",
        "o",
        "oa",
        "oac",
        "oach",
        "oai",
        "oam",
        "oan",
        "oang",
        "oanh",
        "oao",
        "oap",
        "oat",
        "oay",
        "oăc",
        "oăm",
        "oăn",
        "oăng",
        "oăt",
        "oc",
        "oe",
        "oen",
        "oeo",
        "oet",
        "oi",
        "om",
        "on",
        "ong",
        "ooc",
        "oong",
        "op",
        "ot",
        "ô",
        "ôc",
        "ôi",
        "ôm",
        "ôn",
        "ông",
        "ôp",
        "ôt",
        "ơ",
        "ơi",
        "ơm",
        "ơn",
        "ơp",
        "ơt",
        "u",
        "ua",
        "uân",
        "uâng",
        "uât",
        "uây",
        "uc",
        "uê",
        "uêch",
        "uênh",
        "ui",
        "um",
        "un",
        "ung",
        "uôc",
        "uôi",
        "uôm",
        "uôn",
        "uông",
        "uôt",
        "uơ",
        "up",
        "ut",
        "uy",
        "uya",
        "uych",
        "uyên",
        "uyêt",
        "uyn",
        "uynh",
        "uyp",
        "uyt",
        "uyu",
        "ư",
        "ưa",
        "ưc",
        "ưi",
        "ưm",
        "ưn",
        "ưng",
        "ươc",
        "ươi",
        "ươm",
        "ươn",
        "ương",
        "ươp",
        "ươt",
        "ươu",
        "ưt",
        "ưu",
        "y",
        "yêm",
        "yên",
        "yêng",
        "yêt",
        "yêu",
        "ynh",
        "yt",
        "ych",
    ]
)

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_STOPS = ("c", "ch", "p", "t")
_OF_STOPS = frozenset(("\u0301", "\u0323"))
"""Before p, t, c and ch only two tones exist, and one of them is always written."""


@lru_cache(maxsize=1 << 14)
def is_syllable(word: str) -> bool:
    """Whether a word in lower case could be Vietnamese, its tone on the letter it belongs to."""
    letters: list[str] = []
    tones: list[tuple[int, str]] = []
    for mark in unicodedata.normalize("NFD", word):
        if mark in _TONES:
            tones.append((len(unicodedata.normalize("NFC", "".join(letters))) - 1, mark))
        else:
            letters.append(mark)
    plain = unicodedata.normalize("NFC", "".join(letters))
    if len(tones) > 1 or (plain.endswith(_STOPS) and not {tone for _, tone in tones} & _OF_STOPS):
        return False
    at = tones[0][0] if tones else None
    return any(plain.startswith(each) and _fits(each, plain[len(each) :], at) for each in _INITIALS)


def _fits(initial: str, rhyme: str, tone_at: int | None) -> bool:
    """Whether a rhyme exists and may stand behind this initial, and the tone of the word above this letter of it.

    k, gh and ngh are written before e, ê, i and y only; c, g and ng before the others.
    """
    if rhyme not in _RHYMES or not (tone_at is None or tone_at - len(initial) in _tone_places(rhyme)):
        return False
    is_front = rhyme[0] in "eêiy"
    if initial in {"k", "gh", "ngh"}:
        return is_front
    return not (is_front and initial in {"c", "ng"}) and not (initial == "g" and rhyme[0] in "eê")


@cache
def _tone_places(rhyme: str) -> tuple[int, ...]:
    """On which letter of a rhyme the tone is written; of oa, oe and uy there are two schools."""
    vowels = len(rhyme.rstrip("bcdghkmnpt"))
    if vowels < len(rhyme) or vowels == 1:
        return (vowels - 1,)
    if rhyme in {"oa", "oe", "uy"}:
        return (0, 1)
    marked = [place for place, letter in enumerate(rhyme) if letter in "âêôơư"]
    return (marked[-1],) if marked else (vowels // 2 if vowels == 3 else 0,)
