"""What has been kept long enough goes, class by class, and the audit log says what went."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.delivery.held import reconsider
from gateway.delivery.spec import delivery
from gateway.store.lock import alone_with, portal_lock
from sandbox.testing import running_sandbox
from tests.helpers.house import House, order_fault

OF_DOSSIERS = "select (counts ->> 'core.dossier')::int from ops.erasure where class = 'dossiers'"
LONG_AGO = "now() - interval '731 days'"
FINISHED_LONG_AGO = f"update core.dossier set finished_at = {LONG_AGO}, status_at = {LONG_AGO}"
BAD = {"dossierStatus.id": 99}


@pytest.fixture
def old(house: House) -> House:
    """A night that lies a hundred days back, with a refused record; portals answer no more."""
    with running_sandbox("--dossiers", "30", "--procedures", "3", "--only", "province") as sandbox:
        order_fault(sandbox.province, match="/pa/dossier/search", kind="rewrite", times=0, records={"0": BAD})
        house.connect_to(sandbox)
        house.sync("province")
    house.execute("update landing.day_key set day = day - 100")
    # The key is bound to its day: what lies under it is opened by nobody now, as if it were of that day.
    return house


def _erased(house: House) -> dict[str, int]:
    house.done("retention")
    return dict(
        house.rows("select class, (select sum(v::int) from jsonb_each_text(counts) as c (k, v)) from ops.erasure")
    )


def test_landed_bytes_go_with_their_keys_and_objects(old: House) -> None:
    pages = old.value("select count(*) from landing.page")
    counted = old.done("retention", "--dry-run")
    assert f"landing\tlanding.page\t{pages}" in counted
    assert old.value("select count(*) from landing.page where destroyed_at is null") == pages
    assert _erased(old).keys() == {"landing"}
    waiting = set(old.column("select distinct key_id from ops.outbox"))
    assert set(old.column("select key_id from landing.day_key")) == waiting - {None}
    assert [path for path in (old.place / "landing").rglob("*") if path.is_file()] == []
    assert old.value("select count(address) from landing.page where destroyed_at is not null") == pages
    replayed = old.gateway("replay", "province", "--stream", "dossiers")
    assert (replayed.returncode, "(landing); no landed bytes are left" in replayed.stderr) == (0, True), replayed.stderr
    assert _erased(old).keys() == {"landing"}
    assert old.value("select count(*) from ops.audit where action = 'time over'") == 1
    old.done("audit", "verify")


def test_refused_values_and_applicants_go_when_their_time_is_over_and_stay_away(old: House) -> None:
    old.execute(
        "update landing.day_key set day = day + 100; update ops.batch set started_at = started_at - interval '200 days'"
    )
    old.execute(f"{FINISHED_LONG_AGO} where finished_at is not null")
    finished = old.column("select dossier_code from core.dossier where finished_at is not null")
    names = set(old.column("select applicant_identity from core.dossier where finished_at is not null"))
    story = old.rows("select * from core.dossier_event order by 1, 2")
    assert len(finished) > 3
    assert old.value("select count(*) from ops.quarantine where value is not null") == 1
    erased = _erased(old)
    assert (erased["quarantine"], old.value(OF_DOSSIERS)) == (1, len(finished))
    assert old.column("select dossier_code from core.dossier where applicant_identity is null order by 1") == sorted(
        finished
    )
    assert old.value("select count(*) from ops.quarantine where value is not null") == 0
    old.replay("province", stream="dossiers")
    left = old.column("select applicant_identity from core.dossier where applicant_identity is not null")
    assert not names & set(left)
    assert old.rows("select * from core.dossier_event order by 1, 2") == story
    assert old.value("select count(*) from ops.erased_dossier") == len(finished)


def test_what_was_sent_goes_and_what_waits_stays(old: House) -> None:
    row = """
        insert into ops.outbox (target, dossier_id, dossier_code, kind, status_code, status_at, payload, payload_hash, state,
            batch_id, settled_at)
        select 'national/dossiers', min(dossier_id), 'x', '{kind}', '1', now(), 'sealed', '', '{state}', 1,
            now() - interval '{days} days' from core.dossier"""
    for kind, state, days in (("record", "accepted", 181), ("event", "waiting", 181), ("record", "dismissed", 10)):
        old.execute(row.format(kind=kind, state=state, days=days))
    assert _erased(old)["deliveries"] == 1
    assert old.rows("select state from ops.outbox where payload = ''") == [("accepted",)]


def test_with_an_applicant_go_what_waits_to_tell_of_him_and_his_fingerprints(old: House) -> None:
    old.execute(FINISHED_LONG_AGO + ", status_code = '9'")
    old.execute(
        "insert into ops.ledger (target, dossier_id, dossier_code, payload_hash)"
        "select 'national/statuses', dossier_id, dossier_code, 'x' from core.dossier"
    )
    versions = set(old.column("select source_hash from core.dossier_version"))
    assert old.value("select count(*) from ops.outbox where kind = 'record' and payload <> ''") > 3
    _erased(old)
    assert old.rows("select distinct state, cause, payload, payload_hash from ops.outbox") == [
        ("dismissed", "erased", b"", b"")
    ]
    assert versions.isdisjoint(old.column("select source_hash from core.dossier_version"))
    assert old.value("select count(payload_hash) from ops.ledger") == 0
    old.execute("update ops.outbox set state = 'held'")
    with old.shop() as shop:
        reconsider(shop, delivery(shop, "national/dossiers"))
    assert (
        old.value("select count(*) from ops.outbox where kind = 'record' and (state <> 'held' or payload <> '')") == 0
    )


def test_who_filed_a_dossier_that_was_taken_up_again_is_kept_or_comes_again(old: House) -> None:
    old.execute("update landing.day_key set day = day + 100")
    who = "select dossier_code, applicant_identity from core.dossier where status_code in ('1', '2', '4', '5', '6') order by 1"
    opened = old.rows(who)
    assert len(opened) > 3
    old.execute(FINISHED_LONG_AGO)
    assert "dossiers" in _erased(old)
    assert old.rows(who) == opened
    old.execute(FINISHED_LONG_AGO + ", status_code = '9'")
    _erased(old)
    assert old.value("select count(applicant_identity) from core.dossier") == 0
    old.replay("province", stream="dossiers")
    again = old.rows("select dossier_code, applicant_identity from core.dossier where applicant_identity is not null")
    assert sorted(again) == opened


def test_a_delivery_under_way_keeps_the_applicants_it_has_read(old: House) -> None:
    old.execute(FINISHED_LONG_AGO + ", status_code = '9'")
    old.execute("insert into ops.target (target, mode) values ('national/dossiers', 'open')")
    # The name of a delivery, which holds it while it works.
    with old.engine() as engine, alone_with(engine, ["delivery:national/dossiers"]):
        ended = old.gateway("retention")
        assert (ended.returncode, "retention of dossiers: delivery:national/dossiers" in ended.stderr) == (5, True)
        assert old.value("select count(*) from core.dossier where applicant_identity is null") == 0
        assert old.value("select count(*) from landing.page where destroyed_at is null") == 0
    assert "dossiers" in _erased(old)


def test_a_dossier_that_was_closed_again_is_finished_since_then(old: House) -> None:
    old.execute(
        f"update core.dossier set status_code = '9', finished_at = {LONG_AGO}, status_at = now() - interval '10 days'"
    )
    assert "dossiers" not in _erased(old)
    old.execute(FINISHED_LONG_AGO)
    assert "dossiers" in _erased(old)


@pytest.fixture
def vague(house: House) -> House:
    """A night at a portal that tells no times of states: all its dossiers were received years ago."""
    with running_sandbox("--dossiers", "400", "--procedures", "3", "--only", "licences") as sandbox:
        house.connect_to(sandbox)
        house.sync("licences")
    house.execute("update core.dossier set status_at = now() - interval '800 days'")
    return house


def test_where_no_time_of_a_state_is_told_a_dossier_is_closed_since_we_read_so(vague: House) -> None:
    closed = vague.value("select count(*) from core.dossier where status_code in ('3', '7', '8', '9', '10')")
    assert closed > 3
    assert "dossiers" not in _erased(vague)
    vague.execute("update ops.batch set started_at = now() - interval '731 days'")
    _erased(vague)
    assert vague.value(OF_DOSSIERS) == closed


def test_where_no_time_of_a_state_is_told_who_filed_a_dossier_comes_back_when_it_is_told_open(vague: House) -> None:
    who = "select dossier_code, applicant_name from core.dossier where applicant_name is not null order by 1"
    opened = vague.rows(who.replace("order", "and status_code in ('1', '2', '4', '5', '6') order"))
    assert len(opened) > 3
    vague.execute(
        "update core.dossier set status_code = '9'; update ops.batch set started_at = now() - interval '731 days'"
    )
    _erased(vague)
    assert vague.rows(who) == []
    vague.replay("licences", stream="dossiers")
    assert vague.rows(who) == opened


def test_an_object_that_cannot_be_removed_saves_no_other(old: House) -> None:
    kept, *others = (path for path in (old.place / "landing").rglob("*") if path.is_file())
    # Root may write into every folder; a folder that is not empty is removed as a file by nobody.
    kept.unlink()
    (kept / "kept").mkdir(parents=True)
    ended = old.gateway("retention")
    assert (ended.returncode, "1 objects cannot be removed" in ended.stderr) == (4, True), ended.stderr
    assert [path for path in others if path.exists()] == []
    assert old.value("select count(*) from landing.page where destroyed_at is null") == 0
    (kept / "kept").rmdir()
    kept.rmdir()
    assert _erased(old).keys() == {"landing"}


def test_what_waits_for_its_load_stays_and_what_never_will_be_loaded_goes(house: House) -> None:
    with running_sandbox("--dossiers", "30", "--procedures", "3", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        house.fetch("province")
    house.execute("update landing.day_key set day = day - 100")
    assert _erased(house) == {}
    assert house.value("select count(*) from landing.day_key") == 1
    # As if its fetch had died, of a stream that nobody fetches any more.
    house.execute("update ops.batch set state = 'landing'")
    assert _erased(house).keys() == {"landing"}
    assert house.column("select distinct state from ops.batch") == ["abandoned"]
    assert house.value("select count(*) from landing.page where destroyed_at is null") == 0


def test_a_portal_whose_mapping_is_broken_saves_no_other(old: House) -> None:
    broken = old.own_mappings() / "licences" / "portal.yaml"
    broken.write_text(broken.read_text("utf-8") + "  nobody: knows\n", "utf-8")
    ended = old.gateway("retention")
    assert (ended.returncode, "retention of dossiers: " in ended.stderr, "licences/portal.yaml" in ended.stderr) == (
        2,
        True,
        True,
    )
    assert old.value("select count(*) from landing.page where destroyed_at is null") == 0


def test_no_object_goes_while_its_portal_is_read_and_may_be_naming_it_again(old: House) -> None:
    _erased(old)
    again = Path(old.column("select path from landing.page")[0])
    again.touch()
    with old.engine() as engine, portal_lock(engine, "province"):
        assert (old.gateway("retention").returncode, again.exists()) == (5, True)
    old.done("retention")
    assert not again.exists()


def test_a_portal_that_is_read_waits_for_the_next_night(old: House) -> None:
    with old.engine() as engine, portal_lock(engine, "province"):
        ended = old.gateway("retention")
        assert (ended.returncode, "retention of landing: portal:province" in ended.stderr) == (5, True), ended.stderr
        assert old.value("select count(*) from landing.page where destroyed_at is not null") == 0
    assert _erased(old).keys() == {"landing"}


def test_who_follows_the_set_of_persons_is_told_that_their_time_is_over(old: House) -> None:
    old.publish("dossier_personal")
    held = old.value("select count(*) from share.dossier_personal where applicant_identity is not null")
    old.execute("update core.dossier set applicant_phone = '0900000999' where finished_at is not null")
    old.publish("dossier_personal")
    old.execute(f"{FINISHED_LONG_AGO} where finished_at is not null")
    _erased(old)
    gone = old.value("select count(*) from core.dossier where applicant_identity is null and finished_at is not null")
    assert 0 < gone < held
    assert old.value("select count(*) from share.dossier_personal where applicant_identity is not null") == held - gone
    log = "select count(*) from share.dossier_personal__change where change = 'changed' and row_applicant_identity is"
    assert (old.value(f"{log} null"), old.value(f"{log} not null")) == (2 * gone, 0)
