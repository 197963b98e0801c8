"""The transport ministry: OpenCPS in windows of three days, two agencies, two keys beside the token, errors of HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ledger, replace_in
from tests.helpers.ministries import (
    DAY_ZERO,
    LATER,
    VIETNAM,
    Nights,
    Rows,
    asked_windows,
    counts,
    is_seamless,
    on_day,
    two_nights,
)
from tests.helpers.transport import LIST, PORTAL, STREAMS, shown

OVERLAP = timedelta(days=90)
OURS = """
    select dossier_code, status_code, status_at, source_status_code, source_status_name, task_status_name, procedure_code,
        procedure_name, agency_code, agency_name, applicant_kind, applicant_name, channel_code, filed_at, received_at, due_at, finished_at,
        source_id
    from core.dossier where issuer = 'transport'"""
AGENCY, RECEIVED = 8, 14


@pytest.fixture(scope="module")
def nights(new_house: NewHouse) -> Iterator[Nights]:
    with running_sandbox("--only", PORTAL, "--dossiers", "1500") as sandbox:
        yield two_nights(sandbox, new_house(), PORTAL, shown, OURS)


def test_dossiers_of_both_agencies_are_those_of_the_portal(nights: Nights) -> None:
    assert len(nights.theirs[0]) > 130
    assert {row[AGENCY] for row in nights.theirs[0].values()} == set(STREAMS.values())
    assert nights.ours[0] == nights.theirs[0]
    assert counts(nights.reports[0]) == (len(nights.theirs[0]), 0, 0)


def test_waiting_is_told_apart_by_the_sub_status(nights: Nights) -> None:
    waiting = {(row[3], row[5]): row[1] for row in nights.ours[0].values() if row[5]}
    assert waiting == {("supplement", "supplement"): "5", ("paying", "paying"): "6"}


def test_a_second_run_changes_nothing(nights: Nights) -> None:
    assert counts(nights.reports[1]) == (0, 0, 0)
    assert nights.reports[1].counts.unchanged > 0
    assert nights.ours[1] == nights.ours[0]


def test_only_what_moved_or_came_is_changed_or_new(nights: Nights) -> None:
    before, after = nights.theirs
    seen = {
        code
        for agency in STREAMS.values()
        for code, row in after.items()
        if row[AGENCY] == agency and row[RECEIVED].astimezone(VIETNAM).date() >= _newest(before, agency) - OVERLAP
    }
    assert nights.moved & seen
    assert nights.fresh
    assert counts(nights.reports[2]) == (len(nights.fresh), len(nights.moved & seen), 0)
    assert nights.ours[2] == before | {code: after[code] for code in seen}


def _newest(rows: Rows, agency: str) -> date:
    """The last day on which an agency received a dossier."""
    moments = [row[RECEIVED] for row in rows.values() if row[AGENCY] == agency]
    found: date = max(moments).astimezone(VIETNAM).date()
    return found


def test_a_full_run_equals_the_portal(nights: Nights) -> None:
    stale = {code for code, row in nights.theirs[1].items() if nights.ours[2].get(code) != row}
    assert counts(nights.reports[3]) == (0, len(stale), 0)
    assert nights.ours[3] == nights.theirs[1]


def test_each_state_that_was_seen_is_an_event_at_its_own_time(nights: Nights) -> None:
    before, after = nights.theirs
    seen = {(code, row[2], row[1]) for night in (before, after) for code, row in night.items()}
    events = nights.house.rows(
        "select dossier_code, e.status_at, e.status_code from core.dossier_event e join core.dossier using (dossier_id)"
    )
    assert sorted(events) == sorted(seen)


@pytest.mark.parametrize("stream", STREAMS)
def test_windows_are_short_and_leave_no_gap(nights: Nights, stream: str) -> None:
    batches = asked_windows(nights.house, stream, "query", "ReceiveFromDate", "ReceiveToDate", "%d/%m/%Y")
    assert all(is_seamless(windows, 3) for windows in batches)
    assert batches[0][0][0] == batches[3][0][0] == date(2026, 1, 1)
    assert batches[1][0][0] == batches[2][0][0] == _newest(nights.theirs[0], STREAMS[stream]) - OVERLAP
    assert [windows[-1][1] - DAY_ZERO for windows in batches] == [timedelta(day) for day in (0, 0, LATER, LATER)]


@pytest.mark.parametrize("size", ["page_size: 2, ", ""])
def test_a_window_comes_whole_in_small_pages_and_all_at_once(nights: Nights, new_house: NewHouse, size: str) -> None:
    house = new_house()
    mappings = house.own_mappings()
    for stream in STREAMS:
        replace_in(mappings / PORTAL / f"{stream}.yaml", "page_size: 200, ", size)
    house.connect_to(nights.sandbox)
    with on_day(LATER):
        assert counts(house.sync(PORTAL)) == (len(nights.theirs[1]), 0, 0)
    assert {row[0]: row for row in house.rows(OURS)} == nights.theirs[1]
    starts = set(house.column("select distinct request -> 'query' ->> 'Start' from landing.page"))
    assert starts == {"-1"} if not size else starts > {"0", "2"}


def test_a_token_that_ends_on_the_way_is_renewed(new_house: NewHouse) -> None:
    """A token lasts one second, and two hundred calls at a hundred a second take more."""
    house = new_house()
    with running_sandbox("--only", PORTAL, "--dossiers", "300", "--token-seconds", "1") as sandbox:
        house.connect_to(sandbox)
        with on_day(0):
            assert house.sync(PORTAL).verdict() is None
        assert ledger(sandbox.addresses[PORTAL])["calls"]["/token"] >= 2
    assert house.value("select count(*) from core.dossier") > 20
    for stream in STREAMS:
        [windows] = asked_windows(house, stream, "query", "ReceiveFromDate", "ReceiveToDate", "%d/%m/%Y")
        assert is_seamless(windows, 3)
        assert (windows[0][0], windows[-1][1]) == (date(2026, 1, 1), DAY_ZERO)


@pytest.mark.parametrize(
    ("extra", "said"),
    [({"api_key": "wrong"}, "HTTP 403"), ({"client_secret": "wrong"}, "signing in failed")],
)
def test_wrong_keys_end_the_run_at_once(nights: Nights, new_house: NewHouse, extra: dict[str, str], said: str) -> None:
    house, sandbox = new_house(), nights.sandbox
    known = sandbox.connections[PORTAL]["extra"]
    house.connect_to(sandbox, extra={**known, **extra})  # type: ignore[arg-type]
    before = ledger(sandbox.addresses[PORTAL])["calls"][LIST]
    verdict = house.sync(PORTAL).verdict()
    assert verdict is not None
    assert verdict.exit_code == 3
    assert said in str(verdict)
    assert ledger(sandbox.addresses[PORTAL])["calls"][LIST] <= before + len(STREAMS)
    assert house.value("select count(*) from core.dossier") == 0


def test_a_window_too_long_is_refused_with_http_400(nights: Nights, new_house: NewHouse) -> None:
    house = new_house()
    replace_in(house.own_mappings() / PORTAL / "road_dossiers.yaml", "days: 3 ", "days: 4 ")
    house.connect_to(nights.sandbox)
    with on_day(0):
        verdict = house.sync(PORTAL).verdict()
    assert verdict is not None
    assert verdict.exit_code == 3
    assert "HTTP 400" in str(verdict)
    others = {code for code, row in nights.theirs[1].items() if row[AGENCY] == "G04.99"}
    assert set(house.column("select dossier_code from core.dossier")) <= others
    assert house.value("select count(*) from core.dossier") > 0
