"""What the shared sets say, row by row, of what was planted in the database."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from gateway.config import load_settings
from gateway.publish.contract import load_contracts
from gateway.publish.sets import publish
from gateway.service_levels.kept import keep
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House
from tests.helpers.shared_sets import EVIL, PLANTED


@pytest.fixture(scope="module")
def planted(new_house: NewHouse) -> House:
    """A night, what was planted after it, and every set published."""
    house = new_house()
    with running_sandbox("--dossiers", "200", "--procedures", "30") as sandbox:
        house.connect_to(sandbox)
        house.night()
    for statement in PLANTED:
        house.execute(statement.replace(":", "\\:"))
    with house.engine() as engine:
        assert keep(engine, load_settings(house.environment)) > 0
        for contract in load_contracts(ROOT / "schemas"):
            assert publish(engine, contract, house.place / "datasets").is_new
    return house


def rows(house: House, name: str) -> list[dict[str, Any]]:
    """The rows of a published set."""
    path: Path = house.place / "datasets" / name / "latest" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_what_was_listed_amended_and_retired(planted: House) -> None:
    changes = rows(planted, "procedure_change")
    by_kind = {
        kind: [each for each in changes if each["change_kind"] == kind] for kind in ("listed", "amended", "retired")
    }
    assert sum(map(len, by_kind.values())) == len(changes)
    assert len(by_kind["listed"]) == planted.value("select count(*) from core.procedure where issuer = 'national'")
    [amended] = by_kind["amended"]
    assert (amended["change_number"], amended["changed_parts"]) == (2, ["procedure_name"])
    [retired] = by_kind["retired"]
    assert retired["procedure_code"] == planted.value("select max(procedure_code) from core.procedure_listing")
    assert (retired["decision_number"], retired["decision_date"]) == ("12/QĐ-UBND", "2026-10-01")
    assert retired["changed_at"] == "2026-10-02T01:00:00Z"


def test_a_limit_is_a_number_and_its_unit(planted: House) -> None:
    times = rows(planted, "procedure_time")
    expected = planted.rows("""
        select count(*), count(*) filter (where duration_unit = 'working-day') from core.procedure_time t
        join core.procedure p using (procedure_id) where p.issuer = 'national'""")
    assert expected == [(len(times), sum(each["duration_unit"] == "working-day" for each in times))]
    assert {type(each["duration_amount"]) for each in times} <= {int, float, type(None)}
    assert any(each["duration_unit"] == "working-day" and each["duration_amount"] for each in times)


PARTS = ("step", "component", "fee", "result", "legal_basis", "agency", "applicant", "related", "time")


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_every_procedure_in_the_portals_order(planted: House, part: str) -> None:
    expected = planted.rows(f"""
        select p.procedure_code, array_agg(t.ordinal + 1 order by t.ordinal) from core.procedure_{part} t
        join core.procedure p using (procedure_id) where p.issuer = 'national' group by 1""")
    found: dict[str, list[int]] = {}
    for row in rows(planted, f"procedure_{part}"):
        [number] = [row[name] for name in list(row)[1:2]]
        found.setdefault(row["procedure_code"], []).append(number)
    assert found == dict(expected)  # type: ignore[arg-type]
    assert found


def test_a_fee_hangs_under_a_limit_and_its_channel(planted: House) -> None:
    channels = {
        (each["procedure_code"], each["time_number"]): each["channel_code"] for each in rows(planted, "procedure_time")
    }
    fees = rows(planted, "procedure_fee")
    assert [channels[each["procedure_code"], each["time_number"]] for each in fees] == [
        each["channel_code"] for each in fees
    ]
    assert {each["channel_code"] for each in fees} > {"1"}


def test_the_portals_own_words_of_each_procedure(planted: House) -> None:
    expected = planted.rows("select procedure_code, requirements from core.procedure where issuer = 'national'")
    assert {(each["procedure_code"], each["requirements"]) for each in rows(planted, "procedure_text")} == set(expected)
    assert any(requirements for _, requirements in expected)


def test_agencies_of_both_portals(planted: House) -> None:
    expected = planted.rows("select issuer, agency_code from core.agency where valid_to is null")
    assert {(each["issuer"], each["agency_code"]) for each in rows(planted, "agency_directory")} == set(expected)
    assert {issuer for issuer, _ in expected} == {"national", "province"}


def test_codes_through_time(planted: House) -> None:
    told = [
        (each["code"], each["valid_from"], each["valid_to"], each["ended_by"]) for each in rows(planted, "code_history")
    ]
    assert told == [("0001", None, "2025-07-01", "succeeded"), ("0002", "2025-07-01", None, None)]
    [became] = rows(planted, "code_succession")
    assert (became["code"], became["successor_code"], became["relation"]) == ("0001", "0002", "whole")
    assert (became["said"], became["since"]) == ("toàn bộ xã 1", "2025-07-01")


def test_codes_that_are_one(planted: House) -> None:
    """A person's word counts over matching, the newest word over those before; a doubtful suggestion is none."""
    told = [(each["local_code"], each["national_code"], each["decided_by"]) for each in rows(planted, "crosswalk")]
    assert told == [("A", "N1", "person"), ("C", "N3", "matching")]


