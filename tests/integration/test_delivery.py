"""Dossiers and their steps told to the national portal: all of them, in order, once, whatever the portal and the night do."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, Row

from gateway.delivery import brakes, line, person
from gateway.delivery.read_back import ANOTHER
from gateway.delivery.spec import Delivery
from gateway.errors import NeedsPerson
from tests.helpers.delivery import DOSSIERS, STATUSES, Office, national_office, quick_retries
from tests.helpers.house import said
from tests.helpers.prepared import Prepared
from tests.helpers.server import Server

pytestmark = pytest.mark.long


@pytest.fixture
def office(prepared: Prepared) -> Iterator[Office]:
    """Sixty dossiers of the province, taken in; the portals have them in no other way."""
    with national_office(prepared) as office:
        yield office


def _sent(office: Office) -> None:
    office.open()
    assert office.deliver().error is None


def test_a_new_target_is_in_shadow(office: Office) -> None:
    assert office.states()["waiting"] > 20
    with pytest.raises(NeedsPerson, match="in shadow"):
        office.deliver()
    assert office.pushed()["accepted"] == 0


def test_everything_arrives_once_and_in_order(office: Office) -> None:
    _sent(office)
    assert office.held_states() == office.right_states() != []
    assert set(office.states()) <= {"accepted", "held", "waiting"}
    for told in office.pushed()["dossiers"].values():
        assert [each["service"] for each in told["pushes"]] == ["DongBoHoSoMC", "CapNhatTienDoHoSoMC"]


def test_a_second_delivery_sends_nothing(office: Office) -> None:
    _sent(office)
    before = office.pushed()["accepted"]
    assert office.deliver().accepted == 0
    office.night()
    assert office.deliver().accepted == 0
    assert office.pushed()["accepted"] == before


def test_what_days_bring_is_told_as_changes_and_steps(office: Office) -> None:
    _sent(office)
    for _ in range(3):
        office.days(2)
        assert office.deliver().error is None
    assert office.held_states() == office.right_states()
    pushes = [each for told in office.pushed()["dossiers"].values() for each in told["pushes"]]
    assert {each["is_updating"] for each in pushes if each["service"] == "DongBoHoSoMC"} == {True, False}


def test_lagging_rows_keep_the_states_between(office: Office) -> None:
    """Three nights' changes delivered at once: each state goes as it was, not as it is now."""
    for _ in range(3):
        office.days(2)
    _sent(office)
    assert office.held_states() == office.right_states()
    assert max(told["progress"] for told in office.pushed()["dossiers"].values()) > 1


def test_the_portal_hears_back_of_what_was_filed_there(office: Office) -> None:
    office.open(STATUSES)
    assert office.deliver(STATUSES).accepted > 5
    told = office.pushed()["dossiers"]
    assert told
    assert all(code.startswith("G22.") for code in told)


def test_what_the_portal_has_already_is_changed(office: Office) -> None:
    _sent(office)
    office.house.execute("update ops.ledger set is_created = false, payload_hash = null")
    office.house.execute(
        "update ops.outbox set state = 'waiting', settled_at = null where kind = 'record' and state = 'accepted'"
    )
    report = office.deliver()
    assert (report.rejected, report.error) == (0, None)
    assert "exists" in office.house.column("select outcome from ops.attempt")


def test_what_the_portal_lost_is_made_anew(office: Office) -> None:
    code = office.rows("dossier_code", state="waiting", kind="record", target=DOSSIERS)[0][0]
    office.fault("lose", "DongBoHoSoMC", item=code)
    office.open()
    office.deliver()
    [(row, reason)] = office.rows("outbox_id", "reason", dossier_code=code, kind="event")
    assert "không tồn tại" in reason
    office.house.execute(f"update ops.outbox set state = 'waiting', settled_at = null where dossier_code = '{code}'")
    assert office.deliver().error is None
    assert office.held_states() == office.right_states()
    assert office.rows("state", outbox_id=row) == [("accepted",)]


