"""An office that sends spreadsheets: every file is taken once, when it is complete, and again when it has changed."""

from __future__ import annotations

import io
import json
import os
import time
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from connectors.connection import MissingConnection
from connectors.decode import BrokenAnswer
from connectors.errors import FatalPortalError
from gateway.errors import NeedsPerson
from sandbox.files.__main__ import main as send
from sandbox.testing import running_sandbox
from sandbox.world.agencies import LEVELS, Agencies
from sandbox.world.builtin import builtin_procedures
from tests.helpers import dump
from tests.helpers.catalogue import batch
from tests.helpers.house import House, replace_in
from tests.helpers.sftp import PASSWORD, USER, sftp_server

PORTAL = "files"


@pytest.fixture
def folder(house: House, tmp_path: Path) -> Path:
    """An empty folder, to which the house's connection leads."""
    _connect(house, tmp_path.as_uri())
    return tmp_path


@pytest.fixture
def sent(house: House, folder: Path) -> Path:
    """The folder, with the office's files of day 0."""
    _send(folder)
    return folder


def _connect(house: House, host: str, **more: Any) -> None:
    house.connections = {"AIRFLOW_CONN_PORTAL_FILES": json.dumps({"conn_type": "file", "host": host, **more})}


def _send(folder: Path, *arguments: str, age: float = 3600) -> None:
    """Let the office write its files, so many seconds ago."""
    assert send([str(folder), *arguments]) == 0
    for path in folder.iterdir():
        _age(path, age)


def _age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def _procedures(path: Path) -> dict[str, tuple[Any, ...]]:
    """(name, ministry, levels, decision) by code, read cell by cell, merged ones from their first."""
    sheet = load_workbook(path).active
    found: dict[str, tuple[Any, ...]] = {}
    ministry = None
    for row in sheet.iter_rows(min_row=6, values_only=True):
        if isinstance(row[0], str):
            ministry = None
        elif isinstance(row[0], int):
            ministry = row[3] or ministry
            found[row[1]] = (" ".join(row[2].split()), ministry, tuple(row[4].split("\n")), row[6])
    return found


def _held_procedures(house: House) -> dict[str, tuple[Any, ...]]:
    rows = house.rows(
        """select procedure_code, procedure_name, a.agency_name, array_agg(l.level_name order by l.ordinal), decision_code
        from core.procedure join core.procedure_agency a using (procedure_id) join core.procedure_level l using (procedure_id)
        where issuer = 'files' and a.role = 'announcing' group by 1, 2, 3, 5"""
    )
    return {code: (name, agency, tuple(levels), decision) for code, name, agency, levels, decision in rows}


def test_every_file_becomes_rows(house: House, sent: Path) -> None:
    report = house.sync(PORTAL)
    assert isinstance(report.verdict(), NeedsPerson)  # agencies without any code
    assert _held_procedures(house) == _procedures(sent / "procedures.xlsx")
    assert len(_held_procedures(house)) == len(list(builtin_procedures()))
    known = Agencies().by_key
    coded = [agency for agency in Agencies().all if agency.new_code or agency.old_code]
    held = house.rows("select agency_code, agency_name, parent_code, level_name, is_active from core.agency")
    assert sorted(held, key=repr) == sorted(
        (
            (
                agency.new_code or agency.old_code,
                agency.name,
                (known[agency.parent].code(old_style=False) or None) if agency.parent else None,
                LEVELS[agency.level],
                agency.status == 1,
            )
            for agency in coded
        ),
        key=repr,
    )
    units = ET.parse(sent / "units.xml").getroot().iter("DonVi")
    told = {(unit.get("ma"), unit.findtext("Ten"), "commune", unit.findtext("Cap"), "66") for unit in units}
    columns = "unit_code, unit_name, level_code, unit_kind, parent_code"
    assert set(house.rows(f"select {columns} from core.administrative_unit")) == told
    assert report.counts.quarantined == len(Agencies().all) - len(coded)
    assert set(house.rows("select stream, path from ops.quarantine")) == {("agencies", "Mã định danh or Mã cũ")}
    assert not house.rows("select path, kind from ops.drift")


