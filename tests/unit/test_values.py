"""Each type of the mapping language takes every spelling portals use, and refuses the rest."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connectors import garbled
from gateway.mapping import values
from gateway.mapping.reject import Unfit, shown

DECOMPOSED = unicodedata.normalize("NFD", "Đăng ký hộ tịch")

DEEP: list[Any] = []
for _ in range(5000):
    DEEP = [DEEP]

TAKES: list[tuple[Callable[[Any], Any], Any, Any]] = [
    (values.text, "Đăng ký  hộ tịch\n", "Đăng ký  hộ tịch\n"),
    (values.text, DECOMPOSED, "Đăng ký hộ tịch"),
    (values.line, " Đăng ký\r\n  hộ\ttịch ", "Đăng ký hộ tịch"),
    (values.line, "Cấp\u00a0lại", "Cấp lại"),
    (values.code, " 1.000005 ", "1.000005"),
    (values.text, "Sở NguyÔn V¨n §øc", "Sở NguyÔn V¨n §øc"),  # one good word in it: left as it is
    (values.code, "9" * 600, "9" * 600),
    (values.code, 17, "17"),
    (values.code, 0, "0"),
    (values.integer, 3, 3),
    (values.integer, " 12 ", 12),
    (values.integer, "-4", -4),
    (values.integer, 2**31 - 1, 2**31 - 1),
    (values.decimal, 3, Decimal(3)),
    (values.decimal, "0." + "0" * 29 + "1", Decimal("1e-30")),
    (values.decimal, "9" * 30, Decimal("9" * 30)),
    (values.decimal, "0,5", Decimal("0.5")),
    (values.decimal, " 2.25 ", Decimal("2.25")),
    (values.decimal, Decimal("0.1"), Decimal("0.1")),
    (values.money, 5000, Decimal(5000)),
    (values.money, "8000", Decimal(8000)),
    (values.money, "1.000.000", Decimal(1000000)),
    (values.money, "120,000 VNĐ", Decimal(120000)),
    (values.money, "50.000 đồng", Decimal(50000)),
    (values.money, "50.000đ", Decimal(50000)),
    (values.money, "Không", Decimal(0)),
    (values.money, "không  thu phí", Decimal(0)),
    (values.money, "Miễn phí", Decimal(0)),
    (values.money, unicodedata.normalize("NFD", "Không"), Decimal(0)),
    (values.money, 0, Decimal(0)),
    *((values.boolean, written, True) for written in (True, 1, "1", "true", "True", " CÓ ", "yes", "Y", "x")),
    *((values.boolean, written, False) for written in (False, 0, "0", "false", "FALSE", "Không", "no", "N")),
    (values.html, "không có thẻ", "không có thẻ"),
    (values.html, "một<br>hai<br/>ba", "một\nhai\nba"),
    (values.html, "<p>Một  dòng</p><p>dòng&nbsp;hai &amp; ba</p>", "Một dòng\ndòng hai & ba"),
    (values.html, "<ul><li>a</li><li>b</li></ul>", "a\nb"),
    (values.html, "x &lt; 5", "x < 5"),
    (values.html, "<!-- nichts -->", ""),
    (values.html, "<!DOCTYPE html>", ""),
    (values.html, "<html>", ""),
    (values.html, "<html><body><p>a</p></body></html>", "a"),
    (values.html, "<script>một", "một"),
    (values.html, "\x01<b>một</b>", "\x01một"),
    (values.html, "một<br>&#1;hai", "một\n\x01hai"),
    (values.html, "mộ<!-- x -->t<?php y ?> <i>hai</i> ba", "một hai ba"),
    (values.html, "e&#x301;<br>", "é"),
    (values.html, "<?xml version='1.0' encoding='utf-16'?><b>ế</b>", "ế"),
    (values.html, "<meta charset='windows-1252'><b>ế</b>", "ế"),
    (values.html, "<b>" * 200 + "một", "một"),
    (values.html, "<p>" + "x" * 11_000_000, "x" * 11_000_000),
    (values.number_text, 5000, "5000"),
    (values.number_text, Decimal("0.50"), "0.50"),
    (values.number_text, "Theo quy định", "Theo quy định"),
]


@pytest.mark.parametrize(("convert", "written", "meant"), TAKES)
def test_it_takes(convert: Callable[[Any], Any], written: Any, meant: Any) -> None:
    found = convert(written)
    assert found == meant
    assert type(found) is type(meant)


REFUSES: list[tuple[Callable[[Any], Any], Any]] = [
    *(
        (convert, value)
        for convert in (values.text, values.line, values.code, values.html)
        for value in ({}, [], True, Decimal(1), None, "a\0b")
    ),
    (values.text, 5),
    *(
        (values.integer, value)
        for value in ("", "hai", "1.0", "1 000", Decimal("1.5"), True, None, [], "9" * 19, 2**31, "-2147483648")
    ),
    *(
        (values.decimal, value)
        for value in (
            "",
            "năm",
            "1.000.000",
            "1e5",
            "NaN",
            "Infinity",
            True,
            None,
            {},
            Decimal("1e40"),
            "0." + "0" * 40 + "1",
            "9" * 31,
        )
    ),
    *(
        (values.money, value)
        for value in (
            "1.5",
            "1,50",
            "10.00",
            "1.000,50",
            "Theo quy định",
            "1000.000",
            "-5",
            "5 USD",
            "",
            True,
            None,
            [],
            "9" * 31,
        )
    ),
    *((values.boolean, value) for value in ("", "2", "maybe", None, [], 2)),
    *((values.number_text, value) for value in (True, None, [])),
    (values.html, "<b>" * 3000 + "một"),
    (values.code, 10**600),
]


@pytest.mark.parametrize(("convert", "written"), REFUSES)
def test_it_refuses(convert: Callable[[Any], Any], written: Any) -> None:
    with pytest.raises(Unfit) as caught:
        convert(written)
    assert caught.value.reason
    assert len(str(written)) < 3 or str(written) not in caught.value.reason or isinstance(written, bool | None)


REASONS: list[tuple[Callable[[Any], Any], Any, str]] = [
    (values.text, {}, "expected text, found an object"),
    (values.text, [], "expected text, found a list"),
    (values.text, True, "expected text, found true or false"),
    (values.text, 5, "expected text, found a number"),
    (values.text, Decimal(1), "expected text, found Decimal"),
    (values.text, "a\0b", "text holds a NUL character"),
    (values.text, "NguyÔn", f"text in {garbled.named('NguyÔn')}"),
    (values.code, "9" * 601, "a code of more than 600 characters"),
    (values.integer, "hai", "expected a whole number, found other text"),
    (values.integer, True, "expected a whole number, found true or false"),
    (values.integer, 2**31, "a whole number that is too large"),
    (values.decimal, "năm", "expected a number, found other text"),
    (values.decimal, [], "expected a number, found a list"),
    (values.decimal, "9" * 31, "a number with more than 30 digits"),
    (values.money, "1.5", "not an amount of money"),
    (values.boolean, 2, "expected yes or no, found a number"),
    (values.boolean, "maybe", "expected yes or no, found other text"),
    (values.html, "<b>" * 3000, "HTML that is nested too deep"),
]


@pytest.mark.parametrize(("convert", "written", "reason"), REASONS)
def test_the_reason_is_told(convert: Callable[[Any], Any], written: Any, reason: str) -> None:
    with pytest.raises(Unfit) as caught:
        convert(written)
    assert caught.value.reason == reason


def test_a_list_nested_too_deep_to_be_written_is_refused() -> None:
    with pytest.raises(Unfit, match="expected yes or no, found a list"):
        values.boolean(DEEP)


def test_every_type_of_the_language_is_a_converter() -> None:
    assert set(values.PLAIN) == {"text", "line", "code", "int", "decimal", "money", "bool", "html", "as_written"}


def test_money_never_passes_through_floating_point() -> None:
    assert values.decimal(Decimal("0.1")) + values.decimal("0,2") == Decimal("0.3")


def test_a_long_value_is_shown_shortened() -> None:
    assert shown("a" * 300, personal=False) == f"{'a' * 200}… (300 characters)"
    assert shown("a" * 200, personal=False) == "a" * 200
    assert shown("a" * 201, personal=False) == f"{'a' * 200}… (201 characters)"
    assert shown(DEEP, personal=False) == "a list nested too deep to be shown"
    assert shown("a\0\ud800b", personal=False) == "a\N{SYMBOL FOR NULL}?b"


def test_a_personal_value_is_shown_as_size_and_hash() -> None:
    said = shown("Nguyễn Mẫu An", personal=True)
    assert said.startswith("(13 characters, sha256 ")
    assert "Mẫu" not in said
    assert said != shown("Nguyễn Mẫu Am", personal=True)
    assert shown("\ud800", personal=True) == shown("?", personal=True)  # half of a surrogate pair has no bytes
