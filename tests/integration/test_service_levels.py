"""`gateway service-levels`: every rule counted over hand-made cases, by agency, with nothing guessed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import NewHouse
from tests.helpers.house import House
from tests.helpers.told import dossier, tell

VERDICTS = ("met", "missed", "running", "unknown")


def said(house: House, rule: str, *options: str) -> dict[str, Any]:
    """What the command says of a rule."""
    document = json.loads(house.done("service-levels", "--json", *options))
    [found] = [each for each in document["rules"] if each["rule"] == rule]
    return dict(found)


def counts(house: House, rule: str, *options: str) -> dict[str, int]:
    """The verdicts that a rule has, and how often."""
    found = said(house, rule, *options)
    return {each: found[each] for each in VERDICTS if found[each]}


def online(number: int, status: str, at: str, filed: str, **more: str) -> dict[str, Any]:
    return dossier(f"H15.1-260302-{number:04}", status, at, appliedDate=filed, applyMethod={"id": 0}, **more)


@pytest.fixture(scope="module")
def filed(new_house: NewHouse) -> House:
    """Filed online on Monday the 2nd of March 2026 at 7:30: to be answered by 17:00."""
    house, filed = new_house(), "2026-03-02T07:30"
    tell(
        house,
        online(1, "4", "2026-03-02T16:00", filed, acceptedDate="2026-03-02T09:00"),  # accepted in time
        online(2, "4", "2026-03-04T16:00", filed, acceptedDate="2026-03-04T09:00"),  # accepted too late
        online(3, "5", "2026-03-02T17:00", filed),  # papers asked for on the last moment
        online(4, "3", "2026-03-02T17:01", filed),  # refused a minute later
        online(5, "9", "2026-03-05T10:00", filed),  # finished; when it was answered nobody told
        online(6, "9", "2026-03-02T15:00", filed),  # finished within the time, so answered within it
        online(7, "1", "2026-03-02T08:00", filed),  # still not answered when we looked, months later
        online(8, "1", "2026-03-02T08:00", "2126-03-04T08:00"),  # a portal's clock is ahead: time is left
        dossier(
            "H15.1-260302-0009", "4", "2026-03-09T16:00", appliedDate=filed, applyMethod={"id": 1}
        ),  # at the counter
    )
    return house


def test_online_filings(filed: House) -> None:
    assert counts(filed, "answered") == {"met": 3, "missed": 3, "running": 1, "unknown": 1}


def test_the_worst_case_is_shown_with_its_end(filed: House) -> None:
    worst = said(filed, "answered")["worst"]
    assert [row["code"][-4:] for row in worst] == ["0007", "0002", "0004"]
    assert worst[2] == {
        "rule": "answered",
        "code": "H15.1-260302-0004",
        "place": "province",
        "agency": "Sở Mẫu",
        "begun_at": "2026-03-02T00:30:00Z",
        "until": "2026-03-02T10:00:00Z",
        "happened_at": "2026-03-02T10:01:00Z",
        "late": "0:01:00",
    }


def test_days_of_beginning_are_vietnamese_and_included(filed: House) -> None:
    assert sum(counts(filed, "answered", "--from", "2026-03-02", "--to", "2026-03-02").values()) == 7
    assert counts(filed, "answered", "--from", "2026-03-03") == {"running": 1}
    assert counts(filed, "answered", "--to", "2026-03-01") == {}


def test_counts_by_agency_are_a_table(filed: House) -> None:
    header, *rows = filed.done("service-levels").splitlines()
    assert header.split("\t") == ["rule", "place", "agency", *VERDICTS]
    assert "answered\tprovince\tSở Mẫu\t3\t3\t1\t1" in rows


def test_a_day_that_is_none(filed: House) -> None:
    ended = filed.gateway("service-levels", "--from", "March")
    assert ended.returncode == 2
    assert "gateway: 'March' is no day → write it as 2026-03-01" in ended.stderr


def test_where_a_portal_tells_no_time_of_a_state_nothing_is_read_from_it(house: House) -> None:
    house.execute(
        """insert into ops.run (run_id, portal, kind, trigger, state, gateway_version)
            values (90, 'national', 'full', 't', 'done', '0');
        insert into ops.batch (batch_id, run_id, portal, stream, mode, state, started_at)
            values (90, 90, 'national', 'dossiers', 'full', 'loaded', '2026-03-05T08:00+07');
        insert into core.dossier (issuer, dossier_code, valid_from, status_code, status_at, filed_at, received_at, channel_code,
            source_hash, content_hash, batch_id)
        select 'national', code, '0001-01-01', status, coalesce(received, filed), filed, received, '2', '', '', 90
        from (values ('a', '3', timestamptz '2026-03-02T08:00+07', null),
            ('b', '9', '2026-03-02T08:00+07', timestamptz '2026-03-02T09:00+07'),
            ('c', '9', '2026-03-04T16:00+07', null)) as told (code, status, filed, received);
        insert into core.dossier_event select dossier_id, status_at, status_code, null, 90 from core.dossier"""
    )
    # a: refused at an unknown time before we looked; b: received in time; c: we looked while time was left
    assert counts(house, "answered") == {"unknown": 1, "met": 2}


OUTBOX = """
    insert into ops.target (target, mode) values ('national/open', 'open');
    insert into ops.outbox (outbox_id, target, dossier_id, dossier_code, kind, status_code, status_at, payload, payload_hash,
        state, settled_at, batch_id)
    select 100 + row.number, row.target, dossier_id, dossier_code, kind, row.number::text, timestamptz '2026-03-07T10:00+07', '{}', '', state, settled, 1
    from core.dossier cross join (values
        (1, 'national/open', 'event', 'accepted', timestamptz '2026-03-07T10:10+07'),
        (2, 'national/open', 'event', 'accepted', '2026-03-07T10:10:01+07'),
        (3, 'national/open', 'event', 'waiting', null),
        (4, 'national/open', 'event', 'rejected', '2026-03-07T10:02+07'),
        (5, 'national/open', 'event', 'dismissed', '2026-03-07T10:02+07'),
        (6, 'national/open', 'record', 'accepted', '2026-03-09T10:10+07'),
        (7, 'national/shadow', 'event', 'waiting', null)) as row (number, target, kind, state, settled);
    insert into ops.attempt (outbox_id, request_id, operation, payload_hash, outcome, begun_at, ended_at) values
        (101, 'a', 'event', '', 'accepted', '2026-03-09T10:00+07', '2026-03-09T10:01+07'),
        (102, 'b', 'event', '', 'unknown', '2026-03-09T10:00+07', '2026-03-09T10:01+07'),
        (102, 'c', 'read_back', '', 'absent', '2026-03-09T11:00+07', '2026-03-09T11:01+07'),
        (102, 'd', 'read_back', '', 'accepted', '2026-03-09T15:00+07', '2026-03-09T15:01+07'),
        (103, 'e', 'event', '', null, '2026-03-09T10:00+07', null),
        (104, 'f', 'event', '', 'rejected', '2026-03-09T10:00+07', '2026-03-09T10:01+07'),
        (106, 'g', 'create', '', 'later', '2026-03-09T10:00+07', '2026-03-09T10:01+07'),
        (106, 'h', 'create', '', 'accepted', '2026-03-09T15:00+07', '2026-03-09T15:01+07')"""


@pytest.fixture(scope="module")
def delivered(new_house: NewHouse) -> House:
    house = new_house()
    tell(house, dossier("H15.1-260302-0001", "4", "2026-03-07T10:00"))
    house.execute(OUTBOX)
    return house


def test_steps_told_within_ten_minutes(delivered: House) -> None:
    """In time; a second late; still waiting; refused; let go by a person; and a target in shadow, where others may tell it."""
    found = said(delivered, "synchronised")
    places = {row["place"]: tuple(row[each] for each in VERDICTS) for row in found["by_agency"]}
    assert places.pop("national/open") == (1, 3, 0, 1)
    assert all(counted == (0, 0, 0, counted[3]) for counted in places.values())


def test_receipts_confirmed_within_two_working_hours(delivered: House) -> None:
    """Acknowledged in a minute; seen after three hours and a half of office time; never; refused is none; at the second call."""
    assert counts(delivered, "confirmed") == {"met": 2, "missed": 2}


CATALOGUE = """
    insert into ops.run (run_id, portal, kind, trigger, state, gateway_version)
        values (1, 'national', 'full', 't', 'done', '0');
    insert into ops.batch (batch_id, run_id, portal, stream, mode, state, started_at, source_batch_id)
        select id, 1, 'national', 'procedures', mode, 'loaded', at, source from (values
            (1, 'full', timestamptz '2026-03-02T22:00+07', null), (2, 'full', '2026-03-06T22:00+07', null),
            (3, 'full', '2026-03-12T22:00+07', null), (4, 'replay', '2026-06-01T22:00+07', 2)) as b (id, mode, at, source);
    insert into core.agency (issuer, agency_code, agency_name, valid_from, source_hash, content_hash, batch_id)
        values ('national', 'B1', 'Bộ Mẫu', '0001-01-01', '', '', 1);
    insert into core.decision (issuer, decision_code, decision_date, valid_from, source_hash, content_hash, batch_id)
        select 'national', code, day, '0001-01-01', '', '', 1 from (values ('old', date '2026-01-05'),
            ('new', '2026-03-02'), ('slow', '2026-02-24'), ('between', '2026-03-02')) as d (code, day);
    insert into core.procedure (procedure_id, issuer, procedure_code, procedure_name, announcing_agency_code, valid_from,
        source_hash, content_hash, batch_id)
        select id, 'national', '1.00' || id, 'Thủ tục', 'B1', '0001-01-01', '', '', 1 from generate_series(1, 6) as id;
    insert into core.procedure_version (procedure_id, version_number, decision_code, content_hash, content, batch_id) values
        (1, 1, 'old', '', '{}', 1), (1, 2, 'new', '', '{}', 2), (1, 3, 'new', '', '{}', 3),
        (2, 1, 'slow', '', '{}', 3), (3, 1, 'between', '', '{}', 3), (4, 1, null, '', '{}', 1), (5, 1, 'new', '', '{}', 4)"""


def test_the_catalogue_after_a_decision(house: House) -> None:
    """Of 1 the old decision stood there before we first looked, and the new one came in time, as that of 5, seen by a replay.

    2 was not there at the look after its term; 3 came between the look before the end of its term and the one after; 4 names
    no decision.
    """
    house.execute(CATALOGUE)
    assert counts(house, "catalogue_updated") == {"met": 2, "missed": 1, "unknown": 3}
    [row] = said(house, "catalogue_updated")["by_agency"]
    assert row["agency"] == "Bộ Mẫu"
