"""The folder of files is the simulated world, in the forms that make spreadsheets hard to read."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from connectors.connection import Connection
from connectors.files.folder import FolderSpec, waiting
from connectors.tables.table import Table, csv_records, xlsx_records
from sandbox.files.__main__ import main
from sandbox.world.agencies import Agencies
from sandbox.world.builtin import builtin_procedures

PROCEDURES = Table(
    columns=("Mã số TTHC", "Tên thủ tục hành chính", "Cơ quan công bố", "Số quyết định"),
    sheet="Danh mục TTHC",
    split={"Cấp thực hiện": "\n"},
    ends_at="Tổng số",
)
AGENCIES = Table(columns=("Mã định danh", "Tên cơ quan"), encoding="windows-1258", delimiter=";")


def procedures(folder: Path) -> list[dict[str, Any]]:
    with (folder / "procedures.xlsx").open("rb") as file:
        return list(xlsx_records(file, PROCEDURES))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("files") / "nop"
    assert main([str(made)]) == 0
    return made


def test_every_procedure_comes_back_from_the_workbook(folder: Path) -> None:
    found = {
        record["Mã số TTHC"]: (
            record["Tên thủ tục hành chính"],
            record["Cơ quan công bố"],
            tuple(record["Cấp thực hiện"]),
            record["Thời hạn giải quyết"],
            record["Số quyết định"],
            record["@section"].partition("Lĩnh vực ")[2],
        )
        for record in procedures(folder)
    }
    assert found == {
        each.code: (each.name, each.ministry, each.levels, each.working_days, each.decision, each.fields[0])
        for each in builtin_procedures()
    }


def test_every_agency_comes_back_from_windows_1258(folder: Path) -> None:
    with (folder / "agencies.csv").open("rb") as file:
        found = [(record["Mã định danh"], record["Tên cơ quan"]) for record in csv_records(file, AGENCIES)]
    assert found == [(agency.new_code or None, agency.name) for agency in Agencies().all]


def test_every_commune_stands_in_the_xml(folder: Path) -> None:
    root = ET.parse(folder / "units.xml").getroot()
    assert [unit.get("ma") for unit in root.iter("DonVi")] == [agency.key[1:] for agency in Agencies().communes]


def test_days_change_the_workbook_and_seeds_the_days(tmp_path: Path) -> None:
    found = []
    for name, seed, day in (("a", "1", "0"), ("b", "1", "5"), ("c", "2", "5"), ("d", "1", "5")):
        assert main([str(tmp_path / name), "--seed", seed, "--day", day, "--procedures", "40"]) == 0
        found.append(procedures(tmp_path / name))
    assert found[0] != found[1]
    assert found[1] != found[2]
    assert found[1] == found[3]
    assert {record["Ngày ban hành"] for record in found[1]} - {record["Ngày ban hành"] for record in found[0]}


def test_it_says_what_it_wrote_and_marks_what_is_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nop"), "--done", "--procedures", "3"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["records"]["procedures.xlsx"] == 3
    which = FolderSpec((tmp_path / "nop").as_uri(), "*", done_marker=".done")
    files = [file.name for file in waiting(which, Connection("portal_files", ""), ())]
    assert files == sorted(said["records"]) == ["agencies.csv", "procedures.xlsx", "units.xml"]


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main([str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.startswith("sandbox: ")
