"""`gateway mapping coverage`: what a mapping uses of the source, and how far it fills our columns."""

from __future__ import annotations

import json
from typing import Any

from gateway.portals import load_portal
from tests.bench.conftest import Ended, Site
from tests.conftest import NewHouse
from tests.helpers import golden
from tests.helpers.house import House, replace_in


def _by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in rows}


def _covered(site: Site, *words: str) -> dict[str, dict[str, Any]]:
    ended: Ended = site.run("coverage", *words, "--json")
    assert ended.code == 0
    return _by_name(ended.rows)


def test_members_are_used_ignored_or_unknown(site: Site) -> None:
    replace_in(site.mappings / "licences" / "dossiers.yaml", "ignored: [MaDVC, HinhThucNhanKQ]", "ignored: [MaDVC]")
    rows = _covered(site, "licences", "dossiers")
    assert rows["MaTrangThai"]["use"] == "→ source_status_code, status_code"
    assert (rows["MaDVC"]["use"], rows["HinhThucNhanKQ"]["use"]) == ("ignored", "unknown")


def test_shares_are_of_the_records_that_have_something_there(site: Site) -> None:
    rows = _covered(site, "licences", "dossiers")
    assert (rows["NgayHenTra"]["count"], rows["NgayHenTra"]["share"]) == (2, "66.7%")
    assert (rows["dossier.appointment_at"]["count"], rows["dossier.appointment_at"]["of"]) == (2, 3)
    assert (rows["dossier.due_at"]["share"], rows["dossier.due_at"]["use"]) == ("0.0%", "not mapped")


def test_columns_of_parts_count_by_their_rows(site: Site) -> None:
    rows = _covered(site, "national", "procedures")
    assert (rows["procedure_step.case_name"]["count"], rows["procedure_step.case_name"]["of"]) == (2, 3)
    assert rows["CACHTHUCTHUCHIEN.THOIGIAN.PHILEPHI.SOTIEN"]["use"] == "→ amount, amount_text"


def test_a_refused_record_fills_nothing_and_is_counted(site: Site) -> None:
    replace_in(site.mappings / "crosswalks" / "licences_status.tsv", "\n10\tĐã trả", "\n12\tĐã trả")
    ended = site.run("coverage", "licences", "dossiers", "--json")
    assert ended.said == "licences/dossiers: 3 records, 1 of them refused\n"
    assert _by_name(ended.rows)["dossier.dossier_code"]["count"] == 2
    assert _by_name(ended.rows)["MaHoSo"]["count"] == 3


def test_with_a_database_what_was_landed_counts(new_house: NewHouse) -> None:
    house: House = new_house()
    sample = house.own_mappings() / "licences" / "golden" / "dossiers.json"
    kept = sample.read_text("utf-8")
    page = json.loads(kept)
    page["data"] = page["data"][:2]
    sample.write_text(json.dumps(page), "utf-8")
    with house.shop() as shop:
        golden.load(shop, load_portal((house.mappings,), "licences").stream("dossiers"))
    sample.write_text(kept, "utf-8")
    landed = _by_name(json.loads(house.done("mapping", "coverage", "licences", "--json")))
    of_sample = _by_name(json.loads(house.done("mapping", "coverage", "licences", "--sample", "--json")))
    assert (landed["MaHoSo"]["of"], of_sample["MaHoSo"]["of"]) == (2, 3)


def test_nothing_landed_says_what_to_do(new_house: NewHouse) -> None:
    ended = new_house().gateway("mapping", "coverage", "licences", "dossiers")
    assert ended.returncode == 2
    assert "licences/dossiers: nothing landed → sync it first, or use the golden sample: --sample" in ended.stderr
