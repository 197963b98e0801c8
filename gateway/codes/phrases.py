"""The free text that says which units a unit was formed from (trước sáp nhập), as a small grammar.

    text    = "giữ nguyên" | item { separator item }
    item    = [ scope ] [ "các" ] [ unit word ] name { "(" remark ")" } [ tail ]
    scope   = "một phần diện tích … của" | "toàn bộ diện tích … của" | "phần còn lại của"
    remark  = "phần còn lại …" | "một phần" | [ "thuộc" ] unit word name [ ", tỉnh" name ] | anything else
    tail    = "sau khi sắp xếp …"

A scope holds for the items after it until the next scope or a tail; a remark holds for its item alone. A sentence after the
list says something else and is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from gateway.codes.names import UNIT_WORDS, folded, unit_word, without_unit_word

WHOLE, PART, REMAINDER = "whole", "part", "remainder"

ALIASES = {"tphcm": "thành phố Hồ Chí Minh"}
"""Abbreviations the text uses for names."""

_WORD = rf"(?:{'|'.join(UNIT_WORDS)})"
_TOKENS = re.compile(
    r"\((?P<remark>[^()]*)\)"
    r"|(?P<part>(?:sắp xếp )?một phần diện tích(?: tn| tự nhiên)?(?:,? (?:toàn b[ộố] )?quy mô dân số)?(?: của)*(?: các)?)\b"
    r"|(?P<whole>toàn bộ diện tích(?: tn| tự nhiên)?(?:, quy mô dân số)?(?: của)*(?: các)?)\b"
    r"|(?P<remainder>phần còn l[ạa]i(?: của?)?(?: các)?)\b"
    r"|(?P<tail>sau khi sắp xếp(?: theo quy định tại khoản \d+ điều này)?)"
    r"|(?P<separator>[,;]|(?-i: và ))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\. (?=[A-ZĐ])")
_PLACE = re.compile(rf"(?:thuộc )?({_WORD} .+)", re.IGNORECASE)
_REPEATED = re.compile(rf"^(?:các )?(?:{_WORD} )+(?={_WORD} )", re.IGNORECASE)
_INNER = re.compile(r" (?=(?:Xã|Phường|Thị trấn) [A-ZĐ])")


@dataclass(frozen=True)
class Mention:
    """A unit the text names. word: phường, xã …, empty when not written; then `assumed` is the word before it.

    relation: WHOLE, PART or REMAINDER as the text says. places: where it lies, as written in parentheses. said: the text.
    """

    word: str
    name: str
    relation: str
    said: str
    assumed: str = ""
    places: tuple[str, ...] = ()


def is_unchanged(text: str) -> bool:
    """Whether the text says that the unit was left as it was."""
    return folded(text) == folded("giữ nguyên")


def mentions(text: str) -> list[Mention]:
    """The units a text names, in its order; the same unit named twice in a row once."""
    reader = _Reader()
    text, at = _SENTENCE.split(text)[0], 0
    for token in _TOKENS.finditer(text):
        reader.item(text[at : token.start()])
        reader.token(token.lastgroup or "", token[token.lastgroup or 0])
        at = token.end()
    reader.item(text[at:])
    return list(dict.fromkeys(reader.found))


@dataclass
class _Reader:
    found: list[Mention] = field(default_factory=list)
    relation: str = WHOLE
    scope: str = ""

    def token(self, kind: str, text: str) -> None:
        """A scope, a remark, a tail or a separator."""
        if kind == "remark" and self.found:
            self.found[-1] = _remarked(self.found[-1], " ".join(text.split()))
        elif kind in {WHOLE, PART, REMAINDER}:
            self.relation, self.scope = kind, text.strip()
        elif kind == "tail":
            self.relation, self.scope = WHOLE, ""

    def item(self, text: str) -> None:
        """What stands between two tokens: one name, or none."""
        written = re.sub(r"^các ", "", text.strip(" ."))
        for piece in _INNER.split(_REPEATED.sub("", written)):
            if piece:
                self._name(ALIASES.get(piece.lower(), piece))

    def _name(self, piece: str) -> None:
        before = self.found[-1] if self.found else None
        word = unit_word(piece)
        assumed = "" if word or before is None else before.word or before.assumed
        said = f"{self.scope} … {piece}" if self.scope else piece
        self.found.append(Mention(word, without_unit_word(piece), self.relation, said, assumed))


def _remarked(mention: Mention, remark: str) -> Mention:
    said = f"{mention.said} ({remark})"
    if remark.lower().startswith("phần còn lại"):
        return replace(mention, relation=REMAINDER, said=said)
    if remark.lower().startswith("một phần"):
        return replace(mention, relation=PART, said=said)
    if place := _PLACE.fullmatch(remark):
        return replace(mention, places=(*mention.places, *(part.strip() for part in place[1].split(","))), said=said)
    return replace(mention, said=said)