def test_a_file_is_taken_once_and_stays_where_it_is(house: House, sent: Path) -> None:
    before = {path.name: path.read_bytes() for path in sent.iterdir()}
    house.sync(PORTAL)
    report = house.sync(PORTAL)
    assert (report.verdict(), report.counts.read) == (None, 0)
    assert {path.name: path.read_bytes() for path in sent.iterdir()} == before
    again = house.sync(PORTAL, full=True)
    assert (again.counts.new, again.counts.changed) == (0, 0)
    assert again.counts.unchanged > 0


def test_a_changed_file_is_taken_again_and_only_what_it_changed_is_written(house: House, sent: Path) -> None:
    house.sync(PORTAL)
    before = _procedures(sent / "procedures.xlsx")
    _send(sent, "--day", "5", age=1800)
    after = _procedures(sent / "procedures.xlsx")
    changed = {code for code in before.keys() & after.keys() if before[code] != after[code]}
    house.sync(PORTAL)
    assert changed
    assert batch(house, "procedures")[:3] == (len(after), len(after.keys() - before.keys()), len(changed))
    assert batch(house, "units")[1:3] == (0, 0)
    held = _held_procedures(house)
    assert {code: held[code] for code in after} == after


def test_a_file_somebody_still_writes_waits(house: House, sent: Path) -> None:
    _age(sent / "units.xml", 5)
    house.sync(PORTAL)
    assert batch(house, "units") == (0, 0, 0, 0, 0)
    assert batch(house, "procedures")[1] > 0
    _age(sent / "units.xml", 120)
    house.sync(PORTAL)
    assert batch(house, "units")[1] > 0
    assert batch(house, "procedures")[0] == 0


def test_the_later_of_two_files_is_right(house: House, sent: Path) -> None:
    """Both lie there on the first night; their names say which is newer."""
    (sent / "units.xml").rename(sent / "units-2026-10.xml")
    newer = (sent / "units-2026-10.xml").read_text("utf-8").replace("<Ten>Phường", "<Ten>Phường mới,")
    (sent / "units-2026-11.xml").write_text(newer, "utf-8")
    _age(sent / "units-2026-11.xml", 3600)
    house.sync(PORTAL, only="units")
    read, new, changed, unchanged, quarantined = batch(house, "units")
    assert (read, unchanged, quarantined) == (2 * new, new - changed, 0)
    names = house.column("select unit_name from core.administrative_unit where unit_kind = 'phường'")
    assert len(names) == changed > 0
    assert all(name.startswith("Phường mới,") for name in names)


