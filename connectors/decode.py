"""Bytes → plain values. Records are cut out of a page as untouched bytes first, so that a record already known by its
hash is never parsed, and the hash covers exactly what the portal sent.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import msgspec

from connectors.errors import LoginPage, RetriablePortalError

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])
# Money must not pass through binary floating point.
_value = msgspec.json.Decoder(float_hook=Decimal)

Envelope = dict[str, msgspec.Raw]

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidOperation)
"""What comes of bytes that are no JSON, of texts in them that are not UTF-8, of too much nesting, and of a number whose
exponent has more than 18 digits."""

_BOM = b"\xef\xbb\xbf"
WHOLE = "."
"""A path that means the answer itself."""


class BrokenAnswer(RetriablePortalError):
    """The bytes are not the document the contract promises (cut off, or of another kind)."""


def envelope(body: bytes) -> Envelope:
    """The members of a JSON object, each still as bytes. Raises BrokenAnswer, or LoginPage for an HTML page.

    An HTML page in place of data is nearly always a login page served with status 200.
    """
    body = body.removeprefix(_BOM)
    if body.lstrip()[:1] == b"<":
        raise LoginPage(
            f"an HTML or XML page of {len(body)} bytes came in place of JSON, probably the login page",
            do="check the address and the credentials of the connection",
        )
    return members(body)


def members(raw: bytes | msgspec.Raw) -> Envelope:
    """The members of a JSON object, each still as bytes. Raises BrokenAnswer."""
    try:
        return _object.decode(raw)
    except UNREADABLE as error:
        raise BrokenAnswer(
            f"not a complete JSON object ({memoryview(raw).nbytes} bytes; {_place(error)})",
            do="try again later; if it stays, compare the answer with the portal's contract",
        ) from None


def value(answer: Envelope, path: str) -> Any:
    """The decoded value at a dotted path in an envelope; None where it is absent."""
    head, _, rest = path.partition(".")
    raw = answer.get(head)
    if raw is None:
        return None
    found = plain(raw)
    for step in rest.split(".") if rest else ():
        found = found.get(step) if isinstance(found, dict) else None
    return found


def whole(body: bytes) -> list[msgspec.Raw]:
    """The records of an answer that is itself the list, or the one record. Raises as `envelope` does."""
    body = body.removeprefix(_BOM)
    if body.lstrip()[:1] != b"[":
        envelope(body)
        return [msgspec.Raw(body)]
    return _list(msgspec.Raw(body), "the answer")


def records(answer: Envelope, path: str) -> list[msgspec.Raw]:
    """The records of a page as bytes. A single object counts as a list of one; an absent member is a broken answer."""
    head, _, rest = path.partition(".")
    raw = answer.get(head)
    if raw is None:
        raise BrokenAnswer(
            f"the answer has no member {head!r} (it has {', '.join(sorted(answer)) or 'none'})",
            do="compare `records` in the mapping with the portal's contract",
        )
    if rest:
        return records(envelope(bytes(raw)), rest)
    return [raw] if bytes(memoryview(raw)[:1]) == b"{" else _list(raw, f"member {head!r}")


def list_alone(body: bytes, path: str) -> list[msgspec.Raw] | None:
    """The list at a path, as `records(envelope(body), path)` gives it, in one look at the bytes instead of two.

    None for anything that is not plainly an object with a list there: the careful way then says what it is.
    """
    steps = tuple(path.split("."))
    try:
        found = _reader(steps).decode(body)
    except UNREADABLE:
        return None
    for _ in steps:
        found = found.inner
    held: list[msgspec.Raw] = found
    return held


@cache
def _reader(path: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    """Reads the member at a path and passes over all others."""
    kind: Any = list[msgspec.Raw]
    for name in reversed(path):
        kind = msgspec.defstruct("Answer", [("inner", kind)], rename={"inner": name})
    return msgspec.json.Decoder(kind)


def record(raw: msgspec.Raw) -> dict[str, Any]:
    """One record as a plain dict; fractions come as Decimal. Raises BrokenAnswer when it is not an object."""
    found = plain(raw)
    if not isinstance(found, dict):
        raise BrokenAnswer(f"a record is a {type(found).__name__}, not an object")
    return found


def plain(raw: msgspec.Raw) -> Any:
    """Any value; fractions come as Decimal. Raises BrokenAnswer."""
    try:
        return _value.decode(raw)
    except UNREADABLE as error:
        raise BrokenAnswer(
            f"a value cannot be read ({memoryview(raw).nbytes} bytes; {_place(error)})",
            do="compare the answer with the portal's contract",
        ) from None


def _list(raw: msgspec.Raw, name: str) -> list[msgspec.Raw]:
    try:
        return _array.decode(raw)
    except UNREADABLE as error:
        raise BrokenAnswer(
            f"{name} is not a list of records ({_place(error)})", do="compare it with the portal's contract"
        ) from None


def _place(error: BaseException) -> str:
    """Msgspec names the byte at which it stopped and never quotes the payload."""
    if isinstance(error, UnicodeDecodeError):
        return "a text in it is not UTF-8"
    if isinstance(error, InvalidOperation):
        return "a number in it is beyond all bounds"
    return str(error) if isinstance(error, msgspec.DecodeError) else "nested too deep"
