"""After a full sync our tables say what the portals say, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers import dump, reading
from tests.helpers.house import House, counted, ledger

DOSSIERS, PROCEDURES = 2300, 80


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running_sandbox("--dossiers", str(DOSSIERS), "--procedures", str(PROCEDURES)) as running:
        yield running


@pytest.fixture(scope="module")
def synced(sandbox: Running, new_house: NewHouse) -> House:
    house = new_house()
    house.connect_to(sandbox)
    house.night()
    return house


@pytest.fixture(scope="module")
def details(sandbox: Running) -> list[Any]:
    return reading.procedures_in_detail(sandbox)


def test_dossiers_are_those_of_the_portal(sandbox: Running, synced: House) -> None:
    theirs = [
        (
            record["code"],
            record["nationCode"],
            reading.STATUS[record["dossierStatus"]["id"]],
            str(record["dossierStatus"]["id"]),
            record["dossierStatus"]["name"],
            record["dossierTaskStatus"]["name"],
            record["procedure"]["code"],
            reading.one_line(record["procedure"]["translate"]["name"]),
            record["procedure"]["sector"]["code"],
            record["agency"]["code"] or record["agency"]["id"],
            reading.vietnamese(record["agency"]["name"]),
            record["applicant"]["data"]["fullname"],
            {0: "2", 1: "1", 2: "3"}[record["applyMethod"]["id"]],
            *(
                reading.instant(record[name])
                for name in (
                    "updatedDate",
                    "appliedDate",
                    "acceptedDate",
                    "dueDate",
                    "appointmentDate",
                    "completedDate",
                )
            ),
            Decimal(record["processingTime"]),
            record["processingTimeUnit"],
            record["isDVCLT"],
            record["id"],
        )
        for record in reading.dossiers(sandbox).values()
    ]
    ours = synced.rows(
        """select dossier_code, dossier_code_national, status_code, source_status_code, source_status_name,
            task_status_name, procedure_code, procedure_name, field_code, agency_code, agency_name, applicant_name,
            channel_code, status_at, filed_at, received_at, due_at, appointment_at, finished_at, processing_time,
            processing_time_unit, is_interlinked, source_id
        from core.dossier where issuer = 'province'"""
    )
    assert len(theirs) == DOSSIERS
    assert sorted(ours, key=repr) == sorted(theirs, key=repr)


def test_each_dossier_has_the_event_of_its_state(synced: House) -> None:
    ours = "from core.dossier_event join core.dossier using (dossier_id) where issuer = 'province'"
    assert synced.value(f"select count(*) {ours}") == DOSSIERS
    assert not synced.rows(
        """select dossier_id from core.dossier left join core.dossier_event using (dossier_id, status_code, status_at)
        where dossier_event.dossier_id is null"""
    )


def test_procedures_have_all_their_parts(details: list[Any], synced: House) -> None:
    lists = {
        "step": ("TRINHTUTHUCHIEN", "TRINHTU"),
        "channel": ("CACHTHUCTHUCHIEN",),
        "time": ("CACHTHUCTHUCHIEN", "THOIGIAN"),
        "fee": ("CACHTHUCTHUCHIEN", "THOIGIAN", "PHILEPHI"),
        "component": ("THANHPHANHOSO", "GIAYTO"),
        "result": ("KETQUATHUCHIEN",),
        "legal_basis": ("CANCUPHAPLY",),
        "field": ("LINHVUCTHUCHIEN",),
        "level": ("CAPTHUCHIEN",),
        "applicant": ("DOITUONGTHUCHIEN",),
    }
    theirs = {
        detail["MATTHC"]: {part: len(reading.nested([detail], *names)) for part, names in lists.items()}
        for detail in details
    }
    ours: dict[str, dict[str, int]] = {
        code: dict.fromkeys(lists, 0)
        for code in synced.column("select procedure_code from core.procedure where issuer = 'national'")
    }
    for part in lists:
        for code, count in synced.rows(
            f"""select procedure_code, count(*) from core.procedure_{part} join core.procedure using (procedure_id)
            where issuer = 'national' group by 1"""
        ):
            ours[code][part] = count
    assert len(theirs) == PROCEDURES
    assert ours == theirs


def test_fees_stand_under_their_times_in_the_portals_order(details: list[Any], synced: House) -> None:
    theirs = []
    for detail in details:
        times = reading.nested([detail], "CACHTHUCTHUCHIEN", "THOIGIAN")
        fees = [(number, fee) for number, time in enumerate(times) for fee in time["PHILEPHI"]]
        theirs += [
            (
                detail["MATTHC"],
                ordinal,
                under,
                {"1'": "charge", "2'": "fee"}[fee["MAPHILEPHI"]],
                _amount(fee["SOTIEN"]),
                reading.code(fee["SOTIEN"]),
            )
            for ordinal, (under, fee) in enumerate(fees)
        ]
    ours = synced.rows(
        """select procedure_code, ordinal, time_ordinal, fee_kind, amount, amount_text
        from core.procedure_fee join core.procedure using (procedure_id)"""
    )
    assert theirs
    assert sorted(ours, key=repr) == sorted(theirs, key=repr)


def _amount(written: Any) -> Decimal | None:
    if written == "":
        return None
    return Decimal(0) if written == "Không" else Decimal(str(written).replace(".", ""))


def test_times_stand_under_their_manner(details: list[Any], synced: House) -> None:
    units = {"Ngày làm việc": "working-day", "Ngày": "day"}
    theirs = []
    for detail in details:
        manners = [(manner["KENH"], time) for manner in detail["CACHTHUCTHUCHIEN"] for time in manner["THOIGIAN"]]
        theirs += [
            (detail["MATTHC"], ordinal, str(channel), reading.code(time["THOIGIANGIAIQUYET"]), units[time["DONVITINH"]])
            for ordinal, (channel, time) in enumerate(manners)
        ]
    ours = synced.rows(
        """select procedure_code, t.ordinal, c.channel_code, duration_amount::text, duration_unit
        from core.procedure_time t join core.procedure using (procedure_id)
        join core.procedure_channel c on c.procedure_id = t.procedure_id and c.ordinal = t.channel_ordinal"""
    )
    assert theirs
    assert sorted(ours, key=repr) == sorted(theirs, key=repr)


def test_steps_keep_case_order_and_text_without_tags(details: list[Any], synced: House) -> None:
    theirs = [
        (detail["MATTHC"], case["TRUONGHOP"] or None, step["TENTRINHTU"].replace("<br>", "\n"))
        for detail in details
        for case in detail["TRINHTUTHUCHIEN"]
        for step in case["TRINHTU"]
    ]
    ours = synced.rows(
        """select procedure_code, case_name, step_text from core.procedure_step join core.procedure using (procedure_id)
        order by array_position(:codes, procedure_code), ordinal""",
        codes=[detail["MATTHC"] for detail in details],
    )
    assert ours == theirs


def test_procedures_point_to_decisions_we_hold(details: list[Any], sandbox: Running, synced: House) -> None:
    theirs = set()
    for number in {str(detail["IDQUYETDINHCONGBO"]) for detail in details}:
        [decision] = reading.national(sandbox, "LayQDCB", idQDCB=number)
        date = "-".join(reversed(decision["NGAYQUYETDINH"].split("/")))
        theirs.add((number, decision["SOQUYETDINH"], date or None))
    assert set(synced.rows("select decision_code, decision_number, decision_date::text from core.decision")) == theirs
    assert dict(synced.rows("select procedure_code, decision_code from core.procedure where issuer = 'national'")) == {
        detail["MATTHC"]: str(detail["IDQUYETDINHCONGBO"]) for detail in details
    }


def test_small_lists_are_those_of_the_portals(sandbox: Running, synced: House) -> None:
    fields = {
        (row["MALINHVUC"], row["TENLINHVUC"], row["MANGANH"]) for row in reading.national(sandbox, "LayDanhMucLinhVuc")
    }
    assert set(synced.rows("select field_code, field_name, agency_code from core.field")) == fields
    listed = {(row["MATTHC"], row["TENTTHC"]) for row in reading.national(sandbox, "LayDanhSachTTHC")}
    assert set(synced.rows("select procedure_code, procedure_name from core.procedure_listing")) == listed
    agencies = {
        (row["MADONVI"], row["TENDONVI"], reading.code(row["CAPDONVI"]))
        for row in reading.national(sandbox, "LayDanhMucCoQuan")
    }
    assert (
        set(synced.rows("select agency_code, agency_name, level_code from core.agency where issuer = 'national'"))
        == agencies
    )


def test_agencies_of_the_province_keep_their_tree(sandbox: Running, synced: House) -> None:
    theirs = [
        (
            record["code"] or record["id"],
            reading.vietnamese(record["name"]),
            (record["parent"]["code"] or record["parent"]["id"]) if record["parent"] else None,
            record["level"]["name"],
            record["status"] == 1,
        )
        for record in reading.province(sandbox, "/ba/agency")
    ]
    ours = synced.rows(
        "select agency_code, agency_name, parent_code, level_name, is_active from core.agency where issuer = 'province'"
    )
    assert len({row[0] for row in theirs}) == len(theirs)
    assert sorted(ours, key=repr) == sorted(theirs, key=repr)


def test_the_provinces_own_procedures(sandbox: Running, synced: House) -> None:
    theirs = [
        (
            record["code"],
            record.get("nationCode"),
            reading.vietnamese(record["name"]),
            record["sector"]["code"],
            "1",
            record["id"],
        )
        for record in reading.province(sandbox, "/bd/procedure")
    ]
    ours = synced.rows(
        """select procedure_code, procedure_code_national, procedure_name, field_code, state_code, source_id
        from core.procedure where issuer = 'province'"""
    )
    assert sorted(ours, key=repr) == sorted(theirs, key=repr)


def test_the_ledger_adds_up_and_declared_is_read(synced: House) -> None:
    for table in ("ops.run", "ops.batch"):
        counts = synced.rows(
            f"select read_count, new_count, changed_count, unchanged_count, quarantined_count from {table}"
        )
        assert counts
        assert counted(counts)
    paged = synced.rows("select declared_total, read_count from ops.batch where portal = 'province'")
    assert len(paged) == 3
    assert all(declared == read > 0 for declared, read in paged)
    assert synced.value("select sum(record_count) from landing.page") == synced.value(
        "select sum(read_count) from ops.run"
    )


def test_a_second_sync_changes_nothing_at_all(sandbox: Running, new_house: NewHouse) -> None:
    house = new_house()
    house.connect_to(sandbox)
    house.night()
    with house.engine() as engine:
        before = dump.everything(engine)
        house.night(full=True)
        after = dump.everything(engine)
    second = house.rows(
        "select new_count, changed_count, quarantined_count, read_count > 0, read_count = unchanged_count"
        " from ops.run order by run_id desc limit 2"
    )
    assert second == [(0, 0, 0, True, True)] * 2
    assert dump.differences(before, after) == {}


def test_what_the_portals_were_asked(new_house: NewHouse) -> None:
    with running_sandbox("--dossiers", "1200", "--procedures", "10") as sandbox:
        house = new_house()
        house.connect_to(sandbox)
        house.night()
        national, province = ledger(sandbox.national), ledger(sandbox.province)
    decisions = house.value("select count(*) from core.decision")
    windows = house.value("select page_count from ops.batch where portal = 'national' and stream = 'dossiers'")
    assert national["calls"] == {
        "login": 1,
        "LayDanhMucCoQuan": 1,
        "LayDanhMucLinhVuc": 1,
        "LayDanhSachTTHC": 1,
        "LayThuTuc": 10,
        "LayQDCB": decisions,
        "DanhSachHoSo": windows,
    }
    assert province["calls"] == {
        "/auth/realms/digo/protocol/openid-connect/token": 1,
        "/ba/agency": 1,
        "/bd/procedure": 1,
        "/pa/dossier/search": 2,
    }
