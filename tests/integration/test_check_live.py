"""`gateway check --live`: what a portal really sends is held beside its mapping, and a sample is kept that names nobody."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors import decode
from connectors.formats import opened
from gateway.mapping.compile import compile_mapping
from gateway.portals import StreamSpec, load_portal, portal_names
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import House, ledger, order_fault, replace_in, said

DOSSIERS = 60
PERSONAL = re.compile(r"099\d{9}|0900000\d{3}")
"""Identity and phone numbers as the sandbox invents them."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running_sandbox("--dossiers", str(DOSSIERS), "--procedures", "20") as running:
        yield running


@pytest.fixture(scope="module")
def visited(sandbox: Running, new_house: NewHouse) -> House:
    """A house whose dossier mapping reads a member that does not exist, and does not speak of one that does."""
    house = new_house()
    house.connect_to(sandbox)
    dossiers = house.own_mappings() / "province" / "dossiers.yaml"
    replace_in(dossiers, "{from: isDVCLT, type: bool}", "{from: isLienThong, type: bool}")
    replace_in(dossiers, "ignored: [currentTask, task, eForm]", "ignored: [currentTask, eForm]")
    return house


@pytest.fixture(scope="module")
def uses(visited: House) -> dict[str, dict[str, Any]]:
    rows = json.loads(visited.done("check", "province", "--live", "--stream", "dossiers", "--keep", "--json"))
    return {row["member"]: row for row in rows}


@pytest.fixture(scope="module")
def sample(visited: House, uses: dict[str, dict[str, Any]]) -> bytes:
    assert uses
    return (visited.mappings / "province" / "golden" / "dossiers.json").read_bytes()


def _theirs(sandbox: Running) -> list[dict[str, Any]]:
    answer = sandbox.province_get(
        "/pa/dossier/search", sandbox.province_token(), page=0, size=DOSSIERS, spec="page", sort="updatedDate,desc"
    )
    found: list[dict[str, Any]] = answer.json()["content"]
    return found


def test_members_are_used_ignored_not_used_or_missed(uses: dict[str, dict[str, Any]]) -> None:
    assert uses["dossierStatus.id"]["use"] == "→ source_status_code, status_code"
    assert uses["applicant.data.fullname"]["use"] == "→ applicant_name"
    assert uses["eForm.data"]["use"] == "ignored"
    assert uses["task.statusId"]["use"] == "not used"
    assert uses["applicant.data.phoneNumber"]["use"] == "→ applicant_phone"
    assert uses["applicant.data.address"]["use"] == "not used"
    assert uses["isDVCLT"]["use"] == "not used"
    assert uses["isLienThong"] == {
        "portal": "province",
        "stream": "dossiers",
        "member": "isLienThong",
        "kind": "",
        "records": 0,
        "use": "missed by is_interlinked",
    }


def test_kinds_and_counts_are_those_of_what_came(sandbox: Running, uses: dict[str, dict[str, Any]]) -> None:
    looked_at = _theirs(sandbox)[:50]
    assert uses["code"]["records"] == len(looked_at)
    assert (uses["code"]["kind"], uses["dossierStatus.id"]["kind"], uses["isDVCLT"]["kind"]) == ("str", "int", "bool")
    assert any(each["completedDate"] is None for each in looked_at)
    assert uses["completedDate"]["kind"] == "str"
    assert uses["currentTask.statusId"]["records"] == sum(bool(each["currentTask"]) for each in looked_at)


def test_only_one_page_is_asked_for(sandbox: Running, house: House) -> None:
    house.connect_to(sandbox)
    dossiers = house.own_mappings() / "province" / "dossiers.yaml"
    replace_in(dossiers, "page_size: 1000", "page_size: 10")
    before = _searches(sandbox)
    house.done("check", "province", "--live", "--stream", "dossiers")
    assert _searches(sandbox) == before + 1


def _searches(sandbox: Running) -> int:
    return int(ledger(sandbox.province)["calls"].get("/pa/dossier/search", 0))


def test_the_sample_holds_no_personal_value(sandbox: Running, sample: bytes) -> None:
    text = sample.decode()
    assert PERSONAL.search(json.dumps(_theirs(sandbox))), "the portal shows numbers, or this proves nothing"
    assert not PERSONAL.search(text)
    people = [each["applicant"]["data"] for each in _theirs(sandbox)]
    assert not [one for person in people for one in _told(person) if one in text]


