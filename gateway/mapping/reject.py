"""Why a record cannot become a row: it goes to quarantine whole, with reason, path and value."""

from __future__ import annotations

import hashlib


class Unfit(Exception):
    """A value is not what its type says; `reason` is a short sentence without the value."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Reject(Exception):
    """A record is refused. `value` is already fit to be shown: see `shown`."""

    def __init__(self, reason: str, path: str, value: str) -> None:
        self.reason, self.path, self.value = reason, path, value
        super().__init__(reason, path, value)


def shown(value: object, personal: bool) -> str:
    """A value for a person to see: shortened, and only its size and hash when it is personal data."""
    text = value if isinstance(value, str) else _written(value)
    if personal:
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
        return f"({len(text)} characters, sha256 {digest}…)"
    # PostgreSQL's text holds no NUL, and no half of a surrogate pair.
    text = text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode()
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text)} characters)"


def _written(value: object) -> str:
    """A value as Python writes it; lists nested a thousand levels deep are more than Python can."""
    try:
        return repr(value)
    except RecursionError:
        return f"a {type(value).__name__} nested too deep to be shown"
