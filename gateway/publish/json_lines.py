"""JSON Lines: the bytes of which a set's file and its changes are made, and of which its hash is, whether there is a file or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def lines(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Each row as a line. names: of its columns, in their order."""
    return b"".join(line(dict(zip(names, row, strict=True))) for row in rows)


def line(content: dict[str, Any]) -> bytes:
    """One object and the end of its line; an amount is a number with the digits that it has."""
    return _ENCODER.encode(content) + b"\n"
