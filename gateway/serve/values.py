"""Values as readers write them in an address, by the type of their column."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gateway.serve.problems import Said

FORMS = {
    "string": Said("send text without NUL characters", "gửi văn bản không có ký tự NUL"),
    "array": Said("send one text that the list has", "gửi một giá trị có trong danh sách"),
    "boolean": Said("send true or false", "gửi true hoặc false"),
    "integer": Said("send a whole number", "gửi số nguyên"),
    "number": Said("send a number such as 12.5", "gửi số, ví dụ 12.5"),
    "date": Said("send a date such as 2026-11-27", "gửi ngày, ví dụ 2026-11-27"),
    "timestamp": Said(
        "send an instant with its zone such as 2026-11-27T17:00:00Z (write + as %2B)",
        "gửi thời điểm có múi giờ, ví dụ 2026-11-27T17:00:00Z (dấu + viết là %2B)",
    ),
}
"""What to write, by type."""

_WHOLE = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def value(kind: str, text: str) -> Any:
    """The value that a text means. kind: a column's type. Texts are in Unicode NFC, as rows are. Raises ValueError."""
    return _READ[kind](text)


def _text(text: str) -> str:
    if "\0" in text:
        raise ValueError
    return unicodedata.normalize("NFC", text)


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text] if text in {"true", "false"} else _refuse()


def _integer(text: str) -> int:
    number = int(text) if _WHOLE.fullmatch(text) else _refuse()
    return number if -(2**63) <= number < 2**63 else _refuse()


def _number(text: str) -> Decimal:
    return Decimal(text) if _NUMBER.fullmatch(text) else _refuse()


def _date(text: str) -> date:
    return date.fromisoformat(text) if _DATE.fullmatch(text) else _refuse()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else _refuse()


def _refuse() -> Any:
    raise ValueError


_READ = {
    "string": _text,
    "array": _text,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "timestamp": _instant,
}
