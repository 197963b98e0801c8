"""A person's own data: all that is held is given, and erased so that no later night brings it back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fsspec.implementations.local import LocalFileSystem
from sqlalchemy import text

from gateway.failpoint import ERASING
from sandbox.testing import Running, running_sandbox
from tests.helpers.everything import everything
from tests.helpers.house import House, order_fault
from tests.helpers.prepared import Prepared

pytestmark = pytest.mark.long

NEIGHBOUR = "099700000002"
"""Of whom one record is held, which has no code, on a page of the person's."""
NAME, NUMBER, PHONE = "Đỗ Giả Định Quên", "099700000001", "09000009970"
PERSON = (NAME, NUMBER, PHONE)
FILED: dict[str, Any] = {
    "applicant.data.fullname": NAME,
    "applicant.data.identityNumber": NUMBER,
    "applicant.data.phoneNumber": PHONE,
}
STORY = "select d.dossier_code, e.status_code, e.status_at from core.dossier_event e join core.dossier d using (dossier_id) order by 1, 3, 2"


@contextmanager
def _portals() -> Iterator[Running]:
    with running_sandbox(
        "--dossiers", "40", "--procedures", "3", "--only", "national", "--only", "province"
    ) as running:
        bad, keyless = {"dossierStatus.id": 99}, {"code": {"of": "nobody"}}
        records = {
            "1": FILED,
            "2": FILED,
            "3": FILED | bad,
            "4": FILED | keyless,
            "5": keyless | {"applicant.data.identityNumber": NEIGHBOUR},
        }
        order_fault(running.province, match="/pa/dossier/search", kind="rewrite", times=0, records=records)
        yield running


def _a_night(house: House) -> None:
    with _portals() as sandbox:
        house.connect_to(sandbox)
        house.night("national")
        house.sync("province")
    for name in ("dossier_status", "dossier_personal"):
        house.publish(name)


@pytest.fixture
def known(prepared: Prepared) -> Iterator[House]:
    """A night that brought two dossiers of the person, and two to quarantine, beside one of somebody else; published."""
    house = prepared.house(_a_night)
    with _portals() as sandbox:
        house.connect_to(sandbox)
        yield house


def _asked(house: House, *arguments: str, who: str = NUMBER, **more: str) -> subprocess.CompletedProcess[str]:
    request = house.place / "request.txt"
    request.write_text(f"{who}\n", "utf-8")
    try:
        return house.gateway("subject", *arguments, "--identity-from", str(request), **more)
    finally:
        request.unlink()


def _export(house: House, to: Path, ends: int = 0, **more: str) -> dict[str, Any]:
    ended = _asked(house, "export", "--to", str(to), **more)
    assert ended.returncode == ends, ended.stderr
    assert not any(value in ended.stdout + ended.stderr for value in PERSON)
    found: dict[str, Any] = json.loads(to.read_text("utf-8"))
    to.unlink()
    return found


