"""An erasure meets what may come: a set that is being published, a full disk, pages not loaded yet, a lost lock, a namesake's code."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from fsspec.implementations.local import LocalFileSystem

from gateway.errors import StoreError
from gateway.personal import erase as erasing
from gateway.personal.subject import Subject
from sandbox.testing import Running, running_sandbox
from tests.helpers.everything import everything
from tests.helpers.house import House, order_fault, replace_in
from tests.helpers.server import Server

pytestmark = pytest.mark.long

NAME, NUMBER = "Đỗ Giả Định Quên", "099700000001"
FILED = {"applicant.data.fullname": NAME, "applicant.data.identityNumber": NUMBER}
OTHER = "Lê Người Khác"
THEIRS = f"""
    insert into core.dossier (issuer, dossier_code, status_code, status_at, applicant_name, valid_from, source_hash, content_hash, batch_id)
    select 'business', dossier_code, '2', status_at, '{OTHER}', valid_from, '\\x00', '\\x00', batch_id
    from core.dossier where applicant_identity = '{NUMBER}'"""
CONTRADICTED = f"""
    insert into ops.conflict (entity, "column", code, owner, owner_value, portal, portal_code, value, run_id, first_seen_at)
    select 'dossier', 'applicant_name', dossier_code, 'transport', 'A', issuer, dossier_code, 'B', 1, now()
    from core.dossier where applicant_name = '{OTHER}'"""
BATCHES = "select batch_id from ops.batch where stream = 'dossiers'"
OPEN = "select count(*) from ops.erasure where finished_at is null"
TOLD = "select change, row_applicant_name from share.dossier_personal__change"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running_sandbox("--dossiers", "40", "--procedures", "3", "--only", "province") as running:
        records = {"1": FILED, "2": FILED}
        order_fault(running.province, match="/pa/dossier/search", kind="rewrite", times=0, records=records)
        yield running


@pytest.fixture
def landed(house: House, sandbox: Running) -> House:
    """A night that brought two dossiers of the person, and was not loaded yet."""
    house.connect_to(sandbox)
    house.fetch("province")
    return house


@pytest.fixture
def known(landed: House) -> House:
    """The same, loaded and published."""
    landed.load("province")
    landed.publish("dossier_personal")
    return landed


def _erase(
    house: House, *more: str, asked: str = NUMBER, by: str = "identity", basis: str = "request 1/2026", **variables: str
) -> Any:
    request = house.place / "request.txt"
    request.write_text(asked, "utf-8")
    try:
        arguments = ("subject", "erase", f"--{by}-from", str(request), "--basis", basis, "--json", *more)
        return house.gateway(*arguments, **variables)
    finally:
        request.unlink()


def _exported(house: House) -> str:
    to = house.place / "told.json"
    house.place.joinpath("request.txt").write_text(NUMBER, "utf-8")
    house.done("subject", "export", "--identity-from", str(house.place / "request.txt"), "--to", str(to))
    return to.read_text("utf-8")


def _proof(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def _left(house: House) -> list[str]:
    found = everything(house)
    return [each for each in (NAME, NUMBER) if each in found]


def test_a_set_that_is_being_published_keeps_the_erasure_open(known: House) -> None:
    with known.engine() as engine, engine.connect() as connection:
        connection.exec_driver_sql("select pg_advisory_lock(hashtextextended('publish:dossier_personal', 0))")
        ended = _erase(known)
        assert (ended.returncode, "dossier_personal: the set is being published" in ended.stderr) == (5, True)
        assert "the erasure stays open, run it again" in ended.stderr
        assert known.value(OPEN) == 1
    _is_told_and_gone(known)


def test_a_set_that_cannot_be_published_keeps_the_erasure_open_and_its_readers_are_told_later(known: House) -> None:
    home = known.place / "datasets" / "dossier_personal"
    home.rename(away := home.with_name("away"))
    home.touch()
    assert (_erase(known).returncode, known.value(OPEN)) == (4, 1)
    _holds_nothing(_erase(known, asked="099700000999"))
    home.unlink()
    away.rename(home)
    _is_told_and_gone(known)


def _is_told_and_gone(house: House) -> None:
    assert _proof(_erase(house))["finished_at"]
    assert (house.value(OPEN), _left(house), house.rows(TOLD)) == (0, [], [("changed", None)] * 2)
    assert house.value("select count(*) from ops.erasure") == 1


def test_a_person_is_known_again_by_the_request_also_after_the_secret_key_was_changed(known: House) -> None:
    # Nothing is left of the person by then, neither in tables nor in pages.
    assert _erase(known, GATEWAY_FAILPOINT="erase.destroyed").returncode == -9
    known.secret = f"{base64.b64encode(bytes(32)).decode()},{known.secret}"
    _is_told_and_gone(known)
    assert known.value("select count(asked) from ops.erasure") == 0


@pytest.fixture
def paged(house: House, sandbox: Running) -> House:
    """The same on two pages, each of which shows the person."""
    replace_in(house.own_mappings() / "province" / "dossiers.yaml", "page_size: 1000", "page_size: 20")
    house.connect_to(sandbox)
    house.sync("province")
    house.publish("dossier_personal")
    return house


def _others(house: House) -> list[str]:
    """Two other people's numbers: one on the first page alone, one on the second."""
    with house.shop() as shop:
        pages = [[*shop.landing.pages(batch)] for batch in house.column(f"{BATCHES} order by batch_id")]
        [first, second] = [json.loads(shop.landing.read(page))["content"] for page in pages[0]]
    numbers = [[each["applicant"]["data"]["identityNumber"] for each in records] for records in (first, second)]
    return [next(each for each in mine if each and each not in theirs) for mine, theirs in (numbers, numbers[::-1])]


