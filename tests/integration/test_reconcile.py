"""Every cause is found among dossiers that agree, each with the right cause, and nothing else is (đối soát)."""

from __future__ import annotations

import json
import os

import pytest

from gateway.reconcile.compare import count_rows
from gateway.reconcile.pairs import DossierPair, pairs
from gateway.store import core
from gateway.store.lock import alone
from gateway.store.reconcile import CAUSES
from tests.conftest import NewHouse
from tests.helpers.house import House, replace_in, said
from tests.helpers.planted import WAYS, Planted, compared, found, plant

COUNT, EACH = 3000, 3
PERSONAL = {column.name for column in core.dossier.columns if column.info.get("personal")}


@pytest.fixture(scope="module")
def planted(new_house: NewHouse) -> tuple[House, Planted]:
    """A compared house, and what was planted in it."""
    house = new_house()
    return house, plant(house, COUNT, EACH)


def test_every_cause_is_planted() -> None:
    assert set(WAYS.values()) == set(CAUSES)


def test_all_are_found_each_with_its_cause_and_no_other(planted: tuple[House, Planted]) -> None:
    house, there = planted
    report = compared(house)
    extra = {(there.ways.get(code), cause) for code, cause in found(house) - there.expected}
    missed = {(there.ways.get(code), cause) for code, cause in there.expected - found(house)}
    assert (extra, missed) == (set(), set())
    assert (report.refused, report.moving) == (EACH, EACH)


def test_the_shipped_pairs_compile(house: House) -> None:
    with house.shop() as shop:
        found = {each.name: each for each in pairs(shop)}
    names = ("dossiers", "ministry_dossiers", "procedures", "statuses")
    assert found.keys() == {f"national/{name}" for name in names}
    assert all(each.mapping.key == 0 for each in found.values() if isinstance(each, DossierPair))


def test_the_runner_may_let_the_server_count_what_it_staged(house: House) -> None:
    house.execute("insert into ops.snapshot_theirs (pair, dossier_code, copies, fingerprint) values ('x', 'x', 1, 1)")
    house.execute(f"set role gateway_runner; {count_rows('theirs')}")
    assert house.value("select reltuples from pg_class where oid = 'ops.snapshot_theirs'::regclass") == 1


def test_the_figures_add_up(planted: tuple[House, Planted]) -> None:
    house, there = planted
    figures = compared(house).figures
    assert figures.ours == figures.equal + figures.differing + figures.only_ours
    assert figures.theirs == figures.equal + figures.differing + figures.only_theirs
    alone = [way for way in there.ways.values() if way in {"theirs alone", "deleted here", "before the first day"}]
    assert figures.only_theirs == len(alone)


def test_records_that_cannot_be_read_wait_in_quarantine(planted: tuple[House, Planted]) -> None:
    house, _ = planted
    compared(house)
    rows = house.rows("select stream, path, state from ops.quarantine")
    assert rows == [("reconcile/dossiers", "NgayTiepNhan", "open")] * EACH


def test_values_that_differ_are_kept_and_no_others(planted: tuple[House, Planted]) -> None:
    house, there = planted
    compared(house)
    [code] = [code for code, way in there.ways.items() if way == "agency"][:1]
    [(ours, theirs)] = house.rows("select ours, theirs from ops.discrepancy where key = :code", code=code)
    assert (ours.keys(), theirs) == ({"agency_name"}, {"agency_name": "Sở khác"})


def test_no_personal_data_is_kept(planted: tuple[House, Planted]) -> None:
    house, _ = planted
    columns = house.column("""
        select column_name from information_schema.columns where table_name in ('snapshot_ours', 'snapshot_theirs')""")
    assert not set(columns) & PERSONAL
    assert house.value("select count(*) from ops.snapshot_ours") == 0


def test_the_command_says_what_was_found_and_ends_with_1(planted: tuple[House, Planted]) -> None:
    house, there = planted
    ended = house.gateway("reconcile", "national/dossiers", "--landed", "--json")
    assert ended.returncode == 1
    [said] = json.loads(ended.stdout)
    assert sum(said["causes"].values()) == len(there.expected)
    assert "differences and 3 records that could not be read" in ended.stderr
    listed = json.loads(house.done("reconcile", "list", "national/dossiers", "--cause", "duplicate", "--json"))
    assert len(listed) == sum(cause == "duplicate" for _, cause in there.expected)
    trend = json.loads(house.done("reconcile", "trend", "--json"))
    assert {row["cause"]: row["differences"] for row in trend} == said["causes"]


def test_a_list_of_which_pages_were_destroyed_is_compared_with_nothing(planted: tuple[House, Planted]) -> None:
    house, _ = planted
    house.execute("update landing.page set destroyed_at = now()")
    try:
        ended = house.gateway("reconcile", "national/dossiers", "--landed")
    finally:
        house.execute("update landing.page set destroyed_at = null")
    assert (ended.returncode, "were destroyed since → leave out --landed" in ended.stderr) == (2, True), ended.stderr


@pytest.mark.parametrize(("option", "why"), [("2026-11-31", "is no day"), ("2999-01-01", "is after")])
def test_days_that_are_none_are_refused(house: House, option: str, why: str) -> None:
    ended = house.gateway("reconcile", "national/dossiers", "--from", option)
    assert (ended.returncode, why in ended.stderr) == (2, True)


def test_two_at_once_are_one_too_many(house: House) -> None:
    with house.engine() as engine, alone(engine, "reconcile:national/dossiers", where="", busy="", do=""):
        ended = house.gateway("reconcile", "national/dossiers", "--landed")
    [line] = said(ended)
    assert ended.returncode == 5
    assert f"national/dossiers: is being compared: process {os.getpid()} of " in line


def test_a_delivery_of_some_states_only_is_not_compared(house: House) -> None:
    delivery = house.own_mappings() / "national" / "deliveries" / "dossiers.yaml"
    replace_in(delivery, "filed_there: false}", 'filed_there: false, states: ["4"]}')
    ended = house.gateway("reconcile", "run", "national/dossiers")
    assert ended.returncode == 2
    assert "dossiers of some procedures or states only are not compared → take the file out" in said(ended)[0]
