"""How a name is read before it is compared, so that what only looks different is the same.

Unicode form (NFC or decomposed), capitals, accents (dấu), their place (hoá, hóa), i and y (kĩ, kỹ), punctuation, blanks, written
codes, "Thủ tục" in front and common abbreviations change nothing; accents are kept beside, for names that have them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache

from gateway.matching.abbreviations import WRITTEN_OUT

PROCEDURE_CODE = re.compile(r"(?<![\d.])(\d\.\d{6})(?:\.\d{2,3})*(?:\.[GH]\d{2}(?:[.-]\d{1,3})*)?(?!\d)", re.IGNORECASE)
"""A procedure code in any of its styles: 1.001193, 1.001193.H56, 1.001193.000.00.00.H56; the group is the national part."""

_AGENCY_CODE = re.compile(
    r"\.?(?<!\d)\d{3}\.\d{2}\.\d{2}\.[GH]\d{2}\b|(?<![^\W_])[GH]\d{2}(?:[.-]\d{1,3})*\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+")
_ENDS_IN_Y = re.compile(r"([bcdghklmnprstvx]+|qu)y")
_FRONT = (("thu", "tuc"), ("hanh", "chinh"))

_AGENCY_HEADS = {
    *(("uy", "ban"), ("chu", "tich"), ("hoi", "dong"), ("cong", "an"), ("toa", "an"), ("chi", "cuc"), ("tong", "cuc")),
    *(("ngan", "hang"), ("kho", "bac"), ("van", "phong"), ("trung", "tam"), ("cang", "vu"), ("thanh", "tra")),
    *(("hai", "quan"), ("bao", "hiem"), ("ban", "quan"), ("bo", "phan"), ("chi", "nhanh"), ("co", "quan")),
}
_ONE_WORD_HEADS = {"so", "bo", "cuc", "phong", "thue"}
_BEFORE_AGENCY = {"tai", "cua", "do", "boi"}
_LONGEST_TAIL = 25


@dataclass(frozen=True)
class Name:
    """A name that was read.

    words: without accents, abbreviations written out. marks: the same words with their accents. short: positions of what may be
    an abbreviation nobody wrote out. tail: from where the words may be an agency that was appended (len(words) if none are).
    letters: how long the text was, in its longer Unicode form and in NFC. code: the procedure code written in it, or "".
    """

    text: str
    words: tuple[str, ...]
    marks: tuple[str, ...]
    short: tuple[int, ...]
    tail: int
    letters: tuple[int, int]
    has_accents: bool
    code: str

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each word stands in it."""
        return Counter(self.words)

    @cached_property
    def initials(self) -> str:
        """The first letter of each word."""
        return "".join(word[0] for word in self.words)


def read(written: str) -> Name:
    """Read a name as it was received."""
    whole = unicodedata.normalize("NFC", written).strip()
    found = PROCEDURE_CODE.search(whole)
    text = _AGENCY_CODE.sub(" ", PROCEDURE_CODE.sub(" ", whole))
    words, marks, short, breaks = _words(text)
    front = _front(words)
    words, marks, breaks = words[front:], marks[front:], {at - front for at in breaks}
    return Name(
        text=" ".join(fold(text)[0].split()),
        words=tuple(words),
        marks=tuple(marks),
        short=tuple(at - front for at in short if at >= front),
        tail=_tail(words, breaks),
        letters=(len(written.strip()), len(whole)),
        has_accents=any(word != mark for word, mark in zip(words, marks, strict=True)) and fold(text)[1],
        code=found[1] if found else "",
    )


def fold(text: str) -> tuple[str, bool]:
    """A text in small letters without accents, and whether it had any."""
    small = unicodedata.normalize("NFD", text.lower())
    bare = "".join(letter for letter in small if not unicodedata.combining(letter)).replace("đ", "d")
    return bare, bare != small


@lru_cache(maxsize=65536)
def read_word(word: str) -> tuple[str, str]:
    """A word without accents, and with them in an order that does not depend on where they were set (hoá, hóa)."""
    small = unicodedata.normalize("NFD", word.lower())
    bare, _ = fold(word)
    marks = sorted(letter for letter in small if letter == "đ" or unicodedata.combining(letter))
    if _ENDS_IN_Y.fullmatch(bare):
        bare = f"{bare[:-1]}i"
    return bare, bare + "".join(marks)


def plain_words(text: str) -> list[str]:
    """The words of a text (a field, an agency) without accents, abbreviations written out."""
    return _words(unicodedata.normalize("NFC", text))[0]


def _words(text: str) -> tuple[list[str], list[str], list[int], set[int]]:
    """Words, words with accents, positions of possible abbreviations, positions that follow a break."""
    words: list[str] = []
    marks: list[str] = []
    short: list[int] = []
    breaks: set[int] = set()
    all_capitals, end = text.isupper(), 0
    for found in _WORD.finditer(text):
        if any(not letter.isspace() for letter in text[end : found.start()]):
            breaks.add(len(words))
        end = found.end()
        word, mark = read_word(found[0])
        if written_out := WRITTEN_OUT.get(word):
            pairs = [read_word(each) for each in written_out]
        else:
            pairs = [(word, mark)]
            if _may_be_short(found[0], word, all_capitals):
                short.append(len(words))
        words.extend(each for each, _ in pairs)
        marks.extend(each for _, each in pairs)
    return words, marks, short, breaks


def _may_be_short(written: str, word: str, all_capitals: bool) -> bool:
    if not 2 <= len(word) <= 8 or not word.isalpha():
        return False
    return (written.isupper() and not all_capitals) or not set(word) & set("aeiouy")


def _front(words: list[str]) -> int:
    """How many words in front only say that this is a procedure: "Thủ tục", "Thủ tục hành chính", also twice."""
    at = 0
    while tuple(words[at : at + 2]) == _FRONT[0]:
        at += 2
        if tuple(words[at : at + 2]) == _FRONT[1]:
            at += 2
    return at if at < len(words) else 0


def _tail(words: list[str], breaks: set[int]) -> int:
    for at in range(max(2, len(words) - _LONGEST_TAIL), len(words)):
        if (at in breaks or words[at - 1] in _BEFORE_AGENCY) and _is_head(words, at):
            return at
    return len(words)


def _is_head(words: list[str], at: int) -> bool:
    return words[at] in _ONE_WORD_HEADS or tuple(words[at : at + 2]) in _AGENCY_HEADS
