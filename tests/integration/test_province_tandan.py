"""A one-stop system of Tân Dân: pages from 1, the ten national states, times without a zone, deleted ones still listed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from connectors.errors import SignInRefused
from gateway.errors import NeedsPerson
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers.catalogue import batch
from tests.helpers.dossiers import instant, moved
from tests.helpers.house import House, ledger, replace_in
from tests.helpers.reading import one_line

PORTAL = "province-tandan"
LIST, PROCEDURES = "/api/v1/hoso", "/api/v1/thutuc"
DOSSIERS = 600
Json = Any


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--only", PORTAL, "--dossiers", str(DOSSIERS), "--procedures", "40") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running, house: House) -> Running:
    """The file's sandbox, behaving well, and the house connected to it."""
    running.http.delete(f"{running.addresses[PORTAL]}/_sandbox/faults", timeout=10)
    house.connect_to(running)
    return running


def _all(sandbox: Running, path: str) -> list[Json]:
    """In one page: who names no size gets everything."""
    connection = sandbox.connections[PORTAL]
    headers = {"ApiKey": connection["extra"]["api_key"], "MaDonVi": connection["login"]}
    answer = sandbox.http.get(sandbox.addresses[PORTAL] + path, headers=headers, timeout=30).json()
    assert answer["totalCount"] == len(answer["data"])
    found: list[Json] = answer["data"]
    return found


def _dossiers(sandbox: Running) -> dict[str, Json]:
    return {record["MaHoSo"]: record for record in _all(sandbox, LIST)}


def _time(written: str | None) -> datetime | None:
    return instant(written, "%Y-%m-%dT%H:%M:%S.%f" if written and "." in written else "%Y-%m-%dT%H:%M:%S")


def _row(record: Json) -> tuple[Any, ...]:
    ended = record["NgayKetThucXuLy"] or record["NgayTra"] or record["NgayTuChoi"]
    names = ("LastModifiedOn", "NgayNopHoSo", "NgayTiepNhan", "NgayHenTra", "DeletedOn")
    return (
        record["MaHoSo"],
        record["MaHoSoKhac"],
        record["TrangThaiHoSoId"],
        record["MaTTHC"],
        one_line(record["TenTTHC"]),
        record["MaLinhVuc"],
        record["MaDonVi"] or record["DonViId"],
        one_line(record["TenDonVi"]),
        record["ChuHoSo"],
        record["KenhThucHien"],
        *(_time(record[name]) for name in names),
        _time(ended),
        record["Id"],
    )


ROWS = """
    select dossier_code, dossier_code_national, status_code, procedure_code, procedure_name, field_code, agency_code,
        agency_name, applicant_name, channel_code, status_at, filed_at, received_at, appointment_at, deleted_at,
        finished_at, source_id
    from core.dossier where issuer = 'province-tandan'"""


def _same(house: House, records: list[Json]) -> None:
    assert sorted(house.rows(ROWS), key=repr) == sorted(map(_row, records), key=repr)


def test_a_full_sync_holds_what_the_system_shows_and_a_second_one_changes_nothing(
    house: House, sandbox: Running
) -> None:
    first = house.sync(PORTAL)
    assert first.verdict() is None
    records = list(_dossiers(sandbox).values())
    assert len(records) == DOSSIERS
    assert len({record["TrangThaiHoSoId"] for record in records}) >= 8
    _same(house, records)
    assert house.rows("select path, kind from ops.drift") == []
    assert house.rows("select declared_total, read_count, page_count from ops.batch where stream = 'dossiers'") == [
        (DOSSIERS, DOSSIERS, 2)
    ]
    second = house.sync(PORTAL, full=True)
    assert second.verdict() is None
    assert (second.counts.new, second.counts.changed, second.counts.quarantined) == (0, 0, 0)
    assert second.counts.unchanged == first.counts.new