def _told(person: dict[str, Any]) -> list[str]:
    return [str(person[name]) for name in ("fullname", "identityNumber", "phoneNumber")]


def test_the_sample_is_what_the_mapping_reads(sandbox: Running, visited: House, sample: bytes) -> None:
    stream = load_portal((visited.mappings,), "province").stream("dossiers")
    mapping = compile_mapping(stream)
    records = list(opened(sample, stream.form).records)
    rows = [dict(zip(mapping.columns, mapping.apply(decode.members(raw)).values, strict=True)) for raw in records]
    theirs = _theirs(sandbox)[: len(rows)]
    assert [row["dossier_code"] for row in rows] == [each["code"] for each in theirs]
    assert [row["processing_time"] for row in rows] == [Decimal(str(each["processingTime"])) for each in theirs]
    shapes = [re.sub(r"\w", "x", each["applicant"]["data"]["fullname"]) for each in theirs]
    assert [row["applicant_name"] for row in rows] == shapes


def test_fractions_are_kept_as_they_are(sandbox: Running, house: House) -> None:
    house.connect_to(sandbox)
    folder = house.own_mappings() / "province"
    fraction = {"1": {"processingTime": 7.10}}
    order_fault(sandbox.province, match="/pa/dossier/search", kind="rewrite", records=fraction, times=1)
    house.done("check", "province", "--live", "--stream", "dossiers", "--keep")
    kept = json.loads((folder / "golden" / "dossiers.json").read_bytes(), parse_float=str)
    assert kept["content"][1]["processingTime"] in {"7.1", "7.10"}


def test_parts_keep_only_what_is_read(sandbox: Running, house: House) -> None:
    house.connect_to(sandbox)
    folder = house.own_mappings() / "province"
    house.done("check", "province", "--live", "--stream", "procedures", "--keep")
    kept = json.loads((folder / "golden" / "procedures.json").read_bytes())["content"]
    sectors = [each["sector"] for each in kept]
    assert all(re.search("[1-9A-Z]", sector["code"]) for sector in sectors)
    assert all(re.fullmatch("[0x]+", sector["id"]) for sector in sectors)


def test_a_stream_that_is_asked_value_by_value_borrows_a_value(sandbox: Running, house: House) -> None:
    house.connect_to(sandbox)
    rows = json.loads(house.done("check", "national", "--live", "--stream", "procedures", "--json"))
    uses = {row["member"]: row["use"] for row in rows}
    assert uses["CACHTHUCTHUCHIEN.KENH"].startswith("→ ")
    assert uses["CACHTHUCTHUCHIEN.THOIGIAN.PHILEPHI.SOTIEN"] == "→ amount, amount_text"
    assert not [use for use in uses.values() if use == "not used"]


def test_its_sample_knows_what_it_was_asked_with_and_nothing_else(sandbox: Running, house: House) -> None:
    house.connect_to(sandbox)
    golden = house.own_mappings() / "national" / "golden"
    house.done("check", "national", "--live", "--stream", "decisions", "--keep")
    assert list(json.loads((golden / "decisions.request.json").read_bytes())) == ["idQDCB"]
    house.done("mapping", "test", "national", "decisions", "--update")
    rows = json.loads((golden / "decisions.expected.json").read_bytes())
    assert len(rows["decision"]) == 1
    assert "quarantine" not in rows


def test_every_stream_of_a_portal_is_asked_when_none_is_named(sandbox: Running, house: House) -> None:
    house.connect_to(sandbox)
    rows = json.loads(house.done("check", "province", "--live", "--json"))
    assert {row["stream"] for row in rows} == {"agencies", "dossiers", "procedures"}
    assert not [row for row in rows if row["use"].startswith("missed")]


def test_a_portal_that_refuses_us_gives_one_line(sandbox: Running, house: House) -> None:
    house.connect_to(sandbox, password="wrong")
    ended = house.gateway("check", "province", "--live")
    assert ended.returncode == 3
    [line] = said(ended)
    assert line.startswith("gateway: province/agencies: ")
    assert "signing in failed" in line


