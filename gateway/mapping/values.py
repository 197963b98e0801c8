"""The types of the mapping language: each turns what portals write into one Python value, or raises Unfit.

Absent values (None and "") never come here; a field's `required` deals with them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connectors import garbled
from gateway.mapping.reject import Unfit

Convert = Callable[[Any], Any]


def text(value: Any) -> str:
    """Text, in Unicode NFC and otherwise exactly as received; refused when it was read by a wrong table somewhere."""
    if value.__class__ is not str:
        raise Unfit(f"expected text, found {_kind(value)}")
    if "\0" in value:
        raise Unfit("text holds a NUL character")
    if value.isascii():
        return value
    if garbled.is_wholly_suspect(value) and (encoding := garbled.named(value)):
        raise Unfit(f"text in {encoding}")
    return value if unicodedata.is_normalized("NFC", value) else unicodedata.normalize("NFC", value)


def line(value: Any) -> str:
    """Text on one line: outer blanks gone, inner runs of blanks and line breaks become one blank."""
    return " ".join(text(value).split())


LONGEST_CODE = 600
"""Codes are keys, and PostgreSQL's index entries hold 2,704 bytes; addresses of documents are codes, too."""


def code(value: Any) -> str:
    """A code: text or a whole number; outer blanks do not belong to it."""
    written = str(value) if value.__class__ is int else text(value).strip()
    if len(written) > LONGEST_CODE:
        raise Unfit(f"a code of more than {LONGEST_CODE} characters")
    return written


LARGEST_INTEGER = 2**31 - 1
"""What a column of ours (PostgreSQL's integer) holds."""

MOST_DIGITS = 30
"""Before or after the point of a number; what is longer is a slip, and would break the whole load."""


def integer(value: Any) -> int:
    """A whole number, also written as text."""
    written = value.__class__ is str and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", value)
    if not (written or value.__class__ is int):
        raise Unfit(f"expected a whole number, found {_kind(value)}")
    number = int(value)
    if abs(number) > LARGEST_INTEGER:
        raise Unfit("a whole number that is too large")
    return number


def decimal(value: Any) -> Decimal:
    """A number, also written as text with a point or a comma before the fraction."""
    if value.__class__ is int or value.__class__ is Decimal:
        return _bounded(Decimal(value))
    if value.__class__ is str and re.fullmatch(r"\s*[+-]?\d+([.,]\d+)?\s*", value):
        return _bounded(Decimal(value.strip().replace(",", ".")))
    raise Unfit(f"expected a number, found {_kind(value)}")


def _bounded(number: Decimal) -> Decimal:
    if number.adjusted() >= MOST_DIGITS or int(number.as_tuple().exponent) < -MOST_DIGITS:
        raise Unfit(f"a number with more than {MOST_DIGITS} digits")
    return number


_NOTHING_TO_PAY = {"không", "không thu", "không thu phí", "miễn phí", "không có"}


def money(value: Any) -> Decimal:
    """An amount of đồng: a number, `1.000.000` or `120,000 VNĐ` (groups of three), or `Không` (nothing to pay: 0).

    `1.5` or `1,50` are refused: whether that is a fraction or a slip cannot be told.
    """
    if value.__class__ is int or value.__class__ is Decimal:
        return _bounded(Decimal(value))
    written = line(value).lower()
    if written in _NOTHING_TO_PAY:
        return Decimal(0)
    found = re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+|\d+)\s*(?:đồng|vnđ|vnd|đ)?", written)
    if not found:
        raise Unfit("not an amount of money")
    return _bounded(Decimal(re.sub(r"[.,]", "", found[1])))


_TRUE = {"1", "true", "có", "yes", "y", "x"}
_FALSE = {"0", "false", "không", "no", "n"}


def boolean(value: Any) -> bool:
    """Yes or no in every spelling seen: true, 1, "1", "True", "Có" …"""
    if value.__class__ is bool:
        return bool(value)
    # Of anything else not even the text is made: a list may be nested deeper than Python can write.
    written = str(value).strip().lower() if isinstance(value, str | int | Decimal) else ""
    if written in _TRUE:
        return True
    if written in _FALSE:
        return False
    raise Unfit(f"expected yes or no, found {_kind(value)}")


def html(value: Any) -> str:
    """The text of an HTML fragment: tags gone, paragraphs and line breaks kept as line breaks."""
    written = text(value)
    if "<" not in written and "&" not in written:
        return written
    return text("\n".join(filter(None, (" ".join(part.split()) for part in _shown_text(written).splitlines()))))


def _shown_text(written: str) -> str:
    """What a browser would show, with line breaks."""
    # lxml's HTML parser is needed by few streams, so it is loaded by them only.
    from lxml import etree
    from lxml import html as lxml_html

    # As bytes, so that an encoding declared inside is of no account; without the limits beyond which text is lost in silence.
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = lxml_html.document_fromstring(written.encode(), parser=parser)
    except etree.ParserError:
        return ""  # nothing but comments or declarations
    if parser.error_log.filter_from_fatals():
        raise Unfit("HTML that is nested too deep")
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            pieces.append(element.text or "")
        else:
            pieces.append(("\n" if element.tag in _LINES else "") + (element.tail or ""))
    return "".join(pieces)


_LINES = frozenset(("br", "p", "div", "li", "tr"))
"""Elements that end a line."""


def number_text(value: Any) -> str:
    """A number or text kept as it was written, where only a person can read it (`Theo quy định`)."""
    return str(value) if value.__class__ is int or value.__class__ is Decimal else text(value)


PLAIN: dict[str, Convert] = {
    "text": text,
    "line": line,
    "code": code,
    "int": integer,
    "decimal": decimal,
    "money": money,
    "bool": boolean,
    "html": html,
    "as_written": number_text,
}
"""Types that need no format."""


def _kind(value: Any) -> str:
    names: dict[type, str] = {
        dict: "an object",
        list: "a list",
        bool: "true or false",
        int: "a number",
        str: "other text",
    }
    return names.get(type(value), type(value).__name__)
