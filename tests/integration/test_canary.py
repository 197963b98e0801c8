"""Applicants' names stay in core.dossier: neither logs nor operational tables nor explanations name them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select

from gateway.store.core import metadata
from sandbox.testing import running_sandbox
from tests.helpers.house import House, order_fault

PERSON = "Lê Giả Định Canari"


def test_a_night_with_trouble_names_nobody(house: House) -> None:
    with running_sandbox("--dossiers", "150", "--procedures", "10") as sandbox:
        house.connect_to(sandbox)
        bad: dict[str, dict[str, Any]] = {
            "1": {"applicant.data.fullname": PERSON, "dossierStatus.id": 99},
            "2": {"applicant.data.fullname": {"text": PERSON}},
            "3": {"applicant.data.fullname": PERSON, "dueDate": "31/02/2026"},
            "4": {"applicant.data.fullname": PERSON},
        }
        order_fault(sandbox.province, match="/pa/dossier/search", kind="rewrite", records=bad)
        order_fault(sandbox.province, match="/bd/procedure", kind="truncated", times=0)
        spoken = [
            house.gateway("sync", "national", "province"),
            house.gateway("quarantine", "list"),
            house.gateway("status"),
            house.gateway("publish"),
        ]
    assert [each.returncode for each in spoken] == [3, 0, 0, 0]
    names = {*house.column("select applicant_name from core.dossier"), PERSON}
    assert len(names) > 50
    said = "".join(each.stdout + each.stderr for each in spoken)
    assert "dossierStatus.id" in said
    assert _named(names, said) == set()
    with house.engine() as engine, engine.connect() as connection:
        for table in _operational():
            rows = [tuple(row) for row in connection.execute(select(table))]
            assert _named(names, repr(rows)) == set(), table.name
    assert house.value("select count(*) from core.dossier where applicant_name = :name", name=PERSON) == 1


def test_an_explanation_names_nobody(house: House) -> None:
    with running_sandbox("--dossiers", "20", "--procedures", "5", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        house.night("province")
    [(code, name), *_] = house.rows("select dossier_code, applicant_name from core.dossier")
    explained = house.done("explain", "dossier", code)
    assert code in explained
    assert name not in explained


def _operational() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.schema in {"ops", "landing"}]


def _named(names: set[str], said: str) -> set[str]:
    return {name for name in names if name in said}
