"""Programs that share no code with us accept every published set, and read the same values of the same types from each of its files."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gateway.publish.contract import load_contracts
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House, replace_in
from tests.helpers.judging import different, heard, held, needs_judges, needs_libreoffice, shown
from tests.helpers.shared_sets import plant

pytestmark = [needs_judges, pytest.mark.long]

CONTRACTS = {contract.name: contract for contract in load_contracts(ROOT / "schemas")}
FILED = [name for name, contract in CONTRACTS.items() if not contract.is_guarded]
"""Sets whose rows lie in files."""

READINGS = [
    *((judge, file) for judge in ("pandas", "duckdb") for file in ("csv", "jsonl", "parquet")),
    ("openpyxl", "xlsx"),
    ("calamine", "xlsx"),
    pytest.param("libreoffice", "xlsx", marks=needs_libreoffice),
]

Hear = Callable[[str], dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def house(new_house: NewHouse) -> House:
    """A night, what is hard to carry planted after it, every set published; of one a second version, with its changes."""
    house = new_house()
    with running_sandbox("--dossiers", "200", "--procedures", "30") as sandbox:
        house.connect_to(sandbox)
        house.night()
    house.publish("dossier_status")
    plant(house)
    house.done("publish")
    assert {path.name for path in _datasets(house).iterdir()} == set(CONTRACTS)
    assert (_datasets(house) / "dossier_status" / "latest" / "dossier_status.changes.jsonl").exists()
    return house


@pytest.fixture(scope="module")
def hear(house: House) -> Hear:
    """Asks a judge of all sets, once."""
    return cache(lambda judge: heard(judge, _datasets(house)))


def _datasets(house: House) -> Path:
    return house.place / "datasets"


@pytest.mark.parametrize("dataset", FILED)
@pytest.mark.parametrize(("judge", "file"), READINGS)
def test_each_file_holds_what_the_database_holds(judge: str, file: str, dataset: str, hear: Hear, house: House) -> None:
    told = hear(judge)[dataset][file]
    types = {column.name: column.type for column in CONTRACTS[dataset].columns}
    assert told["types"] == types
    expected = held(house, CONTRACTS[dataset])
    assert expected
    if file == "xlsx":
        expected = [shown(row, list(types.values())) for row in expected]
    assert different(told["rows"], expected, list(types)) == []


@pytest.mark.parametrize("dataset", FILED)
def test_frictionless_finds_every_package_valid(dataset: str, hear: Hear, house: House) -> None:
    told = hear("frictionless")[dataset]
    assert (told["wrong"], told["unsure"]) == ([], [])
    files = {path.name for path in (_datasets(house) / dataset / "latest").iterdir()}
    assert {*told["files"], "datapackage.json"} == files
    count = len(held(house, CONTRACTS[dataset]))
    assert told["rows"] == {f"{dataset}.csv": count, f"{dataset}.jsonl": count}


@pytest.mark.parametrize("dataset", CONTRACTS)
def test_datacontract_finds_every_contract_valid(dataset: str, hear: Hear) -> None:
    [[check, result, reason]] = hear("datacontract")[dataset]["checks"]
    assert (check, result, reason) == ("Data contract is valid against ODCS v3.1.0", "passed", None)


@pytest.mark.parametrize(("judge", "file"), READINGS)
def test_a_limit_is_a_number_and_the_unit_working_day(judge: str, file: str, hear: Hear, house: House) -> None:
    """Never `P3D`: a period of days says nothing of holidays, and three working days are not three days."""
    house_says = house.rows("""
        select p.procedure_code, t.duration_amount::int from core.procedure_time t join core.procedure p using (procedure_id)
        where p.issuer = 'national' and t.duration_unit = 'working-day' and t.duration_amount = 3""")
    assert house_says
    columns, rows = _table(hear(judge)["procedure_time"][file])
    assert (columns["duration_amount"], columns["duration_unit"]) == ("number", "string")
    three = [row for row in rows if row["duration_unit"] == "working-day" and row["duration_amount"] == "3"]
    assert sorted(row["procedure_code"] for row in three) == sorted(code for code, _ in house_says)
    assert {row["duration_unit"] for row in rows} <= {"working-day", "day", "hour", "month", "other", None}
    assert not [value for row in rows for value in row.values() if str(value).startswith("P3")]


@pytest.mark.parametrize("dataset", FILED)
def test_texts_are_one_unicode_form(dataset: str, hear: Hear) -> None:
    rows = hear("duckdb")[dataset]["csv"]["rows"]
    texts = [value for row in rows for value in row if isinstance(value, str)]
    assert texts
    assert [value for value in texts if not unicodedata.is_normalized("NFC", value)] == []


def _table(told: dict[str, Any]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    return told["types"], [dict(zip(told["types"], row, strict=True)) for row in told["rows"]]


@pytest.fixture
def spoilt(house: House, tmp_path: Path) -> Path:
    """A copy of one published set, to be damaged; its version's folder."""
    version = tmp_path / "procedure_time" / "latest"
    shutil.copytree(_datasets(house) / "procedure_time" / "latest", version)
    return version


@pytest.mark.parametrize("file", ["csv", "jsonl", "parquet", "xlsx", "odcs.yaml"])
def test_frictionless_notices_a_single_byte(file: str, spoilt: Path) -> None:
    path = spoilt / f"procedure_time.{file}"
    content = bytearray(path.read_bytes())
    at = max(content.find(b"working-day"), len(content) // 2 if file in {"parquet", "xlsx"} else 0)
    content[at] ^= 1
    path.write_bytes(content)
    wrong = heard("frictionless", spoilt.parents[1])["procedure_time"]["wrong"]
    assert [each for each in wrong if each.startswith("hash-count: ")]


def test_frictionless_notices_a_cell_of_another_type(spoilt: Path) -> None:
    path = spoilt / "procedure_time.csv"
    path.write_text(path.read_text("utf-8").replace(",3,working-day,", ",P3D,working-day,"), "utf-8")
    wrong = heard("frictionless", spoilt.parents[1])["procedure_time"]["wrong"]
    assert [each for each in wrong if each.startswith("type-error: ") and "P3D" in each]


def test_frictionless_notices_a_key_that_stands_twice(spoilt: Path) -> None:
    path = spoilt / "procedure_time.csv"
    *_, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(path.read_bytes() + last)
    wrong = heard("frictionless", spoilt.parents[1])["procedure_time"]["wrong"]
    assert {"primary-key", "row-count"} <= {each.partition(":")[0] for each in wrong}


def test_datacontract_notices_a_word_that_the_standard_does_not_know(spoilt: Path) -> None:
    replace_in(spoilt / "procedure_time.odcs.yaml", "tenant: province", "tenants: province")
    checks = heard("datacontract", spoilt.parents[1])["procedure_time"]["checks"]
    assert "failed" in [result for _, result, _ in checks]


@pytest.mark.parametrize(("judge", "file"), [("pandas", "csv"), ("duckdb", "jsonl")])
def test_a_changed_value_is_a_difference(judge: str, file: str, spoilt: Path, house: House) -> None:
    path = spoilt / f"procedure_time.{file}"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"working-day", b"calendar-day", 1))
    told = heard(judge, spoilt.parents[1])["procedure_time"][file]
    [found] = different(told["rows"], held(house, CONTRACTS["procedure_time"]), list(told["types"]))
    assert found.endswith("duration_unit: 'calendar-day' instead of 'working-day'")
