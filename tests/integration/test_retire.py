"""Procedures leave the list (bãi bỏ), come back, or only seem to: what complete lists prove, and what a person decides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from gateway import retirement, story
from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import House, order_fault, said
from tests.helpers.server import Server

LIST = "LayDanhSachTTHC"
ROWS = "select * from core.procedure_listing order by procedure_listing_id"
STATES = """
    select record_key, state, list_count, returned_batch_id is not null from ops.absence
    where portal = 'national' order by absence_id"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A national portal of 60 procedures. No test lets days pass in it: they are faults of one call each."""
    with running_sandbox("--procedures", "60", "--dossiers", "0", "--only", "national") as running:
        yield running


class Nights(NamedTuple):
    """A house after the first list, after two that lack its last procedure, and after two that lack four more than 2%."""

    first: House
    retired: House
    due: House


@pytest.fixture(scope="module")
def nights(new_house: NewHouse, server: Server, sandbox: Running) -> Nights:
    """The houses that tests take copies of."""
    first = new_house()
    first.connect_to(sandbox)
    _night(first)
    houses = [first, _copy(first, server), _copy(first, server)]
    for house, count in zip(houses[1:], (59, 56), strict=True):
        for _ in range(2):
            _shorter(sandbox, count)
            assert _night(house).errors == ()
    return Nights(*houses)


def _copy(house: House, server: Server) -> House:
    """The same landed bytes, and a database of its own."""
    return House(server.url(server.copy(house.database)), house.place, connections=house.connections)


@pytest.fixture
def first(nights: Nights, server: Server) -> House:
    """A house that has seen the whole list once."""
    return _copy(nights.first, server)


@pytest.fixture
def retired(nights: Nights, server: Server) -> House:
    """Two nights later: the last procedure is on neither list."""
    return _copy(nights.retired, server)


@pytest.fixture
def due(nights: Nights, server: Server) -> House:
    """Two nights later: the last four of 60 procedures are on neither list, more than 2%."""
    return _copy(nights.due, server)


def _night(house: House, **options: Any) -> Any:
    """The next night: the list is read, a day after what was read before."""
    house.execute("update ops.batch set started_at = started_at - interval '1 day'")
    return house.sync("national", only="procedure_list", **options)


def _shorter(sandbox: Running, count: int) -> None:
    """The next list lacks all but the first `count`."""
    order_fault(sandbox.national, match=LIST, kind="shrunk", count=count)


def _decide(house: House, word: retirement.Word, *codes: str) -> None:
    with house.engine() as engine:
        retirement.decide(engine, "national", word, "Reviewer A", codes)


def _states(house: House) -> dict[str, tuple[str, int, bool]]:
    return {code: tuple(rest) for code, *rest in house.rows(STATES)}


def _listed(house: House) -> list[str]:
    return house.column("select procedure_code from core.procedure_listing order by procedure_listing_id")


def test_one_list_proves_nothing(first: House, sandbox: Running) -> None:
    lost = _listed(first)[-1]
    _shorter(sandbox, 59)
    assert _night(first).verdict() is None
    assert _states(first) == {lost: ("missing", 1, False)}
    assert first.value("select missing_batch_id = max(batch_id) from ops.absence, ops.batch group by missing_batch_id")


def test_a_second_complete_list_retires(retired: House) -> None:
    assert _states(retired) == {_listed(retired)[-1]: ("retired", 2, False)}
    assert retired.rows("select reviewer, decided_at is null from ops.absence") == [(None, False)]


def test_two_lists_of_one_night_count_once(first: House, sandbox: Running) -> None:
    for _ in range(2):
        _shorter(sandbox, 59)
        first.sync("national", only="procedure_list")
    [found] = _states(first).values()
    assert found == ("missing", 1, False)


def test_what_is_retired_stays_a_row_and_is_not_counted_again(retired: House, sandbox: Running) -> None:
    before = retired.rows(ROWS)
    _shorter(sandbox, 59)
    _night(retired)
    assert retired.rows(ROWS) == before
    [found] = _states(retired).values()
    assert found == ("retired", 2, False)


def test_what_comes_back_is_restored_and_may_leave_again(retired: House, sandbox: Running) -> None:
    code = _listed(retired)[-1]
    _night(retired)
    assert _states(retired) == {code: ("retired", 2, True)}
    _shorter(sandbox, 59)
    _night(retired)
    assert retired.rows(STATES) == [(code, "retired", 2, True), (code, "missing", 1, False)]


def test_what_was_missing_once_is_back(first: House, sandbox: Running) -> None:
    _shorter(sandbox, 59)
    _night(first)
    _night(first)
    [found] = _states(first).values()
    assert found == ("missing", 1, True)


def test_a_list_with_a_record_in_quarantine_proves_no_absence_but_a_return(retired: House, sandbox: Running) -> None:
    back = _listed(retired)[-1]
    order_fault(
        sandbox.national, match=LIST, kind="rewrite", records={"0": {"TENTTHC": ""}, "1": {"MATTHC": "9.999999"}}
    )
    assert "in quarantine" in str(_night(retired).verdict())
    assert _states(retired) == {back: ("retired", 2, True)}


def test_an_empty_list_proves_nothing(house: House) -> None:
    with running_sandbox("--procedures", "6", "--dossiers", "0", "--only", "national") as few:
        house.connect_to(few)
        _night(house)
        _shorter(few, 0)
        _night(house)
    assert _states(house) == {}


