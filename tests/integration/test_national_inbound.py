"""Dossiers that citizens filed on the national portal: asked by windows of days, and the last 180 days again each night."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from connectors.errors import FatalPortalError
from gateway.errors import NeedsPerson
from gateway.run import Report
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers import reading
from tests.helpers.dossiers import instant, moved
from tests.helpers.house import House, ledger, replace_in
from tests.helpers.reading import one_line

PORTAL, SERVICE = "national", "DanhSachHoSo"
DAY_ZERO = date(2026, 11, 20)
FIRST_DAY = date(2026, 1, 1)
WINDOW = 31
Json = Any


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--only", PORTAL, "--dossiers", "900", "--procedures", "40") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running, house: House) -> Running:
    """The file's sandbox, behaving well, and the house connected to it."""
    running.http.delete(f"{running.national}/_sandbox/faults", timeout=10)
    house.connect_to(running)
    return running


@contextmanager
def _on(day: int) -> Iterator[None]:
    """It is this day of the portal's calendar; the windows end with it."""
    with patch("gateway.asking.today", lambda: DAY_ZERO + timedelta(days=day)):
        yield


def _sync(house: House, day: int = 0, **options: Any) -> Report:
    with _on(day):
        return house.sync(PORTAL, only="dossiers", **options)


def _dossiers(sandbox: Running, day: int = 0) -> dict[str, Json]:
    """Everything in one window: this portal bears a longer one than we ask for."""
    until = DAY_ZERO + timedelta(days=day)
    found = reading.national(sandbox, SERVICE, ngayNhan1=FIRST_DAY.isoformat(), ngayNhan2=until.isoformat())
    return {record["MaHoSo"]: record for record in found}


def _time(written: str) -> Any:
    return instant(written, "%d/%m/%Y %H:%M:%S")


def _row(record: Json) -> tuple[Any, ...]:
    filed, received = _time(record["NgayNop"]), _time(record["NgayTiepNhan"])
    return (
        record["MaHoSo"],
        record["MaHoSo"],
        record["MaTrangThai"],
        record["MaTrangThai"],
        record["TrangThaiHoSo"],
        received or filed,
        record["MaTTHC"],
        record["MaDonViXuLy"],
        one_line(record["DonViXuLy"]),
        record["HoTenNguoiNop"],
        "2",
        filed,
        received,
        _time(record["NgayHenTra"]),
    )


ROWS = """
    select dossier_code, dossier_code_national, status_code, source_status_code, source_status_name, status_at,
        procedure_code, agency_code, agency_name, applicant_name, channel_code, filed_at, received_at, appointment_at
    from core.dossier where issuer = 'national'"""


def _same(house: House, records: list[Json]) -> None:
    assert sorted(house.rows(ROWS), key=repr) == sorted(map(_row, records), key=repr)


def _windows(house: House) -> list[tuple[date, date]]:
    """What the newest batch asked for."""
    asked = house.column(
        """select request -> 'body' from landing.page where batch_id = (select max(batch_id) from ops.batch)
        order by ordinal"""
    )
    assert all(body["service"] == SERVICE for body in asked)
    return [(date.fromisoformat(body["ngayNhan1"]), date.fromisoformat(body["ngayNhan2"])) for body in asked]


def test_a_first_run_asks_every_day_once_and_holds_what_the_portal_has(house: House, sandbox: Running) -> None:
    report = _sync(house)
    assert report.verdict() is None
    records = list(_dossiers(sandbox).values())
    assert len(records) > 100
    assert len({record["MaTrangThai"] for record in records}) >= 8
    _same(house, records)
    assert report.counts.new == len(records)
    assert house.rows("select path, kind from ops.drift") == []
    windows = _windows(house)
    days = [begin + timedelta(days=n) for begin, end in windows for n in range((end - begin).days + 1)]
    assert days == [FIRST_DAY + timedelta(days=n) for n in range((DAY_ZERO - FIRST_DAY).days + 1)]
    assert max((end - begin).days for begin, end in windows) == WINDOW - 1


