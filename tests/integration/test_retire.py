"""Procedures leave the list (bãi bỏ), come back, or only seem to: what complete lists prove, and what a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.testing import Running, running_sandbox
from tests.helpers.house import House, order_fault

LIST = "LayDanhSachTTHC"
STATES = """
    select record_key, state, list_count, returned_batch_id is not null from ops.absence
    where portal = 'national' order by absence_id"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A national portal of 60 procedures. No test lets days pass in it: they are faults of one call each."""
    with running_sandbox("--procedures", "60", "--dossiers", "0", "--only", "national") as running:
        yield running


@pytest.fixture
def first(house: House, sandbox: Running) -> House:
    """A house that has seen the whole list once."""
    house.connect_to(sandbox)
    _night(house)
    return house


def _night(house: House, **options: Any) -> Any:
    """The next night: the list is read, a day after what was read before."""
    house.execute("update ops.batch set started_at = started_at - interval '1 day'")
    return house.sync("national", only="procedure_list", **options)


def _shorter(sandbox: Running, count: int) -> None:
    """The next list lacks all but the first `count`."""
    order_fault(sandbox.national, match=LIST, kind="shrunk", count=count)


def _states(house: House) -> dict[str, tuple[str, int, bool]]:
    return {code: tuple(rest) for code, *rest in house.rows(STATES)}


def _listed(house: House) -> list[str]:
    return house.column("select procedure_code from core.procedure_listing order by procedure_listing_id")


def test_one_list_proves_nothing(first: House, sandbox: Running) -> None:
    lost = _listed(first)[-1]
    _shorter(sandbox, 59)
    assert _night(first).verdict() is None
    assert _states(first) == {lost: ("missing", 1, False)}
