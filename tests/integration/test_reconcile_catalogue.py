"""The province's copies of procedures against the national list: who has what, who retired what, and what nobody has linked."""

from __future__ import annotations

import pytest

from gateway.reconcile.pairs import pair
from gateway.reconcile.run import reconcile
from tests.helpers.house import House

PAIR = "national/procedures"
COLUMNS = "procedure_code, issuer, valid_from, source_hash, content_hash, batch_id, procedure_name, procedure_code_national, state_code"


@pytest.fixture
def catalogues(house: House) -> House:
    """Ten procedures that both sides have, each copy under a code of its own."""
    for number in range(10):
        _national(house, f"1.{number:06}")
        _copy(house, f"1.{number:06}.H15", f"1.{number:06}")
    return house


def _national(house: House, code: str) -> None:
    row = f"('{code}', 'national', '0001-01-01', '', '', 1, 'Thủ tục', '{code}', '1')"
    house.execute(f"insert into core.procedure ({COLUMNS}) values {row}")
    listing = "procedure_code, issuer, valid_from, source_hash, content_hash, batch_id, procedure_name"
    row = f"('{code}', 'national', '0001-01-01', '', '', 1, 'Thủ tục')"
    house.execute(f"insert into core.procedure_listing ({listing}) values {row}")


def _copy(house: House, code: str, national: str | None) -> None:
    link = f"'{national}'" if national else "null"
    row = f"('{code}', 'province', '0001-01-01', '', '', 1, 'Thủ tục', {link}, '1')"
    house.execute(f"insert into core.procedure ({COLUMNS}) values {row}")


def _retire(house: House, portal: str, entity: str, code: str) -> None:
    columns = "portal, stream, entity, record_key, state, within_count, missing_batch_id, last_batch_id"
    house.execute(
        f"insert into ops.absence ({columns}) values ('{portal}', 'x', '{entity}', '{code}', 'retired', 2, 1, 1)"
    )


def _found(house: House) -> set[tuple[str, str]]:
    with house.shop() as shop:
        reconcile(shop, pair(shop, PAIR))
    return {(key, cause) for key, cause in house.rows("select key, cause from ops.discrepancy where closed_at is null")}


def test_equal_catalogues_have_no_difference(catalogues: House) -> None:
    assert _found(catalogues) == set()
    assert catalogues.rows("select ours_count, theirs_count, equal_count from ops.reconciliation") == [(10, 10, 10)]


def test_each_difference_has_its_cause(catalogues: House) -> None:
    _national(catalogues, "2.000001")
    _copy(catalogues, "3.000001.H15", None)
    _copy(catalogues, "4.000001.H15", "4.000001")
    _copy(catalogues, "1.000003.H15.01", "1.000003")
    _retire(catalogues, "province", "procedure", "1.000001.H15")
    _retire(catalogues, "national", "procedure_listing", "1.000002")
    assert _found(catalogues) == {
        ("2.000001", "only there"),
        ("province:3.000001.H15", "held"),
        ("4.000001", "different procedure"),
        ("1.000003", "duplicate"),
        ("1.000001", "retired here"),
        ("1.000002", "retired there"),
    }


def test_a_code_that_a_copy_without_a_link_begins_with_is_told_once(catalogues: House) -> None:
    _national(catalogues, "2.000001")
    _copy(catalogues, "2.000001.000.00.00.H15", None)
    assert _found(catalogues) == {("province:2.000001.000.00.00.H15", "held")}
    assert catalogues.value("select theirs from ops.discrepancy") == {"suggested_code": "2.000001"}


def test_what_both_sides_retired_is_no_difference(catalogues: House) -> None:
    _retire(catalogues, "province", "procedure", "1.000001.H15")
    _retire(catalogues, "national", "procedure_listing", "1.000001")
    assert _found(catalogues) == set()


def test_a_persons_link_counts(catalogues: House) -> None:
    _national(catalogues, "2.000001")
    _copy(catalogues, "X-1", None)
    columns = (
        "kind, local_issuer, local_code, local_name, national_issuer, national_code, national_name, verdict, reviewer"
    )
    row = "('procedure', 'province', 'X-1', '', 'national', '2.000001', '', 'accepted', 'Trần Thị Thử')"
    catalogues.execute(f"insert into xref.match_decision ({columns}) values {row}")
    assert _found(catalogues) == set()