CUTS: tuple[dict[str, Any], ...] = (
    {"kind": "commit_then_reset"},
    {"kind": "truncated", "done": True},
    {"kind": "html_login", "done": True},
    {"kind": "status", "status": 502, "done": True},
    {"kind": "empty", "done": True},
)


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut["kind"])
@pytest.mark.parametrize("service", ["DongBoHoSoMC", "CapNhatTienDoHoSoMC"])
def test_a_call_that_was_cut_is_read_back_and_nothing_is_doubled(
    office: Office, service: str, cut: dict[str, Any]
) -> None:
    office.fault(match=service, times=2, **cut)
    _sent(office)
    assert office.held_states() == office.right_states() != []
    assert "unknown" in office.house.column("select outcome from ops.attempt")
    assert "unknown" not in office.states()


@pytest.mark.parametrize(("target", "service"), [(DOSSIERS, "DongBoHoSoMC"), (STATUSES, "DongBoTrangThaiHoSo")])
def test_an_answer_about_another_dossier_settles_nothing(office: Office, target: str, service: str) -> None:
    """It shows every step there is: if the code were not looked at, steps would be taken for told, and records for lost."""
    steps = office.house.rows(
        "select distinct status_code, to_char(status_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMMDDHH24MISS') from core.dossier_event"
    )
    another = {"MaHoSo": "G22.99-1", "QuaTrinhXuLy": [{"TrangThai": s, "ThoiDiemXuLy": at} for s, at in steps]}
    office.fault("commit_then_reset", service, times=3)
    office.fault("body", "TraCuuHoSo", times=0, body=json.dumps({"error_code": 0, "result": [another]}))
    office.open(target)
    report = office.deliver(target)
    asked = office.house.rows("select outcome, answer from ops.attempt where operation = 'read_back'")
    assert set(asked) == {("unknown", ANOTHER)}
    assert report.unknown == len(asked) >= 3


def test_one_bad_dossier_is_found_and_the_others_go(office: Office) -> None:
    code = office.rows("dossier_code", state="waiting", kind="record", target=DOSSIERS)[7][0]
    office.fault("refuse_item", "DongBoHoSoMC", item=code, times=100)
    office.open()
    report = office.deliver()
    assert report.rejected == 1
    assert office.rows("state", "cause", dossier_code=code, kind="record") == [("rejected", "refused")]
    assert code not in office.pushed()["dossiers"]
    assert office.held_states() == office.right_states() != []
    [waits] = [row for row in _listed(office) if row["dossier_code"] == code and row["kind"] == "event"]
    assert "waits for row" in waits["reason"]
    assert "rejected" in waits["reason"]


def test_a_refused_dossier_goes_with_its_next_change(office: Office) -> None:
    """Nobody has to clean up: the newer record takes the place of the refused one, before the steps that wait."""
    office.fault("refuse_item", "DongBoHoSoMC", times=0)
    office.open()
    assert office.deliver().rejected > 20
    office.mended()
    office.days(20)
    office.deliver()
    assert office.states()["superseded"] > 3
    assert office.held_states() == office.right_states() != []


def test_what_lacks_a_field_is_held_and_goes_once_the_source_is_mended(office: Office) -> None:
    held = office.rows("dossier_code", "cause", "reason", state="held", target=DOSSIERS)
    assert {cause for _, cause, _ in held} >= {"MaTTHC is missing"}
    assert all("required" in reason for _, _, reason in held)
    with_link = "update core.procedure set procedure_code_national = '1.001193' where issuer = 'province' and procedure_code_national is null"
    office.house.execute(with_link)
    _sent(office)
    left = {cause for (cause,) in office.rows("cause", state="held", target=DOSSIERS)}
    assert left <= {"NgayTiepNhan is missing"}


