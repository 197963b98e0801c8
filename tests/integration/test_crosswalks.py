"""Crosswalks in use: the gateway's own are whole, a code is looked up by the record's day, and a site chooses between tables."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from gateway.crosswalks.codelists import load
from gateway.errors import ConfigError
from gateway.mapping.compile import compile_mapping
from gateway.mapping.crosswalk import COLUMNS
from gateway.mapping.describe import describe
from gateway.portals import load_portal
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House, replace_in, said

OWN = sorted((ROOT / "mappings" / "crosswalks").glob("*.tsv"))


def test_the_gateways_own_crosswalks_have_no_errors(tmp_path: Path) -> None:
    """Without a database."""
    ended = House("", tmp_path).gateway("crosswalk", "check", "--json")
    assert ended.returncode == 0, ended.stdout
    assert {each["level"] for each in json.loads(ended.stdout)} == {"warning"}


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_each_own_crosswalk_has_all_columns_and_says_what_its_codes_are(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert "\t".join(COLUMNS) in lines
    assert any(line.startswith("# mapping_set_title: ") for line in lines)


def test_an_error_ends_with_2_and_names_file_and_line(tmp_path: Path) -> None:
    house = House("", tmp_path)
    file = house.own_mappings() / "crosswalks" / "province_status.tsv"
    replace_in(file, "\tskos:exactMatch\t9\tĐã xử lý xong", "\tskos:exactMatch\t99\tĐã xử lý xong")
    ended = house.gateway("crosswalk", "check", "province_status")
    assert ended.returncode == 2
    [line] = [number for number, text in enumerate(file.read_text("utf-8").splitlines(), 1) if "\t99\t" in text]
    assert f"error\t{file}:{line}\tdossier_status has no code '99'\tcorrect object_id" in ended.stdout.splitlines()


def test_a_name_nobody_has(tmp_path: Path) -> None:
    ended = House("", tmp_path).gateway("crosswalk", "show", "weather")
    assert ended.returncode == 2
    assert "no crosswalk 'weather'" in said(ended)[0]


def test_the_two_public_tables_of_one_product_are_shown_to_contradict_each_other(tmp_path: Path) -> None:
    shown = House("", tmp_path).done("crosswalk", "show", "opencps_status_by_tandan").splitlines()
    assert [line.split(": ", 1)[1] for line in shown if "says otherwise" in line] == [
        "new → 1 “Mới đăng ký”, here 2",
        "receiving → 2 “Được tiếp nhận”, here 1",
        "denied → 8 “Dừng xử lý”, here 3",
        "unresolved → 3 “Không được tiếp nhận”, here 8",
    ]


@pytest.mark.parametrize(("table", "states"), [("by_opencps", ("1", "8")), ("by_tandan", ("2", "3"))])
def test_a_site_chooses_a_table_by_its_name(table: str, states: tuple[str, str], tmp_path: Path) -> None:
    house = House("", tmp_path)
    file = house.own_mappings() / "province-opencps" / "dossiers.yaml"
    replace_in(file, "lookup: province_opencps_status", f"lookup: opencps_status_{table}")
    mapping = compile_mapping(load_portal((house.mappings,), "province-opencps").stream("dossiers"))
    [field] = [each for each in mapping.fields if each.column == "status_code"]
    assert (field.read({"dossierStatus": "new"}), field.read({"dossierStatus": "denied"})) == states


def _dated_channel(house: House) -> Path:
    """Channel 0 meant 2 until the end of September, and 3 since."""
    mappings = house.own_mappings()
    file = mappings / "crosswalks" / "province_channel.tsv"
    lines = file.read_text("utf-8").splitlines()
    [first] = [line for line in lines if line.startswith("0\t")]
    cells = first.split("\t")
    begin, end = COLUMNS.index("valid_from"), COLUMNS.index("valid_to")
    until = [*cells[:end], "2026-09-30", *cells[end + 1 :]]
    since = [*cells[:3], "3", *cells[4:begin], "2026-10-01", *cells[begin + 1 :]]
    at = lines.index(first)
    file.write_text("\n".join([*lines[:at], "\t".join(until), "\t".join(since), *lines[at + 1 :]]) + "\n", "utf-8")
    return mappings / "province" / "dossiers.yaml"


def test_a_code_is_looked_up_by_the_day_of_its_record(new_house: NewHouse) -> None:
    house = new_house()
    stream = _dated_channel(house)
    replace_in(
        stream,
        "lookup: province_channel, type: code}",
        "lookup: province_channel, dated: {from: appliedDate, format: iso}, type: code}",
    )
    with running_sandbox("--dossiers", "200", "--procedures", "10", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        assert house.sync("province").verdict() is None
    online = """
        select channel_code, (filed_at at time zone 'Asia/Ho_Chi_Minh')::date >= '2026-10-01', count(*) from core.dossier
        where channel_code in ('2', '3') group by 1, 2"""
    found = {(code, is_since) for code, is_since, _ in house.rows(online)}
    assert ("2", False) in found
    assert ("3", True) in found
    assert ("2", True) not in found


def test_our_dossier_states_are_those_of_the_public_list() -> None:
    file = ROOT.parent / "shared" / "data" / "status_code_lists.csv"
    if not file.exists():
        pytest.skip("the real lists ../shared/data/status_code_lists.csv are not on this machine")
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["list"].startswith("DVCQG/LGSP numeric")]
    ours = load(ROOT / "mappings" / "codelists" / "dossier_status.tsv").codes
    assert {code: each.label_vi for code, each in ours.items()} == {row["code"]: row["label"] for row in rows}


def test_days_in_a_crosswalk_want_a_day_in_the_mapping(tmp_path: Path) -> None:
    house = House("", tmp_path)
    stream = _dated_channel(house)
    with pytest.raises(ConfigError) as caught:
        compile_mapping(load_portal((house.mappings,), "province").stream("dossiers"))
    assert f"{stream}:" in str(caught.value)
    assert "channel_code is looked up in crosswalk province_channel, whose rows hold on some days only" in str(
        caught.value
    )


def test_the_day_is_told_in_words(tmp_path: Path) -> None:
    house = House("", tmp_path)
    stream = _dated_channel(house)
    replace_in(
        stream,
        "lookup: province_channel, type: code}",
        "lookup: province_channel, dated: {from: appliedDate, format: iso}, type: code}",
    )
    text = "\n".join(describe(compile_mapping(load_portal((house.mappings,), "province").stream("dossiers"))))
    assert "0→2 to 2026-09-30, 0→3 from 2026-10-01; any other code is refused) as it is meant on appliedDate" in text
