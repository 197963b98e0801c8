"""The statistics office's list of units: DataSets as of a day, names as they come, and lists that shrink by law."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import select

from connectors.errors import RetriablePortalError
from gateway.fetch import ListShrank
from gateway.run import Report
from gateway.store.ops import page
from sandbox.testing import Running, running_sandbox
from tests.helpers.catalogue import batch
from tests.helpers.house import House
from tests.helpers.reading import one_line
from tests.helpers.soap_calls import content, enveloped, post

PORTAL = "units"
PATH = "/DMDVHC.asmx"
TODAY, BEFORE = date(2026, 11, 20), date(2025, 6, 30)
LISTS = {
    "provinces": ("DanhMucTinh", "province", "MaTinh", "TenTinh"),
    "districts": ("DanhMucQuanHuyen", "district", "MaQuanHuyen", "TenQuanHuyen"),
    "communes": ("DanhMucPhuongXa", "commune", "MaPhuongXa", "TenPhuongXa"),
}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--only", PORTAL, "--dossiers", "300") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running, house: House) -> Running:
    """The file's sandbox, behaving well, and the house connected to it."""
    running.http.delete(f"{running.addresses[PORTAL]}/_sandbox/faults", timeout=10)
    running.order(PORTAL, "size", {"rows": None})
    house.connect_to(running)
    return running


def _sync(house: House, day: date, **options: Any) -> Report:
    """On a day: the lists are asked for as of that day."""
    with patch("gateway.asking.today", lambda: day):
        return house.sync(PORTAL, **options)


def _told(sandbox: Running, day: date, stream: str) -> list[dict[str, str]]:
    operation = LISTS[stream][0]
    asked = f'<{operation} xmlns="http://tempuri.org/"><DenNgay>{day:%d/%m/%Y}</DenNgay></{operation}>'
    answer = content(post(sandbox, PORTAL, PATH, enveloped(asked)))
    return [{cell.tag: cell.text for cell in row} for row in answer.findall(".//{*}diffgram/NewDataSet/TABLE")]


def _units(sandbox: Running, day: date) -> list[tuple[Any, ...]]:
    """What the portal tells of a day: code, name, level, kind and the code of the unit above."""
    above = {"province": (), "district": ("MaTinh",), "commune": ("MaQuanHuyen", "MaTinh")}
    return [
        (
            row[code],
            one_line(row[name]),
            level,
            row["LoaiHinh"],
            next((row[each] for each in above[level] if row.get(each)), None),
        )
        for stream, (_, level, code, name) in LISTS.items()
        for row in _told(sandbox, day, stream)
    ]


def _held(house: House) -> list[tuple[Any, ...]]:
    return house.rows(
        "select unit_code, unit_name, level_code, unit_kind, parent_code from core.administrative_unit"
        " where issuer = 'units'"
    )


def _same(house: House, units: list[tuple[Any, ...]]) -> None:
    assert sorted(_held(house), key=repr) == sorted(units, key=repr)


def test_a_sync_holds_the_lists_of_the_day_and_a_second_one_changes_nothing(house: House, sandbox: Running) -> None:
    units = _units(sandbox, TODAY)
    report = _sync(house, TODAY)
    assert (report.verdict(), report.counts.new) == (None, len(units))
    _same(house, units)
    again = _sync(house, TODAY)
    assert (again.counts.new, again.counts.changed, again.counts.unchanged) == (0, 0, len(units))
    sandbox.order(PORTAL, "days", {"days": 2})
    assert _sync(house, date(2026, 11, 22)).counts.unchanged == len(units)


def test_codes_of_the_three_levels_do_not_collide(sandbox: Running) -> None:
    """One issuer, one key: a code of two levels would be one row of ours."""
    for day in (BEFORE, TODAY):
        codes = [unit[0] for unit in _units(sandbox, day)]
        assert len(set(codes)) == len(codes)


def test_names_become_one_line_of_composed_letters_and_the_landed_bytes_keep_what_came(
    house: House, sandbox: Running
) -> None:
    spoiled = [
        row["TenTinh"] for row in _told(sandbox, TODAY, "provinces") if row["TenTinh"] != one_line(row["TenTinh"])
    ]
    assert any("\n" in name for name in spoiled)
    assert any(not unicodedata.is_normalized("NFC", name) for name in spoiled)
    _sync(house, TODAY, only="provinces")
    held = house.column("select unit_name from core.administrative_unit")
    assert {one_line(name) for name in spoiled} < set(held)
    assert all("\n" not in name and unicodedata.is_normalized("NFC", name) for name in held)
    with house.shop() as shop, shop.engine.connect() as connection:
        [landed] = connection.execute(select(page))
        body = shop.landing.read(landed).decode()
    assert all(name in body for name in spoiled)


def test_on_the_day_of_the_merger_names_change_and_the_empty_list_of_districts_is_right(
    house: House, sandbox: Running
) -> None:
    _sync(house, BEFORE)
    _same(house, _units(sandbox, BEFORE))
    before = {unit[0]: unit for unit in _units(sandbox, BEFORE)}
    after = {unit[0]: unit for unit in _units(sandbox, TODAY)}
    report = _sync(house, TODAY)
    assert report.verdict() is None
    assert batch(house, "districts") == (0, 0, 0, 0, 0)
    # What has left the lists stays as it was last known.
    _same(house, list({**before, **after}.values()))
    moved = sum(before[code] != after[code] for code in before.keys() & after.keys())
    assert (report.counts.changed, report.counts.new) == (moved, len(after.keys() - before.keys()))


def test_a_list_of_communes_that_comes_much_too_short_is_held_back(house: House, sandbox: Running) -> None:
    _sync(house, TODAY)
    before = _held(house)
    sandbox.order(PORTAL, "size", {"rows": 5})
    assert isinstance(_sync(house, TODAY).verdict(), ListShrank)
    assert sorted(_held(house)) == sorted(before)


def test_a_long_list_comes_whole(house: House, sandbox: Running) -> None:
    sandbox.order(PORTAL, "size", {"rows": 6000})
    assert _sync(house, TODAY, only="communes").verdict() is None
    assert house.value("select count(*) from core.administrative_unit where level_code = 'commune'") == 6000


def test_a_list_that_breaks_off_leaves_nothing(house: House, sandbox: Running) -> None:
    order = {"kind": "truncated", "match": "DanhMucPhuongXa", "times": 0}
    assert sandbox.order(PORTAL, "faults", order).status_code == 200
    assert isinstance(_sync(house, TODAY, only="communes").verdict(), RetriablePortalError)
    assert _held(house) == []