def test_an_object_that_stays_keeps_open_the_erasures_of_all_who_stand_in_it_and_no_other(paged: House) -> None:
    on_first, on_second = _others(paged)
    for basis, asked in (("request 1/2026", NUMBER), ("request 2/2026", on_first)):
        assert _erase(paged, asked=asked, basis=basis, GATEWAY_FAILPOINT="erase.emptied").returncode == -9
    [kept] = paged.column("select path from landing.page join ops.erased_page using (page_id) where erasure_id = 2")
    remove = LocalFileSystem.rm_file

    def _refuse(store: LocalFileSystem, path: str) -> None:
        if path == kept:
            raise PermissionError
        remove(store, path)

    with paged.shop() as shop, patch.object(LocalFileSystem, "rm_file", _refuse):
        theirs = erasing.erase(shop, Subject(identities=frozenset({on_second})), "request 3/2026")
        assert (theirs is not None and theirs.finished_at is not None, paged.value(OPEN)) == (True, 2)
        with pytest.raises(StoreError, match="the erasure stays open") as raised:
            erasing.erase(shop, Subject(identities=frozenset({NUMBER})), "request 1/2026")
    assert raised.value.what == "1 objects cannot be removed"
    assert _proof(_erase(paged))["erasure_id"] == 1
    assert (paged.value(OPEN), _left(paged)) == (0, [])


