"""`gateway integrity`: each sign with what was seen when, nothing where all is well, and versions that cost a first load nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.integrity.signs import MANY
from tests.helpers.house import House
from tests.helpers.told import dossier, tell

CODE = "H15.1-260302-0001"
DUE = "2026-03-10T17:00"
VERSIONS = "select count(*) from core.dossier_version"


def signs(house: House) -> list[dict[str, Any]]:
    return list(json.loads(house.done("integrity", "--json"))["signs"])


def told(house: House) -> list[tuple[str, str, str]]:
    return [(row["sign"], row["dossier_code"], row["what"]) for row in signs(house)]


def fetched(house: House, batch: int, at: str) -> None:
    """Let a batch have been fetched at a time of ours."""
    house.execute(f"update ops.batch set started_at = '{at}+07' where batch_id = {batch}")


def test_nothing_is_said_of_an_ordinary_dossier(house: House) -> None:
    tell(house, dossier(CODE, "4", "2026-03-02T09:00", dueDate=DUE, appointmentDate=DUE))
    assert house.value(VERSIONS) == 0
    tell(
        house,
        dossier(CODE, "9", "2026-03-10T16:00", dueDate=DUE, appointmentDate=DUE, completedDate="2026-03-10T16:00"),
    )
    assert told(house) == []
    assert house.value(VERSIONS) == 2


def test_an_end_that_is_the_due_date_to_the_second(house: House) -> None:
    tell(house, dossier(CODE, "9", "2026-03-12T08:00", appointmentDate=DUE, completedDate=f"{DUE}:00.250"))
    assert told(house) == [
        ("end_is_due", CODE, "ended at 2026-03-10 17:00:00, to the second its appointment_at"),
    ]


def test_days_without_a_time_say_nothing(house: House) -> None:
    day = "2026-03-10T00:00"
    tell(house, dossier(CODE, "9", day, appointmentDate=day, completedDate=day))
    assert told(house) == []


def test_a_due_date_that_moved_after_it_had_passed(house: House) -> None:
    looks = [("2026-03-02T22:00", DUE), ("2026-03-11T22:00", DUE), ("2026-03-12T22:00", "2026-03-20T17:00")]
    for number, (look, due) in enumerate(looks):
        # The second look shows another dossier only: ours had not changed.
        record = dossier(CODE, "4", f"2026-03-0{2 + number}T09:00", appointmentDate=due)
        other = dossier("H15.1-260302-0002", "4", "2026-03-02T09:00")
        fetched(house, tell(house, other if number == 1 else record), look)
    [found] = signs(house)
    assert (found["sign"], found["what"]) == (
        "due_moved",
        (
            "appointment_at 2026-03-10 17:00:00 was still shown at 2026-03-11 22:00:00, after it had passed;"
            " at 2026-03-12 22:00:00 it was 2026-03-20 17:00:00"
        ),
    )
    seen = [
        (row["version_number"], row["batch_id"], row["appointment_at"], row["page"], row["record"])
        for row in found["seen"]
    ]
    pages = dict(house.rows("select batch_id, page_id from landing.page"))
    assert seen == [(1, 1, "2026-03-10T10:00:00Z", pages[1], 0), (2, 3, "2026-03-20T10:00:00Z", pages[3], 0)]
    assert found["seen"][0]["seen_at"] == "2026-03-02T15:00:00Z"


@pytest.mark.parametrize("due", ["2026-03-20T17:00", "2026-03-05T17:00"])
def test_a_due_date_moved_in_time_or_forward_is_none(house: House, due: str) -> None:
    """Moved on its last day, between two looks; and drawn nearer."""
    fetched(house, tell(house, dossier(CODE, "4", "2026-03-02T09:00", appointmentDate=DUE)), "2026-03-09T22:00")
    fetched(house, tell(house, dossier(CODE, "4", "2026-03-10T09:00", appointmentDate=due)), "2026-03-10T22:00")
    assert told(house) == []


def test_an_end_before_the_last_step(house: House) -> None:
    tell(house, dossier(CODE, "4", "2026-03-11T09:00"))
    tell(house, dossier(CODE, "9", "2026-03-12T09:00", completedDate="2026-03-10T16:00"))
    assert told(house) == [
        ("end_before_step", CODE, "ended at 2026-03-10 16:00:00, and was still worked on at 2026-03-11 09:00:00")
    ]


def test_a_dossier_that_is_open_again_keeps_its_first_end(house: House) -> None:
    tell(house, dossier(CODE, "9", "2026-03-10T16:00", completedDate="2026-03-10T16:00"))
    tell(house, dossier(CODE, "4", "2026-03-11T09:00", completedDate="2026-03-10T16:00"))
    assert told(house) == []


@pytest.mark.parametrize("many", [MANY, MANY - 1])
def test_many_edited_in_one_moment(house: House, many: int) -> None:
    codes = [f"H15.1-260302-{number:04}" for number in range(many)]
    end = "2026-03-10T16:0"
    tell(house, *(dossier(code, "9", f"{end}{n % 10}", completedDate=f"{end}{n % 10}") for n, code in enumerate(codes)))
    tell(house, *(dossier(code, "9", "2026-03-15T23:10:05", completedDate="2026-03-09T11:00") for code in codes))
    what = f"one of {many} dossiers whose dates were changed at 2026-03-15 23:10:05"
    assert told(house) == [("edited_together", code, what) for code in codes if many >= MANY]


def test_many_finished_in_one_moment_is_none(house: House) -> None:
    """A date that had not stood yet was not edited."""
    codes = [f"H15.1-260302-{number:04}" for number in range(MANY)]
    tell(house, *(dossier(code, "4", "2026-03-02T09:00") for code in codes))
    tell(house, *(dossier(code, "9", "2026-03-10T17:30", completedDate="2026-03-10T17:30") for code in codes))
    assert told(house) == []


def test_a_late_page_changes_no_version(house: House) -> None:
    tell(house, dossier(CODE, "9", "2026-03-10T16:00", dueDate=DUE))
    tell(house, dossier(CODE, "4", "2026-03-02T09:00", dueDate="2026-03-05T17:00"))
    assert house.value(VERSIONS) == 0


def test_a_replay_moves_no_date(house: House) -> None:
    """Old pages shown again take the row back and forth; what was seen stays in the order in which it was fetched."""
    at = "2026-03-02T09:00"
    fetched(house, tell(house, dossier(CODE, "4", at, appointmentDate="2026-03-05T17:00")), "2026-03-02T22:00")
    fetched(house, tell(house, dossier(CODE, "4", at, appointmentDate=DUE)), "2026-03-04T22:00")
    house.replay("province", stream="dossiers", since=1)
    assert house.value(VERSIONS) == 4
    assert told(house) == []


def test_versions_are_only_added(house: House) -> None:
    assert house.rows(
        "select privilege_type from information_schema.role_table_grants where table_name = 'dossier_version' and grantee = 'gateway_runner' order by 1"
    ) == [
        ("INSERT",),
        ("SELECT",),
    ]


def test_pages_that_can_no_longer_be_read_are_left_empty(house: House) -> None:
    tell(house, dossier(CODE, "9", "2026-03-12T08:00", appointmentDate=DUE, completedDate=DUE))
    house.execute("update landing.page set path = path || '-gone'")
    [found] = signs(house)
    assert [(row["batch_id"], row["page"]) for row in found["seen"]] == [(1, None)]


def test_the_table_says_that_a_sign_is_no_proof(house: House) -> None:
    tell(house, dossier(CODE, "9", "2026-03-12T08:00", appointmentDate=DUE, completedDate=DUE))
    ended = house.gateway("integrity")
    assert ended.returncode == 0
    assert "A sign is no proof of wrongdoing (dấu hiệu không phải là bằng chứng vi phạm)" in ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0] == "sign\tissuer\tdossier_code\twhat"
    assert lines[2].startswith("dossier_code\tversion_number\tseen_at\tbatch_id\tpage\trecord\t")
    assert lines[3].startswith(f"{CODE}\t1\t")