def test_a_person_is_given_everything_and_nobody_elses_records(known: House, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    ended = _asked(known, "export", "--to", str(told))
    assert (ended.returncode, told.stat().st_mode & 0o777) == (0, 0o600)
    found = json.loads(told.read_text("utf-8"))
    ours = [row for row in found["dossiers"] if row["issuer"] == "province"]
    assert [(row["applicant_name"], row["applicant_identity"]) for row in ours] == [(NAME, NUMBER)] * 2
    assert len(found["events"]) >= 2
    refused = [(row["path"], row["record_number"]) for row in found["quarantine"]]
    assert refused == [("dossierStatus.id", 3), ("code", 4)]
    assert known.value("select count(*) from ops.quarantine where record_key is null") == 2
    assert "record_hash" not in told.read_text("utf-8")
    [page] = [each for each in found["landed_pages"] if each["portal"] == "province"]
    assert [each["applicant"]["data"]["phoneNumber"] for each in page["records"]] == [PHONE] * 4
    sets = {each["table"]: len(each["rows"]) for each in found["shared_sets"]}
    assert sets["dossier_personal"] == sets["dossier_status"] == 2
    assert known.value("select count(*) from core.dossier") > 30
    again = _asked(known, "export", "--to", str(told))
    assert (again.returncode, "File exists" in again.stderr) == (2, True)


def test_a_number_is_found_however_the_two_sides_write_it(known: House, tmp_path: Path) -> None:
    of_one = "where issuer = 'province' and dossier_id = (select min(dossier_id) from core.dossier where applicant_name = :name)"
    with known.engine() as engine, engine.begin() as connection:
        statement = f"update core.dossier set applicant_identity = '099 700-000.001' {of_one}"
        connection.execute(text(statement), {"name": NAME})
    for written in ("\ufeff099 700 000 001", "099.700.000.001", "099700\u00a0000\u2013001"):
        found = _export(known, tmp_path / "told.json", who=written)
        assert len([row for row in found["dossiers"] if row["issuer"] == "province"]) == 2


def test_a_number_is_found_however_core_holds_it_when_its_pages_are_gone(known: House, tmp_path: Path) -> None:
    known.execute("update landing.page set destroyed_at = now()")
    wide = NUMBER.translate({ord(each): ord(each) + 0xFEE0 for each in "0123456789"})
    between = "-\u00a0\u1680\u2013\u3000\uff0d\u200b\u00ad\u2212\x85\u202f\ufeff"
    missed = []
    for written in (wide, *(f"099700{each}000001" for each in between)):
        with known.engine() as engine, engine.begin() as connection:
            statement = "update core.dossier set applicant_identity = :written where applicant_name = :name"
            connection.execute(text(statement), {"written": written, "name": NAME})
        ended = _asked(known, "export", "--to", str(tmp_path / "told.json"))
        rows = json.loads((tmp_path / "told.json").read_text("utf-8"))["dossiers"]
        (tmp_path / "told.json").unlink()
        if (ended.returncode, len([row for row in rows if row["issuer"] == "province"])) != (0, 2):
            missed.append(written.encode("unicode_escape"))
    assert missed == []


def test_an_export_that_the_audit_log_does_not_tell_of_leaves_no_file(known: House, tmp_path: Path) -> None:
    known.execute("alter table ops.audit add constraint full_up check (entry_id < 0) not valid")
    told = tmp_path / "told.json"
    assert _asked(known, "export", "--to", str(told)).returncode == 4
    assert not told.exists()


def test_a_person_is_erased_everywhere_and_stays_so(known: House, tmp_path: Path) -> None:
    before, story = everything(known), known.rows(STORY)
    assert all(value in before for value in PERSON)
    given = _export(known, tmp_path / "told.json")
    counts = {"core.dossier": len(given["dossiers"]), "landing.page": len(given["landed_pages"])}
    counted = json.loads(_asked(known, "erase", "--dry-run", "--json").stdout)
    assert {row["place"]: row["count"] for row in counted}.items() >= counts.items()
    assert _left(known) == set(PERSON)
    ended = _asked(known, "erase", "--basis", "request 1/2026", "--json")
    assert ended.returncode == 0, ended.stderr
    proof = json.loads(ended.stdout)
    assert {each["code"] for each in proof["dossiers"]} > {row["dossier_code"] for row in given["dossiers"]}
    assert (proof["basis"], proof["counts"].items() >= counts.items()) == ("request 1/2026", True)
    assert (_left(known), known.rows(STORY)) == (set(), story)
    _followers_are_told(known)
    _a_replay_passes_over_it(known)
    known.sync("province", full=True)
    known.publish("dossier_personal")
    known.done("audit", "verify")
    assert (_left(known), set(known.rows(STORY)) >= set(story)) == (set(), True)
    assert known.value("select count(*) from core.dossier where applicant_name is null") >= 2
    nothing = _asked(known, "erase", "--basis", "request 1/2026")
    assert (nothing.returncode, "nothing is held; looked for 1 identity numbers" in nothing.stderr) == (1, True)
    assert _asked(known, "erase", "--dry-run").returncode == 1
    again = _export(known, tmp_path / "told.json", ends=1)
    assert [again[name] for name in ("dossiers", "landed_pages")] == [[], []]


def _followers_are_told(known: House) -> None:
    told = known.rows("select change, row_applicant_name, row_applicant_identity from share.dossier_personal__change")
    assert told == [("changed", None, None)] * 2


def _a_replay_passes_over_it(known: House) -> None:
    before = known.rows("select dossier_code, status_code from core.dossier order by 1")
    replayed = known.gateway("replay", "province", "--stream", "dossiers")
    assert replayed.returncode == 0, replayed.stderr
    assert "landed pages were destroyed: 1 by erasure" in replayed.stderr
    assert known.rows("select dossier_code, status_code from core.dossier order by 1") == before
    assert known.value("select count(*) from ops.batch where warning like 'landed pages were destroyed%'") == 1


def test_a_page_that_cannot_be_removed_ends_no_load_and_goes_in_the_night(known: House) -> None:
    assert _asked(known, "erase", "--basis", "request 3/2026").returncode == 0
    with patch.object(LocalFileSystem, "rm_file", side_effect=PermissionError):
        assert known.sync("province", full=True).errors == ()
    assert _left(known) == set(PERSON)
    known.done("retention")
    assert _left(known) == set()


def test_an_erasure_that_is_killed_again_and_again_is_completed_by_the_same_command(known: House) -> None:
    counted = {row["place"]: row["count"] for row in json.loads(_asked(known, "erase", "--dry-run", "--json").stdout)}
    assert counted["core.dossier"] >= counted["share.dossier_personal"] == 2
    for place in ERASING:
        assert _asked(known, "erase", "--basis", "request 2/2026", GATEWAY_FAILPOINT=place).returncode == -9
        assert known.value("select count(*) from ops.erasure where finished_at is null") == 1
    ended = _asked(known, "erase", "--basis", "request 2/2026", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["counts"].items() <= counted.items()
    assert json.loads(ended.stdout)["counts"].keys() == counted.keys() - {"unreadable pages"}
    assert _left(known) == set()
    assert known.rows("select basis, finished_at is not null from ops.erasure") == [("request 2/2026", True)]
    assert known.value("select count(*) from ops.audit where action = 'person erased'") == 1
    known.done("audit", "verify")


def test_who_stands_on_a_page_of_an_open_erasure_has_one_of_his_own(known: House) -> None:
    assert _asked(known, "erase", "--basis", "request 1/2026", GATEWAY_FAILPOINT="erase.emptied").returncode == -9
    asked = ("erase", "--basis", "request 2/2026", "--json")
    assert _asked(known, *asked, who=NEIGHBOUR, GATEWAY_FAILPOINT="erase.emptied").returncode == -9
    ended = _asked(known, *asked, who=NEIGHBOUR)
    assert ended.returncode == 0, ended.stderr
    proof = json.loads(ended.stdout)
    assert (proof["basis"], proof["dossiers"], proof["counts"]["ops.quarantine"]) == ("request 2/2026", [], 1)
    assert known.rows("select basis from ops.erasure order by 1") == [("request 1/2026",), ("request 2/2026",)]
    assert NEIGHBOUR not in everything(known)


def test_who_moves_data_may_erase_and_retain(known: House) -> None:
    known.execute(f"grant temporary on database {known.database} to gateway_runner")
    runner = replace(known, url=f"{known.url}&options=-c%20role%3Dgateway_runner")
    runner.done("retention")
    ended = _asked(runner, "erase", "--basis", "request 6/2026")
    assert ended.returncode == 0, ended.stderr
    assert _left(known) == set()


def test_while_a_portal_is_read_nobody_is_erased(known: House) -> None:
    with known.engine() as engine, engine.connect() as connection:
        connection.exec_driver_sql("select pg_advisory_lock(hashtextextended('portal:province', 0))")
        ended = _asked(known, "erase", "--basis", "request 5/2026")
    assert (ended.returncode, "portal:province" in ended.stderr) == (5, True)
    assert _left(known) == set(PERSON)


def test_a_line_that_is_no_number_is_named_by_its_place_alone(house: House) -> None:
    ended = _asked(house, "erase", "--dry-run", who=f"{NUMBER}\n\n{NAME}")
    assert (ended.returncode, "line 3 is no identity number" in ended.stderr) == (2, True), ended.stderr
    assert not any(value in ended.stdout + ended.stderr for value in PERSON)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("erase", "--basis", "x"), "give --identity-from or --dossiers-from"),
        (("erase", "--identity-from", "/nowhere"), "cannot be read"),
        (("erase", "--identity-from", "/dev/null", "--basis", "x"), "0 identity numbers were given"),
    ],
)
def test_a_request_that_names_nobody_is_refused(house: House, arguments: tuple[str, ...], said: str) -> None:
    ended = house.gateway("subject", *arguments)
    assert (ended.returncode, said in ended.stderr) == (2, True), ended.stderr


def _left(house: House) -> set[str]:
    found = everything(house)
    return {value for value in PERSON if value in found}
