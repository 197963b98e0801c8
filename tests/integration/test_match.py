"""gateway match: suggestions with evidence, and decisions of people that no later run touches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.errors import ConfigError
from gateway.matching.decisions import Asked, Decision, decide
from gateway.matching.entry import Kind
from gateway.matching.matcher import Match, Reason
from gateway.matching.suggest import suggest
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import House

OPEN = "select procedure_code from core.procedure where issuer = 'province' and procedure_code_national is null"
COPY = """
    insert into core.procedure (issuer, procedure_code, valid_from, procedure_name, source_hash, content_hash, batch_id)
    select 'province', '{code}', valid_from, {name}, '\\x00', '\\x00', batch_id
    from core.procedure where issuer = 'national' and procedure_code = '{like}'"""
REVIEWER = "Lê Văn Mẫu"


@pytest.fixture(scope="module")
def lists(new_house: NewHouse) -> Iterator[House]:
    """The lists of both portals, without dossiers."""
    house = new_house()
    with running_sandbox("--dossiers", "0", "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        house.night()
        yield house


@pytest.fixture
def house(lists: House) -> Iterator[House]:
    """The same, with nothing suggested, decided or added yet."""
    yield lists
    lists.execute("delete from xref.match_suggestion; delete from xref.match_decision")
    lists.execute("delete from core.procedure where source_hash = '\\x00'")


def _suggest(house: House, kind: Kind = Kind.PROCEDURE) -> dict[str, Match]:
    """What is suggested, by local code (in this process: a command takes a second to start)."""
    with house.engine() as engine:
        return {match.local.code: match for match in suggest(engine, kind, "province", "national")}


def _decide(house: House, verdict: str, local: str, national: str, reviewer: str = REVIEWER) -> Decision:
    with house.engine() as engine:
        return decide(engine, Asked(Kind.PROCEDURE, local, national), verdict, reviewer, "so với bản giấy")


def _linked(matches: dict[str, Match]) -> dict[str, str]:
    return {code: match.link for code, match in matches.items() if match.link}


def _one(house: House) -> tuple[str, str]:
    """A local code that is linked by itself, and its national one."""
    return max(_linked(_suggest(house)).items())


def _decided(house: House) -> list[tuple[Any, ...]]:
    columns = "local_code, national_code, verdict, reviewer, note, decided_at"
    return house.rows(f"select {columns} from xref.match_decision order by match_decision_id")


def test_what_lacks_a_national_code_is_suggested_one(house: House) -> None:
    matches = _suggest(house)
    assert set(matches) == set(house.column(OPEN))
    linked = _linked(matches)
    assert len(linked) > 5
    assert all(local.removesuffix(".H15").removesuffix(".000.00.00") == code for local, code in linked.items())


def test_suggestions_are_kept_with_their_evidence(house: House) -> None:
    rows = json.loads(house.done("match", "suggest", "province", "--json"))
    kept = house.rows("select local_code, national_code, ordinal, is_automatic, evidence from xref.match_suggestion")
    assert len(kept) == len(rows) > 0
    assert {(r["local_code"], r["national_code"], r["ordinal"], r["linked"]) for r in rows} == {r[:4] for r in kept}
    signals = {each["signal"] for row in kept for each in row[4]}
    assert {"words", "order", "field", "code"} <= signals
    assert all(0 <= each["agreement"] <= 1 for row in kept for each in row[4])


def test_another_run_replaces_suggestions_and_keeps_decisions(house: House) -> None:
    local, national = _one(house)
    _decide(house, "accepted", local, national)
    before = _decided(house)
    assert before[0][:5] == (local, national, "accepted", REVIEWER, "so với bản giấy")
    assert local not in _suggest(house)
    assert house.value("select count(*) from xref.match_suggestion where local_code = :code", code=local) == 0
    assert house.value("select count(*) from xref.match_suggestion") > 0
    assert _decided(house) == before


def test_a_rejected_pair_never_comes_back_by_itself(house: House) -> None:
    local, national = _one(house)
    _decide(house, "rejected", local, national)
    after = _suggest(house)[local]
    assert national not in {each.entry.code for each in after.candidates}
    assert after.link is None
    assert [row[:3] for row in _decided(house)] == [(local, national, "rejected")]


def test_what_a_person_decided_is_no_longer_automatic(house: House) -> None:
    local, national = _one(house)
    state = "select bool_or(is_automatic) from xref.match_suggestion where local_code = :code"
    assert house.value(state, code=local) is True
    _decide(house, "rejected", local, national)
    assert house.value(state, code=local) is False


def test_the_same_decision_again_adds_nothing(house: House) -> None:
    local, national = _one(house)
    first = _decide(house, "accepted", local, national)
    assert _decide(house, "accepted", local, national, "Trần Thị Thử") == first
    assert len(_decided(house)) == 1


def test_a_second_national_code_needs_the_first_rejected(house: House) -> None:
    local, national = _one(house)
    _decide(house, "accepted", local, national)
    other = house.value(
        "select min(procedure_code) from core.procedure where issuer = 'national' and procedure_code <> :code",
        code=national,
    )
    with pytest.raises(ConfigError, match=f"gateway match reject {local} {national}"):
        _decide(house, "accepted", local, other)
    _decide(house, "rejected", local, national)
    _decide(house, "accepted", local, other)
    pairs = [row[1:3] for row in _decided(house)]
    assert pairs == [(national, "accepted"), (national, "rejected"), (other, "accepted")]


def test_the_commands_keep_who_decided_and_when(house: House) -> None:
    local, national = _one(house)
    said = json.loads(house.done("match", "reject", local, national, "--reviewer", REVIEWER, "--json"))
    assert [(row["verdict"], row["reviewer"], row["note"]) for row in said] == [("rejected", REVIEWER, None)]
    house.done("match", "accept", local, national, "--reviewer", "Trần Thị Thử", "--note", "đã xem lại")
    [(*_, first_at), (*second, second_at)] = _decided(house)
    assert second == [local, national, "accepted", "Trần Thị Thử", "đã xem lại"]
    assert first_at < second_at


def test_identical_rows_list_their_candidates_and_link_none(house: House) -> None:
    like = house.value("select max(procedure_code) from core.procedure where issuer = 'national'")
    for code in ("X-1", "X-2"):
        house.execute(COPY.format(code=code, name="procedure_name", like=like))
    twins = [match for code, match in _suggest(house).items() if code in {"X-1", "X-2"}]
    assert [match.reason for match in twins] == [Reason.IDENTICAL_ROWS] * 2
    assert all(like in {each.entry.code for each in match.candidates} for match in twins)


def test_a_name_of_something_else_is_not_linked(house: House) -> None:
    like = house.value("select max(procedure_code) from core.procedure where issuer = 'national'")
    house.execute(COPY.format(code="X-3", name="'Cho thuê hội trường của thôn'", like=like))
    assert _suggest(house)["X-3"].link is None


@pytest.mark.parametrize(
    ("local", "national", "reviewer", "said"),
    [
        ("9.999999", "", REVIEWER, "no procedure has the code '9.999999'"),
        ("", "9.999999", REVIEWER, "national: no procedure has the code '9.999999'"),
        ("", "", " ", "no reviewer"),
    ],
    ids=["unknown-local", "unknown-national", "no-reviewer"],
)
def test_decisions_about_nothing_are_refused(house: House, local: str, national: str, reviewer: str, said: str) -> None:
    mine, theirs = _one(house)
    with pytest.raises(ConfigError) as error:
        _decide(house, "accepted", local or mine, national or theirs, reviewer)
    assert said in str(error.value)
    assert _decided(house) == []


def test_agencies_without_a_code_are_matched_by_name(house: House) -> None:
    uncoded = "select agency_code from core.agency where issuer = 'province' and agency_code = source_id"
    assert set(_suggest(house, Kind.AGENCY)) == set(house.column(uncoded)) != set()
    assert house.column("select distinct kind from xref.match_suggestion") == ["agency"]


def test_without_a_national_list_it_says_what_to_run(new_house: NewHouse) -> None:
    with pytest.raises(ConfigError) as error:
        _suggest(new_house())
    assert str(error.value) == "national: holds no procedure yet → run: gateway sync national"


def test_the_runner_may_add_decisions_and_change_none(house: House) -> None:
    may = "select has_table_privilege('gateway_runner', 'xref.match_decision', :right)"
    rights = [house.value(may, right=right) for right in ("select", "insert", "update", "delete")]
    assert rights == [True, True, False, False]