def test_each_state_of_each_dossier(planted: House) -> None:
    expected = planted.rows("""
        select d.dossier_code, e.status_code from core.dossier_event e join core.dossier d using (dossier_id)
        where d.issuer = 'province'""")
    assert sorted((each["dossier_code"], each["status_code"]) for each in rows(planted, "dossier_event")) == sorted(
        expected
    )
    assert len(expected) >= 200


def test_differences_without_values_and_names(planted: House) -> None:
    told = rows(planted, "discrepancy")
    assert [(each["record_code"], each["cause"], each["state"]) for each in told] == [
        ("H1", "not sent", "open"),
        ("H2", "held", "explained"),
    ]
    assert "Reviewer" not in json.dumps(told)


def test_what_portals_must_hear_of(planted: House) -> None:
    expected = planted.rows("select outbox_id, dossier_code, state from ops.outbox order by outbox_id")
    assert [
        (each["delivery_id"], each["dossier_code"], each["state"]) for each in rows(planted, "delivery")
    ] == expected
    assert expected


VERDICTS = ("met", "missed", "running", "unknown")


def test_clocks_by_agency_and_month_are_those_of_the_report(planted: House) -> None:
    told = rows(planted, "service_level")
    document = json.loads(planted.done("service-levels", "--json"))
    reported = {
        (rule["rule"], row["place"], row["agency"] or "unknown"): Counter({each: row[each] for each in VERDICTS})
        for rule in document["rules"]
        for row in rule["by_agency"]
    }
    summed = defaultdict[tuple[str, str, str], Counter[str]](Counter)
    for each in told:
        summed[each["rule"], each["place"], each["agency_name"]].update({v: each[f"{v}_count"] for v in VERDICTS})
    assert summed == reported
    assert sum(map(Counter.total, summed.values())) > 200
    assert {each["calendar_version"] for each in told} == {document["calendar"]}
    for rule in document["rules"]:
        about = {
            (f"{row['limit_amount']} {row['limit_unit']}", row["rule_name"], *row["legal_basis"])
            for row in told
            if row["rule"] == rule["rule"]
        }
        assert about <= {(rule["within"], rule["name"]["vi"], *rule["sources"])}


def test_a_clock_counts_in_the_vietnamese_month_in_which_a_case_began(planted: House) -> None:
    months = sorted({each["month"] for each in rows(planted, "service_level") if each["rule"] == "answered"})
    expected = planted.column("""
        select distinct coalesce(to_char(filed_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM'), 'unknown') from core.dossier
        where channel_code = '2' and valid_to is null order by 1""")
    assert months == expected
    [month, *_] = months
    first = datetime.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    period = ("--from", f"{first:%Y-%m-%d}", "--to", f"{last:%Y-%m-%d}")
    of_rules = json.loads(planted.done("service-levels", "--json", *period))["rules"]
    [answered] = [rule for rule in of_rules if rule["rule"] == "answered"]
    of_month = [each for each in rows(planted, "service_level") if (each["rule"], each["month"]) == ("answered", month)]
    assert [sum(each[f"{v}_count"] for each in of_month) for v in VERDICTS] == [answered[v] for v in VERDICTS]


