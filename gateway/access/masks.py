"""The forms in which a reader may see a restricted or personal column (che dữ liệu): what a mask needs, and what it leaves.

A mask is not undone by the reader: a pseudonym is an HMAC under a key of this consumer alone, so that equal values can be joined
within its own sets and with nobody else's; the others leave too little to name a person.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import MAXYEAR, date, datetime
from typing import Any

from connectors.dates import VIETNAM

PLAIN, PSEUDONYM, LAST_DIGITS, YEAR = "plain", "pseudonym", "last_digits", "year"
"""The words of contracts."""

FITS: Mapping[str, frozenset[str]] = {
    PSEUDONYM: frozenset({"string"}),
    LAST_DIGITS: frozenset({"string"}),
    YEAR: frozenset({"date", "timestamp"}),
}
"""The masks, and the types of column that each fits. Every one leaves a text, or nothing where there was nothing."""

LEAVES: Mapping[str, tuple[str, str]] = {
    PSEUDONYM: ("a pseudonym stands for it", "thay bằng mã giả danh"),
    LAST_DIGITS: ("the last three digits only", "chỉ còn ba chữ số cuối"),
    YEAR: ("the year only", "chỉ còn năm"),
}
"""What each leaves, in words for its reader: English, Vietnamese."""

LEFT = 3
"""Digits that `last_digits` leaves: the last of the text, whatever stands between or behind them."""

FEWEST = 6
"""Of a text with fewer digits it leaves nothing: three would be most of the number, and letters are no part of one."""

Masked = Callable[[Any], str | None]


def mask(form: str, column: str, key: bytes) -> Masked:
    """What makes the masked value of one. column: whose name separates families: columns of one name, in whatever set, can be
    joined. key: the consumer's, used by pseudonyms alone.
    """
    if form == PSEUDONYM:
        return _pseudonym(column, key)
    return _OTHERS[form]


def _pseudonym(column: str, key: bytes) -> Masked:
    family = hmac.digest(key, f"pseudonym/{column}".encode(), hashlib.sha256)

    def shown(value: str | None) -> str | None:
        if value is None:
            return None
        said = unicodedata.normalize("NFC", value).strip().encode("utf-8", "surrogatepass")
        return hmac.digest(family, said, hashlib.sha256).hex()[:32]

    return shown


def _last_digits(value: str | None) -> str | None:
    digits = re.sub("[^0-9]", "", value or "")
    return digits[-LEFT:] if len(digits) >= FEWEST else None


def _year(value: date | None) -> str | None:
    """In Vietnam, where an instant may be of another year than in UTC; at the end of the calendar there is no other."""
    if isinstance(value, datetime) and value.year < MAXYEAR:
        value = value.astimezone(VIETNAM)
    return None if value is None else f"{value.year:04}"


_OTHERS: Mapping[str, Masked] = {LAST_DIGITS: _last_digits, YEAR: _year}
