"""The matrix of access on some sets; and with mistakes planted in the gateway, each of which it must notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest

from gateway.access import masks, view
from gateway.access.view import View
from gateway.serve import feed, gate, reach, rows
from proof.access_matrix import measure_in
from tests.helpers.house import House

pytestmark = pytest.mark.long


def test_some_sets(house: House) -> None:
    line = measure_in(house, ("people", "visits", "agency_directory"))
    assert line.detail == ()
    assert line.passed


def _every_filter(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(View, "askable", View.seen)


def _every_column(patch: pytest.MonkeyPatch) -> None:
    right = view.granted

    def granted(*given: Any) -> View | None:
        found = right(*given)
        named = {each.name: each for each in found.contract.columns} if found else {}
        return found and replace(found, forms={name: found.forms.get(name, "plain") for name in named})

    patch.setattr(gate, "granted", granted)


def _every_row(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rows, "within", lambda _: [])


def _every_change(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(feed, "_told", lambda _: "change")


def _only_the_agency_itself(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "below", lambda _, __, code: frozenset({code}))


def _days_of_utc(patch: pytest.MonkeyPatch) -> None:
    from datetime import UTC

    patch.setattr(reach, "VIETNAM", UTC)


def _one_key_for_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "key_of", lambda *_: bytes(32))


def _four_digits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(masks, "LEFT", 4)


def _files_for_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(View, "is_whole", True)


def _tokens_of_anyone(patch: pytest.MonkeyPatch) -> None:
    decode = jwt.decode
    patch.setattr(jwt, "decode", lambda token, *_, **__: decode(token, options={"verify_signature": False}))


BUGS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "any column is a filter": (_every_filter, "for what does not exist"),
    "any column is shown": (_every_column, "other rows or columns"),
    "no limits on rows": (_every_row, "other rows or columns"),
    "no limits on changes": (_every_change, "changes"),
    "agencies below are forgotten": (_only_the_agency_itself, "other rows"),
    "days of another zone": (_days_of_utc, "other rows"),
    "one key of pseudonyms": (_one_key_for_all, "share a pseudonym"),
    "a digit too many": (_four_digits, "other values"),
    "signatures are not looked at": (_tokens_of_anyone, "a token of another secret /v1/sets: 200"),
    "files for all": (_files_for_all, "file: 404, not 403"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_mistake_of_the_gateway_is_noticed(monkeypatch: pytest.MonkeyPatch, house: House, bug: str) -> None:
    plant, what = BUGS[bug]
    plant(monkeypatch)
    line = measure_in(house, ("people",), until=what)
    assert not line.passed
    assert any(what in each for each in line.detail), line.detail