def test_a_page_that_repeats_an_erased_persons_record_goes_too(house: House) -> None:
    replace_in(house.own_mappings() / "province" / "dossiers.yaml", "page_size: 1000", "page_size: 20")
    with running_sandbox("--dossiers", "40", "--procedures", "3", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        search: dict[str, Any] = {"match": "/pa/dossier/search", "kind": "rewrite", "times": 1}
        order_fault(sandbox.province, **search, records={"1": FILED})
        house.sync("province")
        with house.shop() as shop:
            first = next(shop.landing.pages(house.value(BATCHES)))
            told = json.loads(shop.landing.read(first))["content"][1]
        assert _proof(_erase(house))["finished_at"]
        # The list moves while it is read: the last page of the night shows the very record of the first once more.
        order_fault(sandbox.province, **search, records={"1": FILED})
        order_fault(sandbox.province, **search, after=1, records={"7": told})
        assert house.sync("province", full=True).counts.read > 40
    assert house.value("select count(*) from landing.page where destroyed_at is not null") == 3
    assert _left(house) == []


@pytest.mark.parametrize("verb", ["erase", "export"])
def test_with_a_broken_mapping_nothing_is_looked_for(known: House, verb: str) -> None:
    broken = known.own_mappings() / "national" / "reconcile" / "dossiers.yaml"
    broken.write_text(broken.read_text("utf-8") + "nobody: knows\n", "utf-8")
    request = known.place / "request.txt"
    request.write_text(NUMBER, "utf-8")
    more = ("--basis", "request 1/2026") if verb == "erase" else ("--to", str(known.place / "told.json"))
    ended = known.gateway("subject", verb, "--identity-from", str(request), *more)
    assert (ended.returncode, "reconcile/dossiers.yaml" in ended.stderr) == (2, True), ended.stderr
    assert known.value("select count(*) from ops.erasure") == 0


def test_where_nothing_is_found_and_not_all_could_be_looked_into_it_says_so(known: House) -> None:
    landing = known.place / "landing"
    landing.rename(away := landing.with_name("away"))
    request = known.place / "request.txt"
    request.write_text(unknown := "099700000999", "utf-8")
    exported = known.gateway(
        "subject", "export", "--identity-from", str(request), "--to", str(known.place / "told.json")
    )
    for ended in (exported, _erase(known, "--dry-run", asked=unknown), _erase(known, asked=unknown)):
        assert (ended.returncode, "landed pages could not be looked into" in ended.stderr) == (4, True), ended.stderr
    assert not (known.place / "told.json").exists()
    away.rename(landing)
    _holds_nothing(_erase(known, asked="099700000999"))


def test_what_is_landed_and_not_loaded_is_lost_to_nobody(landed: House) -> None:
    ended = _erase(landed)
    assert (ended.returncode, "province/dossiers: landed, not loaded" in ended.stderr) == (1, True), ended.stderr
    assert json.loads(ended.stdout)["finished_at"] is None
    assert _erase(landed).returncode == 1
    landed.load("province")
    assert landed.value("select count(*) from core.dossier") == 40
    assert landed.value("select count(*) from core.dossier where applicant_name is null") == 2
    assert len(_proof(_erase(landed))["dossiers"]) == 2
    assert (_left(landed), landed.value("select count(*) from ops.erasure")) == ([], 1)


def test_a_page_that_waits_keeps_open_the_erasures_of_all_who_stand_in_it(landed: House) -> None:
    assert _erase(landed).returncode == 1
    landed.load("province")
    landed.fetch("province", full=True)
    other = landed.value("select applicant_identity from core.dossier where applicant_identity is not null limit 1")
    for asked, basis in ((other, "request 2/2026"), (NUMBER, "request 1/2026")):
        ended = _erase(landed, asked=asked, basis=basis)
        assert (ended.returncode, json.loads(ended.stdout)["finished_at"]) == (1, None), ended.stderr
    landed.load("province")
    assert len(_proof(_erase(landed))["dossiers"]) == 0
    assert (_left(landed), landed.value(OPEN)) == ([], 0)


def test_a_code_that_two_portals_gave_is_two_peoples(known: House) -> None:
    known.execute(THEIRS)
    [code, _] = known.column(f"select dossier_code from core.dossier where applicant_name = '{OTHER}' order by 1")
    ended = _erase(known, asked=code, by="dossiers")
    assert (ended.returncode, f"{code} is a dossier of business and one of province" in ended.stderr) == (2, True)
    known.execute(CONTRADICTED)
    assert OTHER not in _exported(known)
    proof = _proof(_erase(known))
    assert {each["issuer"] for each in proof["dossiers"]} == {"province"}
    assert known.value("select count(*) from ops.conflict where value is not null") == 2
    assert known.value(f"select count(*) from core.dossier where applicant_name = '{OTHER}'") == 2
    known.publish("dossier_personal")
    filled = "select count(*) from share.dossier_personal where applicant_name is not null"
    others = known.value(filled)
    proof = _proof(_erase(known, asked=f"business\t{code}", by="dossiers"))
    assert proof["dossiers"] == [{"issuer": "business", "code": code}]
    assert (
        known.value(filled),
        known.value(f"select count(*) from core.dossier where applicant_name = '{OTHER}'"),
    ) == (
        others,
        1,
    )


def test_a_second_request_leaves_the_first_its_proof(known: House) -> None:
    one, other = known.column(f"select dossier_code from core.dossier where applicant_identity = '{NUMBER}' order by 1")
    assert len(_proof(_erase(known, asked=one, by="dossiers"))["dossiers"]) == 1
    both = f"{one}\nprovince\t{other}\n"
    assert _proof(_erase(known, asked=both, by="dossiers"))["dossiers"] == [{"issuer": "province", "code": other}]
    told = json.loads(known.done("subject", "list", "--json"))
    assert [each["dossiers"] for each in told] == [1, 1]
    assert "nothing is held" in _erase(known, asked=both, by="dossiers").stderr


def test_nobody_is_given_the_proof_of_somebody_elses_erasure(landed: House) -> None:
    assert _erase(landed).returncode == 1
    for basis in ("request 2/2026", "request 1/2026"):
        _holds_nothing(_erase(landed, asked="099700000999", basis=basis))
    landed.load("province")
    other = (
        "select applicant_identity from core.dossier where applicant_identity is not null order by dossier_id limit 1"
    )
    theirs = _proof(_erase(landed, asked=landed.value(other), basis="request 2/2026"))
    assert (theirs["erasure_id"], theirs["basis"]) == (2, "request 2/2026")
    assert landed.value(OPEN) == 0
    _holds_nothing(ended := _erase(landed))
    assert "gateway subject list" in ended.stderr


def test_of_two_open_erasures_each_command_goes_on_with_its_own(known: House) -> None:
    first, second = known.column("select dossier_code from core.dossier order by dossier_id limit 2")
    for basis, code in (("request 1/2026", first), ("request 2/2026", second)):
        asked = {"asked": f"province\t{code}", "by": "dossiers", "basis": basis}
        assert _erase(known, GATEWAY_FAILPOINT="erase.emptied", **asked).returncode == -9
    proof = _proof(_erase(known, asked=f"province\t{first}", by="dossiers"))
    assert (proof["basis"], [each["code"] for each in proof["dossiers"]]) == ("request 1/2026", [first])
    assert known.value(OPEN) == 0


def test_a_page_that_a_crash_kept_is_of_a_person_that_is_held(known: House) -> None:
    assert _proof(_erase(known))["finished_at"]
    assert (
        known.gateway(
            "sync", "province", "--full", "--stream", "dossiers", GATEWAY_FAILPOINT="load.finished"
        ).returncode
        == -9
    )
    assert NUMBER in _left(known)
    assert (_proof(_erase(known))["finished_at"] is not None, _left(known)) == (True, [])


def _holds_nothing(ended: subprocess.CompletedProcess[str]) -> None:
    assert (ended.returncode, ended.stdout, "nothing is held" in ended.stderr) == (1, "", True), ended.stderr


def test_a_request_takes_over_what_the_retention_had_taken(known: House) -> None:
    known.execute("update core.dossier set finished_at = now() - interval '800 days'")
    known.done("retention")
    assert len(_proof(_erase(known))["dossiers"]) == 2


def test_objects_go_however_late_an_interrupted_erasure_is_completed(known: House) -> None:
    assert _erase(known, GATEWAY_FAILPOINT="erase.shared").returncode == -9
    # As if it had died a moment later, before the first object was removed.
    known.execute(
        "update landing.page set destroyed_at = now() - interval '3 days' where page_id in (select page_id from ops.erased_page)"
    )
    assert NUMBER in _left(known)
    assert (_proof(_erase(known))["finished_at"] is not None, _left(known)) == (True, [])


def test_nothing_is_changed_once_the_lock_is_lost(
    known: House, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = erasing.find

    def _lose(*given: Any) -> Any:
        server.end_lock_holders(known.database)
        return find(*given)

    monkeypatch.setattr(erasing, "find", _lose)
    with known.shop() as shop, pytest.raises(StoreError, match="the lock was lost"):
        erasing.erase(shop, Subject(identities=frozenset({NUMBER})), "request 1/2026")
    assert (known.value("select count(*) from ops.erasure"), _left(known)) == (0, [NAME, NUMBER])
