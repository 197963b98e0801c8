"""`gateway mapping diff`: what a changed mapping would change, from landed bytes; nothing is written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from gateway.portals import load_portal
from gateway.store.core import metadata
from tests.conftest import NewHouse
from tests.helpers import golden
from tests.helpers.house import House, replace_in, said

Changed = Callable[..., dict[str, Any]]


def _everything(house: House) -> dict[str, list[str]]:
    with house.engine() as engine, engine.connect() as connection:
        tables = metadata.sorted_tables
        return {each.fullname: sorted(map(repr, connection.execute(select(each)))) for each in tables}


@pytest.fixture(scope="module")
def loaded(new_house: NewHouse) -> House:
    house = new_house()
    house.own_mappings()
    with house.shop() as shop:
        for portal, stream in (("licences", "dossiers"), ("national", "procedures")):
            golden.load(shop, load_portal((house.mappings,), portal).stream(stream))
    return house


@pytest.fixture
def candidate(loaded: House, tmp_path: Path) -> Path:
    """The licences' stream file, to change."""
    return Path(shutil.copy(loaded.mappings / "licences" / "dossiers.yaml", tmp_path / "candidate.yaml"))


def _diff(house: House, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(house.done("mapping", "diff", *words, "--json"))
    return found


def test_values_new_changed_and_removed_with_examples_and_nothing_written(loaded: House, candidate: Path) -> None:
    replace_in(candidate, "{from: MaTTHC, type: code}", "{from: MaDVC, type: code}")
    replace_in(
        candidate, "agency_name:        {from: DonViXuLy, type: line}", "field_name:        {from: TenDVC, type: line}"
    )
    replace_in(candidate, "{from: HoTenNguoiNop,", "{from: TenDVC,")
    before = _everything(loaded)
    assert before["core.dossier"]
    found = _diff(loaded, "licences", "dossiers", "--against", str(candidate))
    assert _everything(loaded) == before
    columns = {each["column"]: each for each in found["columns"]}
    counts = {name: (each["new"], each["changed"], each["removed"]) for name, each in columns.items()}
    assert counts == {
        "dossier.procedure_code": (0, 3, 0),
        "dossier.agency_name": (0, 0, 3),
        "dossier.field_name": (3, 0, 0),
        "dossier.applicant_name": (0, 3, 0),
    }
    example = columns["dossier.procedure_code"]["examples"][0]
    assert (example["record"], example["old"]) == ("GPLX6626111600001", "1.002809")
    assert all("sha256" in each["old"] for each in columns["dossier.applicant_name"]["examples"])
    assert "Ngô Văn Mẫu" not in json.dumps(found, ensure_ascii=False)
    assert (found["records"], found["quarantined"]["count"], found["passing"]["count"]) == (3, 0, 0)


def test_an_unchanged_mapping_changes_nothing(loaded: House, candidate: Path) -> None:
    found = _diff(loaded, "licences", "dossiers", "--against", str(candidate))
    assert (found["records"], found["columns"]) == (3, [])


def test_a_changed_folder_brings_its_crosswalks(loaded: House, tmp_path: Path) -> None:
    other = Path(shutil.copytree(loaded.mappings, tmp_path / "other"))
    replace_in(other / "crosswalks" / "licences_status.tsv", "\n10\tĐã trả", "\n12\tĐã trả")
    found = _diff(loaded, "licences", "dossiers", "--mappings", str(other))
    assert found["quarantined"]["count"] == 1
    [example] = found["quarantined"]["examples"]
    assert (example["record"], example["path"], example["value"]) == ("GPLX6626111600001", "MaTrangThai", "10")
    assert found["columns"] == []


def test_rows_of_parts_are_compared_in_their_order(loaded: House, tmp_path: Path) -> None:
    file = Path(shutil.copy(loaded.mappings / "national" / "procedures.yaml", tmp_path))
    replace_in(file, "step_text: {from: TENTRINHTU, type: html}", "step_text: {from: TENTRINHTU, type: text}")
    found = _diff(loaded, "national", "procedures", "--against", str(file))
    assert {each["column"] for each in found["columns"]} <= {"procedure_step.step_text"}
    replace_in(file, "each: KETQUATHUCHIEN", "each: KETQUAKHAC")
    found = _diff(loaded, "national", "procedures", "--against", str(file))
    removed = {each["column"]: each["removed"] for each in found["columns"] if "procedure_result" in each["column"]}
    assert removed["procedure_result.result_code"] > 0


WRONG = {
    "nothing to compare with": ((), "say what to compare with"),
    "another stream": (("stream: dossiers", "stream: others"), "not 'dossiers' into 'dossier'"),
    "other records": (("records: data", "records: rows"), "cuts an answer into other records"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_compared_is_refused(loaded: House, candidate: Path, name: str) -> None:
    change, reason = WRONG[name]
    words = ["--against", str(candidate)] if change else []
    if change:
        replace_in(candidate, *change)
    ended = loaded.gateway("mapping", "diff", "licences", "dossiers", *words)
    assert ended.returncode == 2
    assert reason in said(ended)[0]