def test_deleted_dossiers_are_kept_and_told_from_the_others(house: House, sandbox: Running) -> None:
    assert house.sync(PORTAL, only="dossiers").verdict() is None
    deleted = {code for code, record in _dossiers(sandbox).items() if record["DeletedOn"]}
    assert deleted
    assert set(house.column("select dossier_code from core.dossier where deleted_at is not null")) == deleted


def test_procedures_are_those_of_the_system(house: House, sandbox: Running) -> None:
    assert house.sync(PORTAL, only="procedures").verdict() is None
    theirs = [
        (
            record["MaTTHC"],
            one_line(record["TenTTHC"]),
            "1" if record["SuDung"] else "0",
            record["MaLinhVuc"],
            record["MaDonVi"],
            record["CapThucHien"] or None,
            record["Id"],
        )
        for record in _all(sandbox, PROCEDURES)
    ]
    ours = house.rows(
        """select procedure_code, procedure_name, state_code, field_code, agency_code, level_name, source_id
        from core.procedure where issuer = 'province-tandan'"""
    )
    assert len(theirs) == 40
    assert sorted(ours, key=repr) == sorted(theirs, key=repr)


def test_days_pass_and_only_the_first_pages_are_read(new_house: NewHouse) -> None:
    house = new_house()
    replace_in(house.own_mappings() / PORTAL / "dossiers.yaml", "page_size: 500", "page_size: 5")
    with running_sandbox("--only", PORTAL, "--dossiers", "300", "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        assert house.sync(PORTAL).verdict() is None
        before = _dossiers(sandbox)
        assert sandbox.order(PORTAL, "days", {"days": 2}).ok
        after = _dossiers(sandbox)
        calls = ledger(sandbox.addresses[PORTAL])["calls"][LIST]
        assert house.sync(PORTAL).verdict() is None
        calls = ledger(sandbox.addresses[PORTAL])["calls"][LIST] - calls
    new, changed = moved(before, after)
    assert new
    assert changed
    read, *counts = batch(house, "dossiers")
    assert counts == [len(new), len(changed), read - len(new) - len(changed), 0]
    assert 1 < calls < len(after) / 5
    _same(house, list(after.values()))


def test_a_state_outside_the_ten_waits_for_a_person(house: House, sandbox: Running) -> None:
    """0 and 11 are in use somewhere, and nobody outside knows for what."""
    records = {"2": {"TrangThaiHoSoId": "0"}, "5": {"TrangThaiHoSoId": 11}}
    assert sandbox.order(PORTAL, "faults", {"match": LIST, "kind": "rewrite", "records": records}).ok
    report = house.sync(PORTAL, only="dossiers")
    assert isinstance(report.verdict(), NeedsPerson)
    assert sorted(house.rows("select path, value from ops.quarantine")) == [
        ("TrangThaiHoSoId", "0"),
        ("TrangThaiHoSoId", "11"),
    ]
    assert house.value("select count(*) from core.dossier") == DOSSIERS - 2


@pytest.mark.parametrize("wrong", [{"login": "000.00.00.H99"}, {"extra": {"api_key": "wrong"}}])
def test_a_stranger_is_refused(house: House, sandbox: Running, wrong: dict[str, Any]) -> None:
    house.connect_to(sandbox, **wrong)
    report = house.sync(PORTAL)
    [error] = report.errors
    assert isinstance(error, SignInRefused)
    assert "HTTP 401" in str(error)
    assert "wrong" not in str(error)
    assert house.value("select count(*) from core.dossier") == 0


def test_a_cut_page_leaves_everything_as_it_was(house: House, sandbox: Running) -> None:
    assert house.sync(PORTAL).verdict() is None
    records = list(_dossiers(sandbox).values())
    assert sandbox.order(PORTAL, "faults", {"match": LIST, "kind": "truncated", "times": 0, "after": 1}).ok
    report = house.sync(PORTAL, full=True, only="dossiers")
    [error] = report.errors
    assert error.exit_code == 3
    assert "page 2" in str(error)
    _same(house, records)
