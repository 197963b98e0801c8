"""Landed bytes are enough: tables are rebuilt and mended mappings applied while the portals are gone."""

from __future__ import annotations

import pytest

from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers import dump
from tests.helpers.house import House, counted, order_fault, replace_in, said

CORE = "core.agency, core.field, core.decision, core.procedure_listing, core.procedure, core.dossier"


@pytest.fixture
def landed(new_house: NewHouse) -> House:
    """Both portals synchronised; they are gone."""
    house = new_house()
    with running_sandbox("--dossiers", "400", "--procedures", "20") as sandbox:
        house.connect_to(sandbox)
        house.night()
    return house


def test_emptied_tables_are_rebuilt_without_a_portal(landed: House) -> None:
    with landed.engine() as engine:
        before = dump.meaning(engine)
        landed.execute(f"truncate {CORE} cascade")
        for portal in ("national", "province"):
            assert landed.replay(portal).verdict() is None
        assert dump.differences(before, dump.meaning(engine)) == {}
    replayed = landed.rows(
        "select read_count, new_count, changed_count, unchanged_count, quarantined_count from ops.run where kind = 'replay'"
    )
    assert counted(replayed)
    assert all(read == new > 0 for read, new, *_ in replayed)


def test_replay_over_full_tables_changes_nothing(landed: House) -> None:
    with landed.engine() as engine:
        before = dump.everything(engine)
        for portal in ("national", "province"):
            assert landed.replay(portal).verdict() is None
        assert dump.differences(before, dump.everything(engine)) == {}


def test_replay_leaves_the_cursor_alone(landed: House) -> None:
    before = landed.rows("select * from ops.cursor")
    assert before
    landed.replay("province", stream="dossiers")
    assert landed.rows("select * from ops.cursor") == before


def test_a_replay_of_nothing_is_a_mistake_of_use(house: House) -> None:
    ended = house.gateway("replay", "province", "--stream", "dossiers")
    assert ended.returncode == 2
    assert said(ended) == ["gateway: province/dossiers: nothing landed to replay → see: gateway status"]


def test_a_mended_mapping_brings_quarantined_records_in(new_house: NewHouse) -> None:
    """Status 99 is unknown to the crosswalk; a person adds it, and the landed bytes pass."""
    house = new_house()
    with running_sandbox("--dossiers", "300", "--procedures", "10") as sandbox:
        house.connect_to(sandbox)
        strange = {"dossierStatus.id": 99, "dossierStatus.name": "Chờ ký số"}
        order_fault(sandbox.province, match="/pa/dossier/search", kind="rewrite", records={"3": strange, "7": strange})
        assert house.sync("province").counts.quarantined == 2
    assert house.value("select count(*) from core.dossier") == 298
    crosswalk = house.own_mappings() / "crosswalks" / "province_status.tsv"
    last = crosswalk.read_text("utf-8").splitlines()[-1]
    replace_in(
        crosswalk,
        last,
        f"{last}\n99\tChờ ký số\tskos:closeMatch\t4\tĐang xử lý\tsemapv:ManualMappingCuration\t0.7\t\t\t\t",
    )
    assert house.gateway("quarantine", "retry", "province", "dossiers").returncode == 0
    assert house.rows(
        "select status_code, source_status_code, count(*) from core.dossier where source_status_code = '99' group by 1, 2"
    ) == [("4", "99", 2)]
    assert house.value("select count(*) from core.dossier") == 300
    assert house.column("select state from ops.quarantine") == ["resolved", "resolved"]


def test_a_retry_without_mending_keeps_the_entry_and_says_so(new_house: NewHouse) -> None:
    house = new_house()
    with running_sandbox("--dossiers", "60", "--procedures", "10", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        order_fault(
            sandbox.province, match="/pa/dossier/search", kind="rewrite", records={"0": {"dossierStatus.id": 99}}
        )
        assert house.sync("province").counts.quarantined == 1
    ended = house.gateway("quarantine", "retry", "province", "dossiers")
    assert ended.returncode == 1
    assert said(ended) == ["gateway: province: 1 records are in quarantine → see: gateway quarantine list province"]
    assert house.rows("select state, path, value from ops.quarantine") == [("open", "dossierStatus.id", "99")]
    assert house.value("select last_batch_id > batch_id from ops.quarantine")


def test_a_later_good_record_of_the_same_dossier_ends_its_quarantine(new_house: NewHouse) -> None:
    house = new_house()
    with running_sandbox("--dossiers", "60", "--procedures", "10", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        order_fault(
            sandbox.province, match="/pa/dossier/search", kind="rewrite", records={"0": {"dossierStatus.id": 99}}
        )
        assert house.sync("province").counts.quarantined == 1
        house.night("province", full=True)
    assert house.column("select state from ops.quarantine") == ["resolved"]
    assert house.value("select count(*) from core.dossier") == 60
