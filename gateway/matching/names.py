"""How a name is read before it is compared, so that what only looks different is the same.

Unicode form (NFC or decomposed), capitals, accents (dấu), their place (hoá, hóa), i and y (kĩ, kỹ), punctuation, blanks, written
codes, "Thủ tục" in front and common abbreviations change nothing; accents are kept beside, for names that have them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
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

_AGENCY_HEADS = {
    *(("uy", "ban"), ("chu", "tich"), ("hoi", "dong"), ("cong", "an"), ("toa", "an"), ("chi", "cuc"), ("tong", "cuc")),
    *(("ngan", "hang"), ("kho", "bac"), ("van", "phong"), ("trung", "tam"), ("cang", "vu"), ("thanh", "tra")),
    *(("hai", "quan"), ("bao", "hiem"), ("ban", "quan"), ("bo", "phan"), ("chi", "nhanh"), ("co", "quan")),
}
_ONE_WORD_HEADS = {"so", "bo", "cuc", "phong", "thue"}
_BEFORE_AGENCY = {"tai", "cua", "do", "boi"}
_LONGEST_TAIL = 25
_ADMINISTRATIVE = ("hanh", "chinh")
_SAYS_NOTHING = {("doi", "voi"), ("thu", "tuc")}


@dataclass(frozen=True)
class Name:
    """A name that was read.

    words: without accents, abbreviations written out. marks: the same words with their accents. short: positions of what may be
    an abbreviation nobody wrote out. tail: from where the words may be an agency that was appended (len(words) if none are).
    received: its letters as they came. letters: those in NFC without "Thủ tục" in front, up to the tail and in all.
    code: the procedure code written in it, or "".
    """

    text: str
    words: tuple[str, ...]
    marks: tuple[str, ...]
    short: tuple[int, ...]
    tail: int
    received: int
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


def read(written: str, agencies: Sequence[str] = ()) -> Name:
    """Read a name as it was received; `agencies`: those its row names, which may stand behind it."""
    whole = unicodedata.normalize("NFC", written).strip()
    found = PROCEDURE_CODE.search(whole)
    text = _AGENCY_CODE.sub(" ", PROCEDURE_CODE.sub(" ", whole)).rstrip()
    words = _words(text)
    plain = [word.plain for word in words]
    tail = min([_tail(words), *(_ending(plain, plain_words(agency)) for agency in agencies)])
    begins = words[0].start if words else 0
    return Name(
        text=" ".join(fold(text)[0].split()),
        words=tuple(plain),
        marks=tuple(word.marked for word in words),
        short=tuple(at for at, word in enumerate(words) if word.may_be_short),
        tail=tail,
        received=len(written.strip()),
        letters=((words[tail].start if tail < len(words) else len(text)) - begins, len(text) - begins),
        has_accents=fold(text)[1],
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


@lru_cache(maxsize=16384)
def plain_words(text: str) -> tuple[str, ...]:
    """The words of a text (a field, an agency) without accents, abbreviations written out."""
    return tuple(word.plain for word in _words(unicodedata.normalize("NFC", text)))


@dataclass(frozen=True, slots=True)
class _Word:
    """start: its place in the text. follows_break: punctuation stands before it."""

    plain: str
    marked: str
    start: int
    follows_break: bool = False
    may_be_short: bool = False


def _words(text: str) -> list[_Word]:
    """The words of a text in NFC that can tell two names apart."""
    words: list[_Word] = []
    all_capitals, end = text.isupper(), 0
    for found in _WORD.finditer(text):
        start, written = found.start(), found[0]
        breaks = bool(text[end:start].strip())
        plain, marked = read_word(written)
        if written_out := _written_out(plain, written):
            first, *more = (read_word(each) for each in written_out)
            words.append(_Word(*first, start, breaks))
            words.extend(_Word(*each, start) for each in more)
        else:
            words.append(_Word(plain, marked, start, breaks, _may_be_short(written, plain, all_capitals)))
        end = found.end()
    return _telling(words)


def _written_out(plain: str, written: str) -> tuple[str, ...]:
    """The words an abbreviation stands for; not those of DN where ĐN is written."""
    words = WRITTEN_OUT.get(plain, ())
    dashed = written.lower().count("đ")
    return words if not dashed or dashed == sum(word.startswith("đ") for word in words) else ()


def _telling(words: list[_Word]) -> list[_Word]:
    """Without "đối với" and "thủ tục" anywhere, and "hành chính" behind a "thủ tục" in front."""
    kept: list[_Word] = []
    front = False
    for word in words:
        kept.append(word)
        last = _two(kept, len(kept) - 2) if len(kept) > 1 else ()
        if last in _SAYS_NOTHING or (front and len(kept) == 2 and last == _ADMINISTRATIVE):
            del kept[-2:]
            front = not kept
    return kept


def _may_be_short(written: str, word: str, all_capitals: bool) -> bool:
    if not 2 <= len(word) <= 8 or not word.isalpha():
        return False
    return (written.isupper() and not all_capitals) or not set(word) & set("aeiouy")


def _tail(words: list[_Word]) -> int:
    """Where an agency may begin: at its first word, behind punctuation or a word such as tại (at), else anywhere."""
    anywhere = len(words)
    for at in range(len(words) - 1, max(2, len(words) - _LONGEST_TAIL) - 1, -1):
        if _two(words, at) in _AGENCY_HEADS or words[at].plain in _ONE_WORD_HEADS:
            connected = words[at - 1].plain in _BEFORE_AGENCY
            if words[at].follows_break or connected or _two(words, at) in _AGENCY_HEADS:
                anywhere = at - connected
    return anywhere


def is_head(words: Sequence[str], at: int) -> bool:
    """Whether the name of an agency may begin there."""
    return words[at] in _ONE_WORD_HEADS or tuple(words[at : at + 2]) in _AGENCY_HEADS


def _two(words: list[_Word], at: int) -> tuple[str, ...]:
    return tuple(word.plain for word in words[at : at + 2])


def _ending(words: list[str], agency: tuple[str, ...]) -> int:
    """Where the agency begins, if the words end in it."""
    begins = len(words) - len(agency)
    return begins if agency and begins >= 2 and tuple(words[begins:]) == agency else len(words)
