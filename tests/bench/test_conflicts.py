"""`gateway mapping conflicts`: where a portal contradicts the one that owns the column, both values side by side."""

from __future__ import annotations

import json
from typing import Any

from gateway.portals import load_portal
from tests.conftest import NewHouse
from tests.helpers import golden
from tests.helpers.house import House, replace_in

NATIONAL = "1.900001"


def _listed(house: House, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(house.done("mapping", "conflicts", *words, "--json"))
    return found


def _loaded(new_house: NewHouse, name: str) -> House:
    """A house where the province has a copy of the national procedure under a name."""
    house = new_house()
    sample = house.own_mappings() / "province" / "golden" / "procedures.json"
    page = json.loads(sample.read_text("utf-8"))
    page["content"][0]["nationCode"] = NATIONAL
    page["content"][0]["name"] = [{"languageId": 228, "name": name}]
    sample.write_text(json.dumps(page), "utf-8")
    with house.shop() as shop:
        for portal in ("national", "province"):
            golden.load(shop, load_portal((house.mappings,), portal).stream("procedures"))
    return house


def test_the_owners_word_comes_first_and_both_rows_stay(new_house: NewHouse) -> None:
    house = _loaded(new_house, "Thủ tục mang tên khác")
    code = house.value("select procedure_code from core.procedure where procedure_name = 'Thủ tục mang tên khác'")
    assert _listed(house) == [
        {
            "entity": "procedure",
            "column": "procedure_name",
            "code": NATIONAL,
            "owner": "national",
            "owner_value": "Thủ tục mô phỏng số 1",
            "portal": "province",
            "portal_code": code,
            "value": "Thủ tục mang tên khác",
        }
    ]
    assert _listed(house, "field") == []
    assert house.value("select count(distinct issuer) from core.procedure") == 2


def test_what_agrees_or_says_nothing_is_no_conflict(new_house: NewHouse) -> None:
    assert _listed(_loaded(new_house, "Thủ tục mô phỏng số 1")) == []


def test_personal_values_come_as_size_and_hash(new_house: NewHouse) -> None:
    house = new_house()
    mappings = house.own_mappings()
    replace_in(mappings / "national" / "dossiers.yaml", "into: dossier\n", "into: dossier\nowns: [applicant_name]\n")
    sample = mappings / "province" / "golden" / "dossiers.json"
    page = json.loads(sample.read_text("utf-8"))
    theirs = json.loads((mappings / "national" / "golden" / "dossiers.json").read_text("utf-8"))["result"][0]
    page["content"][0]["nationCode"] = theirs["MaHoSo"]
    sample.write_text(json.dumps(page), "utf-8")
    with house.shop() as shop:
        for portal in ("national", "province"):
            golden.load(shop, load_portal((house.mappings,), portal).stream("dossiers"))
    [found] = _listed(house, "dossier")
    assert found["code"] == theirs["MaHoSo"]
    assert "sha256" in found["owner_value"]
    assert "sha256" in found["value"]
    assert found["owner_value"] != found["value"]
