"""`gateway mapping test`: a sample beside the mapping, and the rows it must become."""

from __future__ import annotations

import json

from tests.bench.conftest import Site
from tests.helpers.house import replace_in


def test_every_shipped_sample_becomes_what_it_must(site: Site) -> None:
    ended = site.run("test", "--json")
    assert ended.code == 0
    assert {row["state"] for row in ended.rows} == {"as expected"}


def test_a_changed_mapping_shows_path_expected_and_found(site: Site) -> None:
    replace_in(site.mappings / "licences" / "dossiers.yaml", "{from: MaTTHC, type: code}", "{from: MaDVC, type: code}")
    ended = site.run("test", "licences", "dossiers", "--json")
    assert ended.code == 1
    first = ended.rows[0]
    assert (first["path"], first["expected"]) == ("dossier[GPLX6626111600001].procedure_code", "1.002809")
    assert first["found"] not in ("1.002809", None)
    assert {row["path"].rpartition(".")[2] for row in ended.rows} == {"procedure_code"}


def test_a_difference_in_personal_data_shows_no_name(site: Site) -> None:
    replace_in(site.mappings / "licences" / "dossiers.yaml", "{from: HoTenNguoiNop,", "{from: TenDVC,")
    ended = site.run("test", "licences", "--json")
    assert {row["path"].rpartition(".")[2] for row in ended.rows} == {"applicant_name"}
    assert all("sha256" in row[side] for row in ended.rows for side in ("expected", "found"))
    assert "Ngô Văn Mẫu" not in ended.out


def test_a_record_that_no_longer_fits_is_a_difference(site: Site) -> None:
    lines = (site.mappings / "crosswalks" / "licences_status.tsv").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("10\t")]
    (site.mappings / "crosswalks" / "licences_status.tsv").write_text("".join(kept), "utf-8")
    rows = site.run("test", "licences", "--json").rows
    found = {row["path"]: row["found"] for row in rows}
    assert found["quarantine[GPLX6626111600001/0].reason"] == "a code that crosswalk licences_status does not know"
    assert found["dossier[GPLX6626111600001].dossier_code"] is None


def test_update_writes_what_is_found_for_a_person_to_read(site: Site) -> None:
    expected = site.mappings / "licences" / "golden" / "dossiers.expected.json"
    before = json.loads(expected.read_text("utf-8"))
    replace_in(
        site.mappings / "licences" / "dossiers.yaml",
        "procedure_code:     {from: MaTTHC",
        "procedure_code:     {from: MaDVC",
    )
    assert site.run("test", "licences", "--update").code == 0
    after = json.loads(expected.read_text("utf-8"))
    assert [row["procedure_code"] for row in before["dossier"]] != [row["procedure_code"] for row in after["dossier"]]
    assert site.run("test", "licences").code == 0


def test_streams_without_sample_or_expectation_are_reported(site: Site) -> None:
    golden = site.mappings / "national" / "golden"
    (golden / "fields.json").unlink()
    (golden / "agencies.expected.json").unlink()
    ended = site.run("test", "national", "--json")
    states = {row["stream"]: row["state"] for row in ended.rows}
    assert (states["fields"], states["agencies"], ended.code) == ("no sample", "nothing expected", 1)


def test_a_sample_that_cannot_be_read_says_where(site: Site) -> None:
    (site.mappings / "national" / "golden" / "fields.json").write_text('{"result": [', "utf-8")
    ended = site.run("test", "national", "fields")
    assert ended.code == 2
    assert ended.said.startswith("gateway: national/fields: ")
    assert "golden/fields.json" in ended.said