def test_how_fresh_each_stream_is(planted: House) -> None:
    told = {(each["portal"], each["stream"]): each for each in rows(planted, "sync_health")}
    assert set(told) == set(planted.rows("select distinct portal, stream from ops.batch"))
    assert told["province", "dossiers"]["open_quarantine_count"] == 1
    assert told["province", "dossiers"]["read_count"] == 200
    assert all(each["last_loaded_at"] for each in told.values())


def test_a_set_without_streams_waits_for_its_first_row(new_house: NewHouse) -> None:
    house = new_house()
    house.done("db", "upgrade")
    published = house.publish("discrepancy")
    assert published.waits_for == ("a first row",)
    assert not published.folder.exists()


def test_the_workbook_is_typed_and_explains_itself(planted: House) -> None:
    with closing(
        load_workbook(planted.place / "datasets" / "dossier_status" / "latest" / "dossier_status.xlsx")
    ) as book:
        assert book.sheetnames == ["Dữ liệu", "Giải thích"]
        headings, *lines = book["Dữ liệu"].iter_rows(values_only=True)
        about = list(book["Giải thích"].iter_rows(min_row=2, values_only=True))
    assert headings[:4] == ("Mã hồ sơ", "Mã hồ sơ quốc gia", "Mã trạng thái", "Thời điểm trạng thái (giờ Việt Nam)")
    assert [row[0] for row in about] == list(headings)
    told = rows(planted, "dossier_status")
    assert [line[0] for line in lines] == [row["dossier_code"] for row in told]
    assert {type(line[2]) for line in lines} == {str}
    for line, row in zip(lines, told, strict=True):
        assert line[3] == datetime.fromisoformat(row["status_at"]).replace(tzinfo=None) + timedelta(hours=7)
        assert line[16] is row["is_interlinked"]


def test_no_cell_of_the_workbook_runs(planted: House) -> None:
    """A formula that a portal was made to carry stays a text, in the file as in Excel."""
    with closing(
        load_workbook(planted.place / "datasets" / "agency_directory" / "latest" / "agency_directory.xlsx")
    ) as book:
        cells = [
            cell
            for row in book["Dữ liệu"].iter_rows(min_row=2)
            for cell in row
            if str(cell.value).startswith(("=", "#"))
        ]
        assert {cell.value for cell in cells} == {EVIL, "#N/A"}
        assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}


def test_small_counts_are_in_no_file_and_all_others_are_right(planted: House) -> None:
    month = "to_char(received_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM')"
    counted = planted.rows(f"""
        select {month}, coalesce(agency_code, 'unknown'), coalesce(field_code, 'unknown'), count(*) from core.dossier
        where issuer = 'province' and received_at is not null group by 1, 2, 3""")
    told = rows(planted, "dossier_count")
    found = {(each["month"], each["agency_code"], each["field_code"]): each["received_count"] for each in told}
    assert found == {
        key: number if number >= 5 else None for key, number in {row[:3]: row[3] for row in counted}.items()
    }
    assert {None} < set(found.values()), "some are told, some are not"
    latest = planted.place / "datasets/dossier_count/latest"
    [cells] = [list(sheet.values) for sheet in load_workbook(latest / "dossier_count.xlsx").worksheets[:1]]
    assert {row[-1] for row in cells[1:]} == set(found.values())
    # How many were read, less the counts that are told, would tell the others.
    made_from = [
        each
        for each in json.loads((latest / "lineage.jsonld").read_text("utf-8"))["@graph"]
        if "gateway:stream" in each
    ]
    assert {each["gateway:stream"] for each in made_from} == {"dossiers"}
    assert not [name for each in made_from for name in each if name.endswith("_count")]