def test_maintenance_is_tried_again_then_parked_then_resent(office: Office) -> None:
    with quick_retries(office.house):
        office.fault("read_only", "DongBoHoSoMC")
        office.open()
        report = office.deliver()
        assert report.waiting["dead"] == report.rejected > 5
        assert set(office.rows("cause", state="dead")) == {("tried too often",)}
        office.mended()
        assert office.deliver().accepted == 0
        assert "rows are back in line" in office.house.done("deliver", "resend", DOSSIERS, "--cause", "tried too often")
        assert office.deliver().waiting.get("dead", 0) == 0
    assert office.held_states() == office.right_states() != []


def test_a_portal_that_is_away_costs_no_try(office: Office) -> None:
    before = office.rows("outbox_id", "attempt_count", state="waiting")
    office.open()
    office.sandbox.process.terminate()
    office.sandbox.process.wait(20)
    report = office.deliver()
    assert report.error is not None
    assert report.error.exit_code == 3
    assert set(before) <= set(office.rows("outbox_id", "attempt_count", state="waiting"))


def test_a_file_stops_everything(office: Office, tmp_path: Any) -> None:
    office.open()
    stop = tmp_path / "stop"
    stop.touch()
    ended = office.house.gateway("deliver", "--target", DOSSIERS, GATEWAY_STOP_FILE=str(stop))
    assert ended.returncode == 1
    assert said(ended) == [f"gateway: {stop}: all delivery is stopped by a file → remove the file to go on"]
    assert office.pushed()["accepted"] == 0


def test_a_word_stops_everything_and_lets_it_go_on(office: Office) -> None:
    office.open()
    office.house.done("deliver", "stop", "--by", "Lê Thử", "--note", "wrong mapping")
    with pytest.raises(brakes.Stopped, match=r"stopped by Lê Thử at .* \(wrong mapping\)"):
        office.deliver()
    office.house.done("deliver", "open", "*")
    assert office.deliver().accepted > 20


def test_a_jump_waits_for_a_person(office: Office) -> None:
    folder = office.house.own_mappings() / "national" / "deliveries" / "dossiers.yaml"
    folder.write_text(folder.read_text("utf-8") + "jump: {more_than: 10, times: 2}\n", "utf-8")
    office.open()
    with pytest.raises(NeedsPerson, match="a usual day has 0"):
        office.deliver()
    assert office.pushed()["accepted"] == 0
    office.house.done("deliver", "approve", DOSSIERS)
    assert office.deliver().accepted > 20


def test_two_deliveries_at_once(office: Office) -> None:
    """One works; the other says who does, and stops."""
    office.open()
    office.fault("slow", "DongBoHoSoMC", seconds=5)
    with _delivering(office) as first:
        office.wait_for_a_call()
        second = office.house.gateway("deliver", "--target", DOSSIERS)
        assert first.wait(60) == 1, "some rows are held"
    assert second.returncode == 5
    [told] = said(second)
    assert f"{DOSSIERS}: delivery is under way: process {first.pid} of " in told
    assert office.held_states() == office.right_states() != []


def test_a_delivery_that_lost_its_lock_makes_no_further_call(office: Office, server: Server) -> None:
    office.open()
    office.fault("slow", "DongBoHoSoMC", seconds=5)
    with _delivering(office) as first:
        office.wait_for_a_call()
        server.end_lock_holders(office.house.database)
        assert first.wait(60) == 4
    pushes = [each for told in office.pushed()["dossiers"].values() for each in told["pushes"]]
    assert {each["service"] for each in pushes} == {"DongBoHoSoMC"}, "the call under way, and no step after it"
    office.deliver()
    assert office.held_states() == office.right_states() != []


def test_a_crash_costs_no_try(office: Office) -> None:
    """What the portal turns out not to have goes with all its tries still before it."""
    office.open()
    with quick_retries(office.house):
        ended = office.house.gateway("deliver", "--target", DOSSIERS, GATEWAY_FAILPOINT="delivery.begun")
        assert ended.returncode == -9
        assert office.deliver().error is None
    assert set(office.rows("attempt_count", target=DOSSIERS, state="accepted")) == {(1,)}


