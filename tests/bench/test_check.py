"""`gateway mapping check`: every mistake with file and line, and what is odd as a note."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bench.conftest import Ended, Site
from tests.helpers.house import replace_in


def _errors(ended: Ended) -> list[dict[str, Any]]:
    return [row for row in ended.rows if row["level"] == "error"]


def _notes(ended: Ended, about: str) -> list[dict[str, Any]]:
    return [row for row in ended.rows if row["level"] == "note" and about in row["what"]]


def test_the_shipped_files_have_no_error(site: Site) -> None:
    ended = site.run("check", "--json")
    assert (ended.code, _errors(ended)) == (0, [])
    assert _notes(ended, "no golden sample shows")
    unused = {Path(note["where"]).stem for note in _notes(ended, "no mapping looks this crosswalk up")}
    assert unused == TO_CHOOSE_FROM


TO_CHOOSE_FROM = {
    "agency_code_style",
    "industry_applicant",
    "opencps_status_by_opencps",
    "opencps_status_by_tandan",
    "service_level",
    "service_level_old",
}
"""Crosswalks that come with the gateway for a site's own mappings: none of those shipped looks them up."""

WRONG = [
    ("unknown type", "type: line}", "type: lines}", "'lines' is not one of"),
    ("unknown word", "{from: MATTHC, type: code}", "{from: MATTHC, upper: true}", "unknown key 'upper'"),
    ("no such column", "procedure_name:", "procedure_title:", "has no column 'procedure_title'"),
    (
        "a column twice",
        "  procedure_name:",
        "  procedure_code: {from: ID}\n  procedure_name:",
        "'procedure_code' stands twice",
    ),
    (
        "owned, not filled",
        "records: result",
        "records: result\nowns: [valid_to]",
        "owns 'valid_to', but does not fill it",
    ),
    ("a draft's blank", "{from: TENTTHC, type: line}", "{from: TODO, type: line}", "procedure_name is still blank"),
]


@pytest.mark.parametrize(("old", "new", "what"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_each_mistake_has_its_line(site: Site, old: str, new: str, what: str) -> None:
    site.only("national")
    file = site.mappings / "national" / "procedure_list.yaml"
    replace_in(file, old, new)
    ended = site.run("check", "national", "--json")
    assert ended.code == 2
    [error] = _errors(ended)
    assert what in error["what"]
    number = int(error["where"].removeprefix(f"{file}:"))
    changed = new.rpartition("\n")[2]
    assert changed in file.read_text("utf-8").splitlines()[number - 1] or "stands twice" in what
    assert error["do"]


def test_all_mistakes_come_at_once(site: Site) -> None:
    site.only("national", "province")
    replace_in(
        site.mappings / "national" / "fields.yaml", "{from: MALINHVUC, type: code}", "{from: MALINHVUC, type: cod}"
    )
    replace_in(
        site.mappings / "national" / "fields.yaml", "{from: TENLINHVUC, type: line}", "{from: TENLINHVUC, kind: line}"
    )
    replace_in(site.mappings / "province" / "portal.yaml", "protocol: rest", "protocol: rset")
    ended = site.run("check")
    assert ended.code == 2
    lines = [line for line in ended.said.splitlines() if line.startswith("gateway: ")]
    assert [line.split(": ")[1].rpartition("/mappings/")[2] for line in lines] == [
        "national/fields.yaml:8",
        "national/fields.yaml:9",
        "province/portal.yaml:5",
    ]
    assert all("→" in line for line in lines)


def test_a_stream_whose_source_does_not_exist_is_found_when_streams_are_held_together(site: Site) -> None:
    site.only("national")
    replace_in(site.mappings / "national" / "decisions.yaml", "{stream: procedures,", "{stream: procedure,")
    [error] = _errors(site.run("check", "national", "--json"))
    assert "which does not exist" in error["what"]


def test_a_target_code_that_is_none_of_ours_is_an_error_at_its_row(site: Site) -> None:
    site.only("province")
    replace_in(site.mappings / "crosswalks" / "province_status.tsv", "skos:exactMatch\t10\t", "skos:exactMatch\t11\t")
    [error] = _errors(site.run("check", "--json"))
    assert error["what"] == "'11' is no code of dossier.status_code"
    file, _, line = error["where"].rpartition(":")
    assert "\t11\t" in Path(file).read_text("utf-8").splitlines()[int(line) - 1]


def test_a_constant_and_a_yes_or_no_must_be_codes_of_ours_too(site: Site) -> None:
    site.only("national", "files")
    replace_in(site.mappings / "national" / "dossiers.yaml", '{const: "2"}', '{const: "4"}')
    replace_in(site.mappings / "crosswalks" / "files_agency_state.tsv", "\ttrue\t", "\tactive\t")
    found = {error["what"] for error in _errors(site.run("check", "--json"))}
    assert found == {"'4' is no code of dossier.channel_code", "'active' is no code of agency.is_active"}


def test_codes_no_sample_shows_are_a_note(site: Site) -> None:
    site.only("xroad")
    crosswalk = site.mappings / "crosswalks" / "xroad_online.tsv"
    with crosswalk.open("a", encoding="utf-8") as file:
        file.write("counter\tTại quầy\tskos:exactMatch\t1\tTrực tiếp\tsemapv:ManualMappingCuration\t1.0\t\t\t\t\n")
    ended = site.run("check", "xroad", "--json")
    assert ended.code == 0
    [note] = _notes(ended, "'counter'")
    assert note["where"] == f"{crosswalk}:{len(crosswalk.read_text('utf-8').splitlines())}"
    assert "'true'" not in note["what"]


def test_a_crosswalk_nobody_looks_up_is_reported(site: Site) -> None:
    site.only("national")
    unused = site.mappings / "crosswalks" / "unused.tsv"
    shutil.copy(site.mappings / "crosswalks" / "channel.tsv", unused)
    notes = {note["where"] for note in _notes(site.run("check", "--json"), "looks this crosswalk up")}
    assert str(unused) in notes
    assert not any(where.endswith(("/channel.tsv", "/national_status.tsv")) for where in notes)


def test_columns_nobody_fills_are_reported_by_table(site: Site) -> None:
    site.only("units", "licences")
    notes = _notes(site.run("check", "--json"), "no portal fills")
    assert [note["where"] for note in notes] == ["core.dossier"]
    assert "task_status_name" in notes[0]["what"]
    assert "status_code" not in notes[0]["what"].replace("source_status_code", "").split(", ")


def test_two_owners_of_one_column_are_an_error(site: Site) -> None:
    site.only("national", "province")
    province = site.mappings / "province" / "procedures.yaml"
    replace_in(province, "into: procedure\n", "into: procedure\nowns: [procedure_name]\n")
    ended = site.run("check", "province", "--json")
    [error] = _errors(ended)
    assert (ended.code, error["where"]) == (2, f"{province}:5")
    assert error["what"].startswith("procedure.procedure_name is owned by national, too (")
    assert "national/procedures.yaml:5" in error["what"]


def test_an_unknown_portal_is_wrong_use(site: Site) -> None:
    ended = site.run("check", "nowhere")
    assert ended.code == 2
    assert "no portal 'nowhere'" in ended.said
