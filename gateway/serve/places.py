"""Tokens of places in a set, bound to the view that they were given for: rows of another view have other changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gateway.serve.cursors import After, Since, after_token, read_after, read_since, since_token
from gateway.serve.gate import Reading
from gateway.serve.problems import gone

_Place = TypeVar("_Place")


def since_of(reading: Reading, since: Since) -> str:
    """The token of a place in the changes."""
    return _marked(reading, since_token(reading.shared.name, since))


def after_of(reading: Reading, after: After) -> str:
    """The token of a place in the rows."""
    return _marked(reading, after_token(reading.shared.contract, after))


def since_said(reading: Reading, token: str) -> Since:
    """The place in the changes that a token names. Raises Refusal, `gone` when it was given for another view."""
    return _said(reading, token, lambda own: read_since(reading.shared.name, own))


def after_said(reading: Reading, token: str) -> After:
    """The place in the rows that a token names. Raises Refusal as above."""
    return _said(reading, token, lambda own: read_after(reading.shared.contract, own))


def _marked(reading: Reading, token: str) -> str:
    return f"{reading.view.mark}.{token}" if reading.view.mark else token


def _said(reading: Reading, token: str, read: Callable[[str], _Place]) -> _Place:
    mark, dot, own = token.rpartition(".")
    place = read(own)
    if (mark, bool(dot)) != (reading.view.mark, bool(reading.view.mark)):
        raise gone(reading.shared.name, reading.shared.version)
    return place