def test_what_is_dismissed_after_its_line_was_read_is_not_sent(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading of many lines and the call there is time for a person's word."""
    office.open()
    read, dismissed = line.heads, list[str]()

    def heads(engine: Engine, target: Delivery, dossiers: Sequence[int]) -> list[Row[Any]]:
        rows = read(engine, target, dossiers)
        if not dismissed:
            dismissed.append(rows[0].dossier_code)
            person.dismiss(engine, target.target, [rows[0].outbox_id], "Trần Thị Thử", "for this test")
        return rows

    monkeypatch.setattr(line, "heads", heads)
    assert office.deliver().error is None
    told = set(office.pushed()["dossiers"])
    assert told == {code for (code,) in office.rows("dossier_code", target=DOSSIERS, kind="record", state="accepted")}
    assert told
    assert told.isdisjoint(dismissed)
    assert office.rows("state", dossier_code=dismissed[0], kind="record", target=DOSSIERS) == [("dismissed",)]


@contextmanager
def _delivering(office: Office) -> Iterator[subprocess.Popen[str]]:
    """A delivery in a process of its own, which is over afterwards."""
    command = office.house.command("deliver", "--target", DOSSIERS)
    with subprocess.Popen(command, env=office.house.environment, cwd=office.house.place, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_dry_run_shows_what_would_go_masked(office: Office) -> None:
    names = office.house.column("select applicant_name from core.dossier where applicant_name is not null")
    shown = office.house.done("deliver", "--dry-run", "--json", "--target", DOSSIERS)
    rows = json.loads(shown)
    assert len(rows) > 10
    assert {row["operation"] for row in rows} == {"create"}
    assert not [name for name in names if name in shown]
    assert office.pushed()["accepted"] == 0


@pytest.mark.parametrize("place", ["delivery.begun", "delivery.answered", "delivery.settled"])
def test_killed_in_the_middle(office: Office, place: str) -> None:
    office.open()
    ends = [
        office.house.gateway("deliver", "--target", DOSSIERS, GATEWAY_FAILPOINT=f"{place}:{number}").returncode
        for number in (1, 2, 3)
    ]
    assert ends[:2] == [-9, -9]
    office.deliver()
    assert office.held_states() == office.right_states() != []
    assert not {"sending", "unknown"} & set(office.states())


def test_a_state_that_we_told_is_no_news(office: Office) -> None:
    """What the national portal shows of its own dossiers because we told it makes no new row for anybody."""
    office.open(STATUSES)
    office.deliver(STATUSES)
    before = office.rows("outbox_id")
    office.night("national")
    assert office.rows("outbox_id") == before


def _listed(office: Office) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(office.house.done("deliver", "list", DOSSIERS, "--json", "--most", "1000"))
    return found


def test_steps_of_an_erased_dossier_go_only_where_the_dossier_is(office: Office) -> None:
    """Where it was never created no record will create it: its steps would wait for ever."""
    house, request = office.house, office.house.place / "codes.txt"
    codes = house.column("select distinct dossier_code from ops.outbox where target = :t", t=DOSSIERS)
    request.write_text("\n".join(codes), "utf-8")
    house.done("subject", "erase", "--dossiers-from", str(request), "--basis", "request 1/2026")
    assert "(subject): portals that do not hold" in house.done("explain", "dossier", codes[0])
    told = "select kind from ops.outbox where state <> 'dismissed' and target = :t and dossier_code = any(:codes)"
    loaded = house.value("select max(batch_id) from ops.batch")
    office.days(4)
    steps = "select count(*) from core.dossier_event as e join core.dossier using (dossier_id) where e.batch_id > :b and dossier_code = any(:c)"
    assert house.value(steps, b=loaded, c=codes) > 0
    assert house.column(told, t=DOSSIERS, codes=codes) == []
    house.execute(
        "insert into ops.ledger (target, dossier_id, dossier_code, is_created)"
        f"select '{DOSSIERS}', dossier_id, dossier_code, true from core.dossier where issuer = 'province'"
    )
    office.days(9)
    assert set(house.column(told, t=DOSSIERS, codes=codes)) == {"event"}