def test_a_file_that_cannot_be_read_is_named_and_holds_up_no_other_stream(house: House, sent: Path) -> None:
    good = (sent / "procedures.xlsx").read_bytes()
    (sent / "procedures.xlsx").write_bytes(good[: len(good) // 2])
    _age(sent / "procedures.xlsx", 3600)
    error = house.sync(PORTAL).verdict()
    assert isinstance(error, BrokenAnswer)
    assert str(error).startswith("files/procedures: procedures.xlsx: ")
    assert house.value("select count(*) from core.procedure") == 0
    assert house.value("select count(*) > 0 from core.administrative_unit")
    (sent / "procedures.xlsx").write_bytes(good)
    _age(sent / "procedures.xlsx", 3600)
    assert house.sync(PORTAL).verdict() is None
    assert _held_procedures(house) == _procedures(sent / "procedures.xlsx")


def _bomb(good: bytes) -> bytes:
    """A workbook whose sheet is a hundred megabytes of blanks, packed into some hundred kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            body = old.read(each)
            new.writestr(each, body + b" " * 100_000_000 if "sheet1" in each.filename else body)
    return packed.getvalue()


def _with_doctype(good: bytes, subset: str) -> bytes:
    return good.replace(b"<DanhMucDonVi", f"<!DOCTYPE DanhMucDonVi [{subset}]><DanhMucDonVi".encode(), 1)


HOSTILE: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("procedures.xlsx", _bomb, "core.procedure"),
    (
        "units.xml",
        lambda good: _with_doctype(good, '<!ENTITY x SYSTEM "file:///etc/passwd">'),
        "core.administrative_unit",
    ),
    ("units.xml", lambda good: _with_doctype(good, '<!ENTITY a "aaaaaaaaaa">'), "core.administrative_unit"),
    ("units.xml", lambda good: good.replace(b"<Ten>", b"<Ten>" * 5000, 1), "core.administrative_unit"),
]


@pytest.mark.parametrize(("name", "spoil", "table"), HOSTILE, ids=["zip bomb", "external entity", "entity", "too deep"])
def test_a_hostile_file_is_refused_by_name_and_leaves_nothing(
    name: str, spoil: Callable[[bytes], bytes], table: str, house: House, sent: Path
) -> None:
    (sent / name).write_bytes(spoil((sent / name).read_bytes()))
    _age(sent / name, 3600)
    report = house.sync(PORTAL)
    [error] = report.errors
    assert isinstance(error, FatalPortalError)
    assert name in str(error)
    assert "root:" not in str(error)
    assert house.value(f"select count(*) from {table}") == 0
    assert house.value("select count(*) > 0 from core.agency")
    failed = house.rows("select state, error from ops.batch where state = 'failed'")
    assert [(state, name in said) for state, said in failed] == [("failed", True)]


def test_a_file_in_another_encoding_than_the_mapping_says_is_refused_with_its_row(house: House, sent: Path) -> None:
    text = (sent / "agencies.csv").read_bytes().decode("cp1258")
    (sent / "agencies.csv").write_text(text, "utf-8")
    _age(sent / "agencies.csv", 3600)
    error = house.sync(PORTAL, only="agencies").verdict()
    assert isinstance(error, BrokenAnswer)
    assert "agencies.csv" in str(error)
    assert house.value("select count(*) from core.agency") == 0


def test_a_file_that_only_a_killed_load_left_behind_is_loaded_and_not_read_again(house: House, sent: Path) -> None:
    house.fetch(PORTAL, only="units")
    (sent / "units.xml").unlink()
    assert house.load(PORTAL).verdict() is None
    assert house.value("select count(*) > 0 from core.administrative_unit")


def test_landed_files_can_be_mapped_again_without_the_folder(house: House, sent: Path) -> None:
    house.sync(PORTAL)
    with house.engine() as engine:
        before = dump.meaning(engine)
        house.execute("truncate core.agency, core.procedure, core.administrative_unit cascade")
        _connect(house, "file:///nowhere")
        house.replay(PORTAL, since=1)
        assert dump.differences(before, dump.meaning(engine)) == {}


def test_a_sender_who_marks_what_is_complete_need_not_be_waited_for(house: House, folder: Path) -> None:
    house.own_mappings()
    replace_in(house.mappings / PORTAL / "portal.yaml", "files: {settled: 1m}", "files: {done_marker: .done}")
    _send(folder, "--done", age=0)
    (folder / "units.xml.done").unlink()
    house.sync(PORTAL)
    assert batch(house, "units")[0] == 0
    assert batch(house, "procedures")[0] > 0


def test_a_folder_that_is_not_there_is_said_and_nothing_is_marked_as_taken(house: House, tmp_path: Path) -> None:
    _connect(house, (tmp_path / "nowhere").as_uri())
    report = house.sync(PORTAL)
    assert report.verdict() is not None
    assert report.counts.read == 0
    assert house.value("select count(*) from landing.page") == 0


def test_a_folder_on_sftp_whose_host_key_is_known(house: House, sent: Path) -> None:
    with sftp_server(sent) as server:
        _connect(house, server.address(), login=USER, password=PASSWORD, extra={"host_key": server.host_key})
        house.sync(PORTAL)
        assert _held_procedures(house) == _procedures(sent / "procedures.xlsx")
        assert house.sync(PORTAL).counts.read == 0
        _connect(house, server.address(), login=USER, password=PASSWORD)
        assert isinstance(house.sync(PORTAL).verdict(), MissingConnection)


def test_the_sandbox_announces_a_folder_and_fills_it_anew_as_days_pass(house: House) -> None:
    with running_sandbox("--dossiers", "10", "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        place = Path(sandbox.connections[PORTAL]["host"].removeprefix("file://"))
        house.sync(PORTAL)
        assert _held_procedures(house) == _procedures(place / "procedures.xlsx")
        assert house.sync(PORTAL).counts.read == 0
        sandbox.order("national", "days", {"days": 5})
        house.sync(PORTAL)
        assert batch(house, "procedures")[2] > 0
        assert _procedures(place / "procedures.xlsx").items() <= _held_procedures(house).items()
    assert not place.exists()
