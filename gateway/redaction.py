"""What may be shown of a record: what a mapping reads and does not call personal; of all else only its shape."""

from __future__ import annotations

import unicodedata
from typing import Any

import msgspec

from connectors import decode
from gateway.mapping.compile import Mapping
from gateway.mapping.reject import shown
from gateway.sources import is_in, sources

LONG = 10_000
"""Bytes of a member beyond which a sample only says how long it is."""

DEEP = 20
"""Levels of a member that a sample shows: who nests deeper would exhaust Python before a record is judged."""

_encode = msgspec.json.Encoder(decimal_format="number").encode


class Redaction:
    """For the records of one stream. What nobody has looked at may hold a name: only what is used can be shown."""

    def __init__(self, mapping: Mapping) -> None:
        used = list(sources(mapping))
        self._readable = tuple(each.path for each in used)
        # Being used by another column too is no excuse.
        self._personal = tuple(each.path for each in used if each.is_personal)

    def redacted(self, value: Any, path: str = "") -> Any:
        """The value at a dotted path of a record (the whole record when none is named), with letters as x and digits as 0."""
        if isinstance(value, dict):
            return {name: self.redacted(each, f"{path}.{name}" if path else name) for name, each in value.items()}
        if isinstance(value, list):
            return [self.redacted(each, path) for each in value]
        return value if self._is_shown(path) else masked(value)

    def sample(self, name: str, raw: msgspec.Raw) -> str:
        """A top member that is not as the mapping expects, as short JSON. Stricter than `redacted`.

        Only what stands exactly where the mapping reads is shown: the inside of what was a text before is unknown too, and so
        are its names.
        """
        data = bytes(raw)
        if len(data) > LONG:
            return f"({len(data)} bytes)"
        try:
            value = decode.plain(raw)
        except decode.BrokenAnswer:
            return f"(not readable, {len(data)} bytes)"
        return shown(_encode(self._strictly(value, name)).decode(), False)

    def _strictly(self, value: Any, path: str, level: int = 0) -> Any:
        if isinstance(value, dict | list) and level >= DEEP:
            return "…"
        if isinstance(value, dict):
            inner = {name: (f"{path}.{name}", value[name]) for name in value}
            return {self._name(at, name): self._strictly(each, at, level + 1) for name, (at, each) in inner.items()}
        if isinstance(value, list):
            return [self._strictly(each, f"{path}.*", level + 1) for each in value]
        return value if path in self._readable and self._is_shown(path) else masked(value)

    def _name(self, path: str, name: str) -> str:
        return name if any(is_in(known, path) for known in self._readable) else str(masked(name))

    def _is_shown(self, path: str) -> bool:
        is_used = any(is_in(path, known) for known in self._readable)
        return is_used and not any(is_in(path, secret) for secret in self._personal)


def masked(value: Any) -> Any:
    """Texts keep their shape, numbers become 0."""
    if isinstance(value, str):
        return "".join(map(_shape, value))
    return value if value is None or isinstance(value, bool) else 0


def _shape(sign: str) -> str:
    """Marks too: in decomposed Unicode (Nguyê + ̃ + n) they are signs of their own."""
    return {"L": "x", "M": "x", "N": "0"}.get(unicodedata.category(sign)[0], sign)
