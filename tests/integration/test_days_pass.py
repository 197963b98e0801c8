"""Days pass at the portals: what changed is taken in once, with its past, however it was read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers import dump, reading
from tests.helpers.house import House, ledger, pass_days
from tests.helpers.server import Server

SEARCH = "/pa/dossier/search"


class Night(NamedTuple):
    """A second night: two houses that saw the first one alike, and what the portals said on both."""

    sandbox: Running
    house: House
    full_house: House
    dossiers: tuple[dict[str, Any], dict[str, Any]]
    details: tuple[dict[str, Any], dict[str, Any]]
    pages: tuple[int, int]


@pytest.fixture(scope="module")
def night(new_house: NewHouse) -> Iterator[Night]:
    """The first house reads the second night incrementally, the other one in full."""
    with running_sandbox("--dossiers", "3500", "--procedures", "60") as sandbox:
        houses = new_house(), new_house()
        for house in houses:
            house.connect_to(sandbox)
            house.night()
        dossiers, details = [reading.dossiers(sandbox)], [_details(sandbox)]
        pass_days(sandbox.province)
        dossiers.append(reading.dossiers(sandbox))
        details.append(_details(sandbox))
        pages = []
        for house, full in zip(houses, (False, True), strict=True):
            before = ledger(sandbox.province)["calls"][SEARCH]
            house.night(full=full)
            pages.append(ledger(sandbox.province)["calls"][SEARCH] - before)
        yield Night(sandbox, *houses, tuple(dossiers), tuple(details), tuple(pages))  # type: ignore[arg-type]


def _details(sandbox: Running) -> dict[str, Any]:
    return {detail["MATTHC"]: detail for detail in reading.procedures_in_detail(sandbox)}


def test_dossiers_stand_where_the_portal_says(night: Night) -> None:
    theirs = {code: reading.STATUS[record["dossierStatus"]["id"]] for code, record in night.dossiers[1].items()}
    ours = night.house.rows("select dossier_code, status_code from core.dossier where issuer = 'province'")
    assert dict(ours) == theirs


def test_each_moved_dossier_has_exactly_one_more_event(night: Night) -> None:
    before, after = night.dossiers
    moved = {code for code in before if before[code]["dossierStatus"] != after[code]["dossierStatus"]}
    assert moved
    events = dict(
        night.house.rows(
            """select dossier_code, count(*) from core.dossier_event join core.dossier using (dossier_id)
            where issuer = 'province' group by 1"""
        )
    )
    assert {code for code, count in events.items() if count == 2} == moved
    assert {code for code, count in events.items() if count == 1} == after.keys() - moved


def test_counts_are_what_happened(night: Night) -> None:
    before, after = night.dossiers
    changed = sum(before[code] != after[code] for code in before)
    new = len(after) - len(before)
    assert new > 0
    newest = """select new_count, changed_count from ops.batch where portal = 'province' and stream = 'dossiers'
        order by batch_id desc limit 1"""
    assert night.house.rows(newest) == [(new, changed)]
    assert night.full_house.rows(newest) == [(new, changed)]


def test_amended_procedures_have_a_second_version(night: Night) -> None:
    before, after = night.details
    amended = {code for code in before.keys() & after.keys() if before[code] != after[code]}
    assert amended
    versions = dict(
        night.house.rows(
            """select procedure_code, count(*) from core.procedure_version join core.procedure using (procedure_id)
            where issuer = 'national' group by 1"""
        )
    )
    assert {code for code, count in versions.items() if count == 2} == amended
    assert {code for code, count in versions.items() if count == 1} == (before.keys() | after.keys()) - amended


def test_a_version_keeps_the_whole_old_content(night: Night) -> None:
    contents = night.house.rows(
        """select procedure_code, version_number, v.decision_code, content from core.procedure_version v
        join core.procedure using (procedure_id) where issuer = 'national' and procedure_code in (
            select procedure_code from core.procedure_version join core.procedure using (procedure_id)
            where version_number = 2)"""
    )
    assert contents
    for code, number, decision, content in contents:
        detail = night.details[number - 1][code]
        assert decision == str(detail["IDQUYETDINHCONGBO"])
        assert content["procedure_name"] == reading.one_line(detail["TENTTHC"])
        steps = reading.nested([detail], "TRINHTUTHUCHIEN", "TRINHTU")
        assert [step["step_text"] for step in content["parts"]["step"]] == [
            step["TENTRINHTU"].replace("<br>", "\n") for step in steps
        ]


def test_an_incremental_run_reads_less_and_ends_the_same(night: Night) -> None:
    assert night.pages[0] < night.pages[1]
    with night.house.engine() as mine, night.full_house.engine() as theirs:
        assert dump.differences(dump.meaning(mine), dump.meaning(theirs)) == {}


def test_the_modes_are_written_down(night: Night) -> None:
    modes = "select mode from ops.batch where portal = 'province' and stream = 'dossiers' order by batch_id"
    assert night.house.column(modes) == ["full", "incremental"]
    assert night.full_house.column(modes) == ["full", "full"]
    moved = "select cursor_from < cursor_to from ops.batch where portal = 'province' and mode = 'incremental'"
    assert night.house.value(moved)


def test_replay_of_all_that_was_landed_rebuilds_the_core_tables(night: Night, server: Server) -> None:
    """Without any call: the connections lead nowhere."""
    house = night.house
    lost = House(server.url(server.copy(house.database)), house.place)
    with lost.engine() as engine:
        before = dump.meaning(engine)
        lost.execute(
            "truncate core.agency, core.field, core.decision, core.procedure_listing, core.procedure, core.dossier cascade"
        )
        assert not any(dump.meaning(engine).values())
        for portal in ("national", "province"):
            assert lost.replay(portal, since=1).verdict() is None
        assert dump.differences(before, dump.meaning(engine)) == {}
