"""Contracts of shared sets, judged whole: form, code lists, the query against the database, and what was published before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.errors import ConfigError
from gateway.publish.check import check
from gateway.publish.contract import contract_files
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House, replace_in, said

NAME = "dossier_status"
NEEDED = """
    insert into ops.run (portal, kind, trigger, state, gateway_version) values ('province', 'full', 'test', 'done', '0');
    insert into ops.batch (run_id, portal, stream, mode, state) select run_id, 'province', 'dossiers', 'full', 'loaded' from ops.run"""


@pytest.fixture(scope="module")
def empty(new_house: NewHouse) -> House:
    """A database with its tables; no test of this file changes a row of it."""
    house = new_house()
    house.done("db", "upgrade")
    return house


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A copy of a contract to break."""
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    return tmp_path / "schemas" / "datasets" / f"{NAME}.odcs.yaml"


def mistakes(house: House, path: Path, datasets: Path = Path("nowhere")) -> list[ConfigError]:
    """What the check finds."""
    with house.engine() as engine:
        return check(path, engine, datasets)


def test_our_contracts_are_whole_and_true(empty: House) -> None:
    assert said(empty.gateway("contract", "check")) == []
    assert len(contract_files(ROOT / "schemas")) >= 2


WRONG = {
    "no owner": ("role: owner", "role: reader", "members: ", "does not contain"),
    "no legal basis": ("property: legalBasis", "property: basis", "customProperties: [{property: basis", "legalBasis"),
    "no freshness": ("property: latency", "property: retention", "slaProperties: ", "does not contain"),
    "no roles": ("roles: [{role: agency_reader, access: read}]\n", "", "apiVersion", "'roles' is a required property"),
    "a class nobody knows": (
        "logicalType: boolean, classification: shared",
        "logicalType: boolean, classification: secret",
        "- {name: is_interlinked",
        "'secret' is not one of open, shared, restricted, personal",
    ),
    "an unknown key": ("status: active", "status: active\nowner: me", "owner: me", "unknown key 'owner'"),
    "no code list": ("value: channel}", "value: chanel}", "- {name: channel_code", "no code list chanel"),
    "another type": (
        "description: When it was filed (UTC)., logicalType: timestamp",
        "description: When it was filed (UTC)., logicalType: date",
        "- {name: filed_at",
        "column filed_at is declared date, the query's is timestamp",
    ),
    "a column too few": (
        "is_interlinked\n",
        "is_interlinked, 1 as more\n",
        "customProperties:",
        "the query gives more, which no column declares",
    ),
    "a query that fails": (
        "from core.dossier where",
        "from core.dossiers where",
        "customProperties:",
        'relation "core.dossiers" does not exist',
    ),
    "a personal column": (
        "name: agency_name, ",
        "name: applicant_name, ",
        "- {name: applicant_name",
        "column applicant_name is personal",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_each_mistake_is_told_with_its_line(wrong: str, empty: House, contract: Path) -> None:
    old, new, line, what = WRONG[wrong]
    replace_in(contract, old, new)
    found = [each for each in mistakes(empty, contract) if what in each.what]
    assert len(found) == 1, mistakes(empty, contract)
    assert found[0].do
    file, _, number = found[0].where.rpartition(":")
    assert file == str(contract)
    lines = contract.read_text("utf-8").splitlines()
    # A part that is missing is told where the part around it begins.
    assert line in lines[int(number) - 1] or line in lines[int(number)]


def test_all_mistakes_are_told_at_once(empty: House, contract: Path) -> None:
    replace_in(contract, "value: channel}", "value: chanel}")
    replace_in(
        contract, "When it was filed (UTC)., logicalType: timestamp", "When it was filed (UTC)., logicalType: date"
    )
    assert len(mistakes(empty, contract)) == 2


BREAKS = {
    "a column renamed": ("name: filed_at, ", "name: filed, ", "column filed_at is gone (removed or renamed)"),
    "a type changed": (
        "When it was filed (UTC)., logicalType: timestamp",
        "When it was filed (UTC)., logicalType: string",
        "column filed_at was timestamp and is string",
    ),
    "narrowed to fewer readers": (
        "logicalType: boolean, classification: shared",
        "logicalType: boolean, classification: restricted",
        "column is_interlinked was shared and is restricted",
    ),
    "no longer always filled": (
        "logicalType: timestamp, required: true, ",
        "logicalType: timestamp, ",
        "column status_at was always filled and may now be empty",
    ),
    "another key": (
        "logicalType: timestamp, required: true, ",
        "logicalType: timestamp, required: true, primaryKey: true, primaryKeyPosition: 2, ",
        "the key was dossier_code and is dossier_code, status_at",
    ),
}


@pytest.fixture(scope="module")
def released(new_house: NewHouse) -> House:
    """A house that has published one (empty) version."""
    house = new_house()
    house.done("db", "upgrade")
    with house.engine() as engine, engine.begin() as connection:
        for statement in NEEDED.split(";"):
            connection.execute(text(statement))
    assert house.publish(NAME).is_new
    return house


@pytest.mark.parametrize("change", BREAKS)
def test_what_breaks_readers_needs_a_new_major_version(change: str, released: House, contract: Path) -> None:
    old, new, what = BREAKS[change]
    replace_in(contract, old, new)
    datasets = released.place / "datasets"
    [found] = [each for each in mistakes(released, contract, datasets) if "breaks readers" in each.what]
    assert found.what == f"breaks readers of 1.0.0: {what}"
    assert "raise the version from 1.0.0 to 2.0.0" in found.do
    assert found.exit_code == 2
    replace_in(contract, "version: 1.0.0", "version: 2.0.0")
    assert [each for each in mistakes(released, contract, datasets) if "breaks readers" in each.what] == []


def test_a_wider_contract_breaks_nobody(released: House, contract: Path) -> None:
    replace_in(contract, "is_interlinked\n", "is_interlinked, 1 as one\n")
    with contract.open("a", encoding="utf-8") as file:
        file.write(
            "      - {name: one, businessName: Một, description: One., logicalType: integer, classification: shared, "
            "customProperties: [{property: descriptionVi, value: Một.}]}\n"
        )
    assert mistakes(released, contract, released.place / "datasets") == []


def test_a_breaking_contract_is_not_published(released: House, contract: Path) -> None:
    replace_in(
        contract, "When it was filed (UTC)., logicalType: timestamp", "When it was filed (UTC)., logicalType: string"
    )
    before = (released.place / "datasets" / NAME / "latest").resolve()
    with pytest.raises(ConfigError, match=r"breaks readers of 1\.0\.0"):
        released.publish(NAME, contract.parents[1])
    assert (released.place / "datasets" / NAME / "latest").resolve() == before


def test_a_set_nobody_knows(empty: House) -> None:
    ended = empty.gateway("contract", "check", "dossiers")
    assert ended.returncode == 2
    assert "no data set dossiers" in ended.stderr


def test_mistakes_end_with_two(empty: House, released: House) -> None:
    """The command, against what another version of the gateway had published."""
    home = released.place / "datasets" / NAME / "latest"
    other = empty.place / "datasets" / NAME / "latest"
    shutil.copytree(home, other)
    replace_in(other / f"{NAME}.odcs.yaml", "name: filed_at, ", "name: was_filed_at, ")
    ended = empty.gateway("contract", "check", NAME)
    shutil.rmtree(other.parent)
    assert ended.returncode == 2
    assert "column was_filed_at is gone" in ended.stdout
    assert f"{NAME}.odcs.yaml:6" in ended.stdout


SMALL = {
    "an open set of dossiers that tells every count": (
        "      - property: smallCells\n        value: {least: 5, counts: [received_count]}\n",
        "",
        "smallCells: {least: 5",
    ),
    "a count that is no column": ("counts: [received_count]", "counts: [received]", "received is no column"),
    "a count that must be filled": ("logicalType: integer,", "logicalType: integer, required: true,", "may be empty"),
    "a least of one": ("least: 5", "least: 1", "least"),
}


@pytest.mark.parametrize("wrong", SMALL)
def test_small_counts_must_be_left_out(wrong: str, empty: House, contract: Path) -> None:
    path = contract.with_name("dossier_count.odcs.yaml")
    old, new, what = SMALL[wrong]
    replace_in(path, old, new)
    assert any(what in str(each) for each in mistakes(empty, path)), mistakes(empty, path)


def test_a_set_that_tells_small_counts_is_not_published(released: House, contract: Path) -> None:
    replace_in(
        contract.with_name("dossier_count.odcs.yaml"), *SMALL["an open set of dossiers that tells every count"][:2]
    )
    with pytest.raises(ConfigError, match="tells every count"):
        released.publish("dossier_count", contract.parents[1])