def test_replay_proves_nothing(retired: House) -> None:
    before = retired.rows(STATES)
    retired.replay("national", stream="procedure_list", since=1)
    assert retired.rows(STATES) == before


def test_more_than_the_limit_waits_for_a_person(due: House) -> None:
    assert [state for state, _, _ in _states(due).values()] == ["due"] * 4
    ended = due.gateway("retire", "list", "national", "--json")
    rows = json.loads(ended.stdout)
    assert [row["code"] for row in rows] == sorted(_listed(due)[-4:])
    assert {(row["state"], row["lists"], row["decision"]) for row in rows} == {("due", 2, None)}
    assert all(row["name"] for row in rows)


def test_the_run_says_that_a_person_is_needed(due: House, sandbox: Running) -> None:
    _shorter(sandbox, 56)
    verdict = due.sync("national", only="procedure_list").verdict()
    assert verdict is not None
    assert verdict.exit_code == 1
    assert str(verdict) == (
        "national: 4 records left their list, more than its limit: nothing is retired without a person"
        " → see: gateway retire list national"
    )


def test_a_person_retires_what_is_due(due: House) -> None:
    codes = sorted(_listed(due)[-4:])
    told = due.done("retire", "approve", "national", "--reviewer", "Reviewer A")
    assert told.splitlines() == [f"national\t{code}\tretired" for code in codes]
    assert due.rows("select distinct state, reviewer from ops.absence") == [("retired", "Reviewer A")]


def test_what_a_person_keeps_stays_in_force_and_asks_no_more(due: House, sandbox: Running) -> None:
    _decide(due, "kept")
    for _ in range(3):
        _shorter(sandbox, 56)
        assert _night(due).verdict() is None
    assert due.rows("select distinct state, list_count from ops.absence") == [("kept", 2)]


def test_a_person_may_decide_of_single_codes(due: House) -> None:
    one, *others = sorted(_listed(due)[-4:])
    _decide(due, "retired", one)
    due.done("retire", "reject", "national", *others)
    assert {code: state for code, (state, _, _) in _states(due).items()} == {
        one: "retired",
        **dict.fromkeys(others, "kept"),
    }


def test_a_wrong_code_decides_nothing(due: House) -> None:
    before = due.rows(STATES)
    ended = due.gateway("retire", "approve", "national", before[0][0], "9.999999")
    assert (ended.returncode, said(ended)) == (
        2,
        ["gateway: national: no list lacks 9.999999; nothing was decided → see: gateway retire list national"],
    )
    assert due.rows(STATES) == before


def test_nothing_due_is_said(first: House) -> None:
    ended = first.gateway("retire", "approve", "national")
    assert (ended.returncode, said(ended)) == (
        2,
        ["gateway: national: nothing waits for a person's word → see: gateway retire list national"],
    )


def test_a_list_over_the_limit_never_counts_for_the_rule(first: House, sandbox: Running) -> None:
    """A cut list first: what it lacks is retired only after two lists within the limit."""
    code = _listed(first)[-1]
    _shorter(sandbox, 50)
    _night(first)
    states = []
    for _ in range(2):
        _shorter(sandbox, 59)
        _night(first)
        states.append(_states(first)[code])
    assert states == [("missing", 2, False), ("retired", 3, False)]


def test_what_is_due_is_retired_by_the_rule_once_lists_are_within_the_limit(first: House, sandbox: Running) -> None:
    code = _listed(first)[-1]
    for count in (59, 50, 59):
        _shorter(sandbox, count)
        _night(first)
    assert _states(first)[code] == ("retired", 3, False)
    assert set(_states(first).values()) == {("retired", 3, False), ("missing", 1, True)}


def test_a_list_that_shrank_too_much_is_held_back_and_proves_nothing(first: House, sandbox: Running) -> None:
    for _ in range(2):
        _shorter(sandbox, 20)
        assert "held back" in str(_night(first).errors[0])
    assert _states(first) == {}


def test_the_story_of_what_came_back(retired: House) -> None:
    code = _listed(retired)[-1]
    _night(retired)
    with retired.engine() as engine:
        [found] = story.explain_procedure(engine, code)
    assert found.procedure.state == "in force"
    assert [(event.what, event.why) for event in found.events] == [
        ("missing", "not on the list"),
        ("retired", "not on the list; missing from 2 complete lists in a row"),
        ("restored", "on the list again"),
    ]


@pytest.mark.parametrize(
    ("kind", "states"), [("shrunk", [("missing", 1)]), ("shifted_page", [])], ids=["whole", "short"]
)
def test_a_paged_list_proves_absence_when_it_has_as_many_as_declared(
    house: House, kind: str, states: list[tuple[str, int]]
) -> None:
    """A list that is short of its declared total is read twice; it proves nothing when it is short again."""
    with running_sandbox("--procedures", "60", "--dossiers", "0", "--only", "province") as province:
        house.connect_to(province)
        house.sync("province", only="procedures")
        count = house.value("select count(*) from core.procedure")
        more = {"count": count - 1} if kind == "shrunk" else {"times": 0}
        order_fault(province.province, match="/bd/procedure", kind=kind, **more)
        assert house.sync("province", only="procedures").counts.read == (count - 1) * (
            2 if kind == "shifted_page" else 1
        )
    assert house.rows("select state, list_count from ops.absence") == states