def test_one_stream_that_fails_does_not_hide_the_others(sandbox: Running, house: House) -> None:
    house.connect_to(sandbox)
    order_fault(sandbox.province, match="/ba/agency", kind="status", status=404, times=1)
    ended = house.gateway("check", "province", "--live", "--json")
    assert ended.returncode == 3
    assert [line.split(": ")[1] for line in said(ended)] == ["province/agencies"]
    assert {row["stream"] for row in json.loads(ended.stdout)} == {"dossiers", "procedures"}


def test_keep_without_live_is_refused(house: House) -> None:
    ended = house.gateway("check", "province", "--keep")
    assert ended.returncode == 2
    assert "--live" in said(ended)[0]


def test_portals_of_every_kind_are_asked_in_one_go(sandbox: Running, house: House) -> None:
    house.connect_to(sandbox)
    for portal in portal_names((house.own_mappings(),)):
        if portal not in sandbox.connections:
            shutil.rmtree(house.mappings / portal)
    ended = house.gateway("check", "--live", "--json")
    assert (ended.returncode, said(ended)) == (0, [])
    rows = json.loads(ended.stdout)
    mapped = {(name, stream.stream) for name in sandbox.connections for stream in _streams(house, name)}
    assert {(row["portal"], row["stream"]) for row in rows} == mapped
    assert not [row for row in rows if row["use"].startswith("missed")]


def _streams(house: House, portal: str) -> tuple[StreamSpec, ...]:
    return load_portal((house.mappings,), portal).streams


def test_a_list_without_records_says_so_and_no_more(sandbox: Running, house: House) -> None:
    house.connect_to(sandbox)
    order_fault(sandbox.province, match="/pa/dossier/search", kind="shrunk", count=0, times=1)
    rows = json.loads(house.done("check", "province", "--live", "--stream", "dossiers", "--json"))
    assert [row["use"] for row in rows] == ["no records came"]


FILES_PORTAL = """
portal: letters
name: {vi: Tệp mẫu, en: Sample files}
connection: portal_letters
protocol: files
files: {settled: 0s}
schedule: "0 2 * * *"
"""
FILES_STREAM = """
stream: agencies
name: {vi: Cơ quan, en: Agencies}
into: agency
request: {file: "agencies*.csv"}
format: csv
table: {columns: [Mã, Tên]}
records: "."
fields:
  agency_code: {from: Mã, type: code}
  agency_name: {from: Tên, type: line}
  source_id: {from: "@row", type: code}
"""


def _folder_of_files(house: House) -> Path:
    folder, portal = house.place / "letters", house.own_mappings() / "letters"
    folder.mkdir()
    portal.mkdir()
    (portal / "portal.yaml").write_text(FILES_PORTAL, "utf-8")
    (portal / "agencies.yaml").write_text(FILES_STREAM, "utf-8")
    house.connections = {"AIRFLOW_CONN_PORTAL_LETTERS": json.dumps({"conn_type": "file", "host": folder.as_uri()})}
    return folder


def test_of_files_the_first_that_fits_is_read(house: House) -> None:
    folder = _folder_of_files(house)
    (folder / "agencies-1.csv").write_text("Mã,Tên,Ghi chú\nH15,Sở Tư pháp,gọi lại\n", "utf-8")
    (folder / "agencies-2.csv").write_text("Mã,Tên\nH16,Sở Y tế\nH17,Sở Nội vụ\n", "utf-8")
    rows = json.loads(house.done("check", "letters", "--live", "--json"))
    assert {row["member"]: row["use"] for row in rows} == {
        "@row": "→ source_id",
        "Ghi chú": "not used",
        "Mã": "→ agency_code",
        "Tên": "→ agency_name",
    }
    assert {row["records"] for row in rows} == {1}


def test_a_folder_without_a_fitting_file_gives_one_line(house: House) -> None:
    _folder_of_files(house)
    ended = house.gateway("check", "letters", "--live")
    assert ended.returncode == 3
    [line] = said(ended)
    assert line.startswith("gateway: letters/agencies: no complete file fits 'agencies*.csv'")


def test_a_sample_of_a_table_is_kept_by_hand(house: House) -> None:
    (_folder_of_files(house) / "agencies.csv").write_text("Mã,Tên\nH15,Sở Tư pháp\n", "utf-8")
    ended = house.gateway("check", "letters", "--live", "--keep", "--json")
    assert ended.returncode == 2
    assert "keep a page by hand, redacted" in said(ended)[0]
    assert len(json.loads(ended.stdout)) == 3
