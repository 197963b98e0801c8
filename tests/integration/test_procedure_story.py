"""Days pass at the national portal: procedures are amended and abolished, and each one's story can be told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import House, order_fault, pass_days


class Days(NamedTuple):
    """A house that read the portal on days 0, 1, 2 and 3, and what the portal listed and told on each."""

    house: House
    listed: list[set[str]]
    details: list[dict[str, Any]]


@pytest.fixture(scope="module")
def days(new_house: NewHouse) -> Iterator[Days]:
    """On day 2 one of 30 procedures is abolished (bãi bỏ); on day 3 the summary of a decision says so."""
    with running_sandbox("--procedures", "30", "--dossiers", "0", "--only", "national") as sandbox:
        house = new_house()
        house.connect_to(sandbox)
        found = Days(house, [], [])
        for day in range(4):
            if day:
                pass_days(sandbox.national)
            _read(found, sandbox)
            if day == 3:
                said = f"Công bố thủ tục được sửa đổi (9.999999); thủ tục bị BÃI BỎ: 1.000, {_gone(found)}."
                order_fault(sandbox.national, match="LayQDCB", kind="rewrite", records={"0": {"TRICHYEU": said}})
            house.execute("update ops.batch set started_at = started_at - interval '1 day'")
            assert house.sync("national").verdict() is None
        yield found


def _read(days: Days, sandbox: Running) -> None:
    session = sandbox.national_session()
    listed = [each["MATTHC"] for each in sandbox.service(session, "LayDanhSachTTHC").json()["result"]]
    days.listed.append(set(listed))
    details = [sandbox.service(session, "LayThuTuc", maTTHC=code).json()["result"] for code in listed]
    days.details.append({detail[0]["MATTHC"]: detail[0] for detail in details if detail})


def _story(house: House, code: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads(house.done("explain", "procedure", code, "--json"))
    return events


def _gone(days: Days) -> str:
    [code] = days.listed[1] - days.listed[2]
    return code


def test_what_was_abolished_is_retired_after_two_lists(days: Days) -> None:
    assert days.house.rows("select record_key, state, list_count from ops.absence") == [(_gone(days), "retired", 2)]


def test_the_story_of_an_abolished_procedure(days: Days) -> None:
    events = [event for event in _story(days.house, _gone(days)) if event["what"] not in {"seen", "amended"}]
    number = days.house.value("select decision_number from core.decision where summary like '%BÃI BỎ%'")
    assert [(event["what"], event["why"]) for event in events] == [
        ("missing", "not on the list"),
        ("retired", f"abolished by decision {number}; missing from 2 complete lists in a row"),
    ]


def test_the_story_of_an_amended_procedure_names_its_decisions(days: Days) -> None:
    before, after = days.details[0], days.details[1]
    code = min(code for code in before.keys() & after.keys() if before[code] != after[code])
    seen, amended = _story(days.house, code)[:2]
    numbers = dict(days.house.rows("select decision_code, decision_number from core.decision"))
    assert (seen["what"], seen["version"]) == ("seen", 1)
    assert seen["decision_number"] == numbers[str(before[code]["IDQUYETDINHCONGBO"])]
    assert (amended["what"], amended["version"]) == ("amended", 2)
    assert amended["decision_number"] == numbers[str(after[code]["IDQUYETDINHCONGBO"])]
    assert amended["decision_date"] == "2026-11-21"
    assert "decision_code" in amended["why"]
    assert "procedure_name" not in amended["why"]


def test_a_retired_procedure_is_published_as_not_in_force(days: Days) -> None:
    published = days.house.publish("procedure_catalogue")
    rows = [
        json.loads(line) for line in (published.folder / "procedure_catalogue.jsonl").read_text("utf-8").splitlines()
    ]
    assert {row["procedure_code"] for row in rows if row["is_in_force"]} == days.listed[3]
    assert [row["procedure_code"] for row in rows if not row["is_in_force"]] == [_gone(days)]
    assert [row["procedure_code"] for row in rows if row["not_listed_since"]] == [_gone(days)]


def test_a_code_nobody_knows(days: Days) -> None:
    ended = days.house.gateway("explain", "procedure", "9.999999")
    assert ended.returncode == 2
    assert "no procedure has the code '9.999999'" in ended.stderr
