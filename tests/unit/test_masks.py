"""What the masks of restricted and personal columns leave."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gateway.access.masks import FITS, mask

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("form", "value", "left"),
    [
        ("last_digits", "0900000123", "123"),
        ("last_digits", "012345", "345"),
        ("last_digits", "01234", None),
        ("last_digits", "", None),
        ("year", date(1990, 12, 31), "1990"),
        ("year", datetime(1990, 12, 31, 16, 59, 59, tzinfo=UTC), "1990"),
        ("year", datetime(1990, 12, 31, 17, tzinfo=UTC), "1991"),
    ],
)
def test_what_is_left(form: str, value: Any, left: str | None) -> None:
    assert mask(form, "column", KEY)(value) == left


@pytest.mark.parametrize("form", FITS)
def test_nothing_stays_nothing(form: str) -> None:
    assert mask(form, "column", KEY)(None) is None


def test_a_pseudonym_is_of_the_value_the_column_and_the_key() -> None:
    name = "Nguyễn Mẫu An"
    shown = mask("pseudonym", "name", KEY)(name)
    assert shown == mask("pseudonym", "name", KEY)(unicodedata.normalize("NFD", name))
    ways = [("other", KEY, name), ("name", bytes(32), name), ("name", KEY, "Nguyễn Mẫu Am")]
    assert len({shown, *(mask("pseudonym", column, key)(value) for column, key, value in ways)}) == 4
