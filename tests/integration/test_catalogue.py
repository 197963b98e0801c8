"""The real catalogue: 2,642 procedures come through whole."""

from __future__ import annotations

import csv
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from connectors import decode
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import House
from tests.helpers.reading import one_line

COUNT, WITHOUT_DETAIL = 2642, 17


@pytest.fixture(scope="module")
def source(catalogue: Path) -> dict[str, dict[str, str]]:
    """The file's rows by code."""
    with catalogue.open(encoding="utf-8-sig", newline="") as lines:
        return {row["ma"]: row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def house(catalogue: Path, new_house: NewHouse) -> House:
    """A night with the real catalogue, synchronised and published."""
    house = new_house()
    with running_sandbox("--catalogue", str(catalogue), "--dossiers", "0") as sandbox:
        house.connect_to(sandbox)
        house.night("national")
        house.publish("procedure_catalogue")
    return house


@pytest.fixture(scope="module")
def published(house: House) -> dict[str, dict[str, Any]]:
    """The published rows by code."""
    lines = (house.place / "datasets" / "procedure_catalogue" / "latest" / "procedure_catalogue.jsonl").read_text(
        "utf-8"
    )
    rows = [json.loads(line) for line in lines.splitlines()]
    assert len(rows) == len({row["procedure_code"] for row in rows})
    return {row["procedure_code"]: row for row in rows}


def test_every_procedure_is_published(source: dict[str, Any], published: dict[str, Any]) -> None:
    assert len(published) == COUNT
    assert published.keys() == source.keys()


def test_names_are_nfc_and_never_shortened(source: dict[str, Any], published: dict[str, Any]) -> None:
    names = {code: row["procedure_name"] for code, row in published.items()}
    assert names == {code: one_line(row["ten"]) for code, row in source.items()}
    assert all(unicodedata.is_normalized("NFC", name) for name in names.values())
    assert max(map(len, names.values())) > 500


def test_exactly_seventeen_have_no_detail(source: dict[str, Any], published: dict[str, Any]) -> None:
    bare = {code for code, row in published.items() if not row["has_detail"]}
    assert len(bare) == WITHOUT_DETAIL
    assert bare == {code for code, row in source.items() if row["crawl_mismatch"] == "1"}
    assert {published[code]["channel_codes"] for code in bare} == {None}


def test_lists_keep_every_value_in_order(source: dict[str, Any], published: dict[str, Any]) -> None:
    detailed = [code for code, row in source.items() if row["crawl_mismatch"] == "0"]
    fields = {code: published[code]["field_names"] for code in detailed}
    assert fields == {code: [one_line(name) for name in source[code]["linh_vuc"].split(" | ")] for code in detailed}
    assert max(map(len, fields.values())) > 1
    levels = {code: published[code]["level_names"] or [] for code in detailed}
    assert levels == {code: list(filter(None, source[code]["cap_thuc_hien"].split(", "))) for code in detailed}
    agencies = {code: " | ".join(published[code]["executing_agency_names"] or []) for code in detailed}
    assert agencies == {code: one_line(source[code]["co_quan_thuc_hien"]) for code in detailed}


def test_channels_are_those_of_the_file(source: dict[str, Any], published: dict[str, Any]) -> None:
    codes = {"Trực tiếp": "1", "Trực tuyến": "2", "Dịch vụ bưu chính": "3"}
    assert {code: row["channel_codes"] or [] for code, row in published.items() if row["has_detail"]} == {
        code: sorted({codes[name] for name in row["kenh_nop"].split("; ") if name})
        for code, row in source.items()
        if row["crawl_mismatch"] == "0"
    }


def test_legal_bases_are_all_there(source: dict[str, Any], house: House) -> None:
    ours = dict(
        house.rows(
            """select procedure_code, string_agg(document_number, '; ' order by ordinal)
            from core.procedure_legal_basis join core.procedure using (procedure_id) group by 1"""
        )
    )
    assert ours == {
        code: one_line(row["can_cu_ma"])
        for code, row in source.items()
        if row["can_cu_ma"] and row["crawl_mismatch"] == "0"
    }


def test_what_was_received_is_landed_untouched(source: dict[str, Any], house: House) -> None:
    [batch_id] = house.column("select batch_id from ops.batch where stream = 'procedure_list'")
    with house.shop() as shop:
        [page] = shop.landing.pages(batch_id)
        records = [decode.record(raw) for raw in decode.records(decode.envelope(shop.landing.read(page)), "result")]
    landed = {record["MATTHC"]: record["TENTTHC"] for record in records}
    assert landed == {code: row["ten"] for code, row in source.items()}
    assert not all(unicodedata.is_normalized("NFC", name) for name in landed.values())


def test_nothing_was_refused(house: House) -> None:
    assert house.value("select count(*) from ops.quarantine") == 0