def test_a_second_run_reads_the_last_180_days_and_changes_nothing(house: House, sandbox: Running) -> None:
    assert _sync(house).verdict() is None
    newest = max(_time(record["NgayNop"]) for record in _dossiers(sandbox).values())
    second = _sync(house)
    assert second.verdict() is None
    assert (second.counts.new, second.counts.changed, second.counts.quarantined) == (0, 0, 0)
    assert second.counts.unchanged > 0
    windows = _windows(house)
    assert newest.date() - timedelta(days=181) <= windows[0][0] <= newest.date() - timedelta(days=179)
    assert windows[-1][1] == DAY_ZERO
    assert len(windows) == 6
    assert house.column("select mode from ops.batch order by batch_id") == ["full", "incremental"]


def test_days_pass_and_what_was_filed_or_moved_comes(new_house: NewHouse) -> None:
    """What moved though it was filed before the days that are read again comes with the next full run."""
    house = new_house()
    replace_in(house.own_mappings() / PORTAL / "dossiers.yaml", "overlap: 180d", "overlap: 30d")
    with running_sandbox("--only", PORTAL, "--dossiers", "2000", "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        assert _sync(house).verdict() is None
        before = _dossiers(sandbox)
        assert sandbox.order(PORTAL, "days", {"days": 2}).ok
        after = _dossiers(sandbox, day=2)
        report = _sync(house, day=2)
        asked_from = _windows(house)[0][0]
        new, changed = moved(before, after)
        seen = {code for code in changed if _filed_on(after[code]) >= asked_from}
        assert report.verdict() is None
        assert (report.counts.new, report.counts.changed) == (len(new), len(seen))
        assert new
        assert seen
        assert changed - seen
        full = _sync(house, day=2, full=True)
    assert full.verdict() is None
    assert (full.counts.new, full.counts.changed) == (0, len(changed - seen))
    _same(house, list(after.values()))
    twice = house.column(
        "select dossier_code from core.dossier_event join core.dossier using (dossier_id) group by 1 having count(*) > 1"
    )
    assert set(twice) <= {code for code in changed if before[code]["MaTrangThai"] != after[code]["MaTrangThai"]}
    assert twice


def _filed_on(record: Json) -> date:
    day, month, year = record["NgayNop"][:10].split("/")
    return date(int(year), int(month), int(day))


def test_a_session_that_ends_between_two_windows_is_renewed(house: House, sandbox: Running) -> None:
    before = ledger(sandbox.national)["calls"]
    body = '{"error_code": "-1", "message": "Phiên làm việc không hợp lệ hoặc đã hết hạn", "result": []}'
    assert sandbox.order(PORTAL, "faults", {"match": SERVICE, "kind": "body", "body": body, "after": 4}).ok
    assert _sync(house).verdict() is None
    after = ledger(sandbox.national)["calls"]
    windows = -(-((DAY_ZERO - FIRST_DAY).days + 1) // WINDOW)
    assert after["login"] - before.get("login", 0) == 2
    assert after[SERVICE] - before.get(SERVICE, 0) == windows + 1
    _same(house, list(_dossiers(sandbox).values()))


def test_a_state_nobody_knows_waits_for_a_person(house: House, sandbox: Running) -> None:
    fault = {"match": SERVICE, "kind": "rewrite", "records": {"0": {"MaTrangThai": "11"}}, "after": 8}
    assert sandbox.order(PORTAL, "faults", fault).ok
    report = _sync(house)
    assert isinstance(report.verdict(), NeedsPerson)
    assert report.counts.quarantined == 1
    assert house.rows("select path, value from ops.quarantine") == [("MaTrangThai", "11")]


def test_a_window_that_fails_moves_no_cursor(house: House, sandbox: Running) -> None:
    body = '{"error_code": 1, "message": "Tham số không hợp lệ: ngayNhan1", "result": []}'
    assert sandbox.order(PORTAL, "faults", {"match": SERVICE, "kind": "body", "body": body, "after": 9}).ok
    report = _sync(house)
    [error] = report.errors
    assert isinstance(error, FatalPortalError)
    assert (FIRST_DAY + timedelta(days=9 * WINDOW)).isoformat() in str(error)
    assert house.value("select count(*) from ops.cursor") == 0
    assert house.value("select count(*) from core.dossier") == 0
    assert _sync(house).verdict() is None
    _same(house, list(_dossiers(sandbox).values()))
