"""What is read is written down before it leaves, and counted: entries of the audit log, sums, calls per minute, rows per day."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.access.quotas import limits, spend
from gateway.config import load_settings
from gateway.errors import StoreError
from gateway.serve import server
from gateway.serve.app import make_app
from gateway.serve.office import Office
from gateway.serve.shelf import Shelf
from gateway.store.database import connect_clerk, connect_reader
from tests.conftest import NewHouse
from tests.helpers.house import House
from tests.helpers.people import People, with_key
from tests.helpers.serving import Api, Play, in_thread, serving, twice

ROWS, CHANGES = "/v1/sets/people/rows", "/v1/sets/people/changes"
FILE = "/v1/sets/play/versions/latest/files/play.csv"
CODE = "reader"


@pytest.fixture
def people(house: House) -> People:
    """A set with a consumer who may read it as a clerk, and one that is open."""
    people = People(house)
    people.publish()
    play = Play(house)
    play.make(100)
    play.publish()
    return people


@pytest.fixture
def reader(people: People) -> Iterator[Api]:
    """The consumer, before the served sets."""
    key = people.consumer(CODE)
    people.grant(CODE, "clerk")
    with serving(people.house) as api:
        api.http.headers.update(with_key(key))
        yield api


def shown(reader: Api) -> dict[str, str]:
    """The header that shows the reader's key."""
    return {"Authorization": str(reader.http.headers["Authorization"])}


def entries(house: House, like: str = "% read") -> list[tuple[str, str, str, dict[str, Any]]]:
    """The audit log's, oldest first."""
    rows = house.rows(
        "select actor, action, subject, detail from ops.audit where action like :like order by entry_id", like=like
    )
    return [(actor, action, subject, json.loads(detail)) for actor, action, subject, detail in rows]


def test_every_answer_to_a_consumer_is_an_entry_without_values(people: People, reader: Api) -> None:
    page = reader.json(ROWS, limit=20, columns="code,phone", code="P007")
    reader.json(ROWS, limit=20, after=reader.json(ROWS, limit=20)["next"])
    reader.json(CHANGES, since=page["since"])
    reader.get(FILE)
    reader.get(FILE, headers={"Range": "bytes=0-9"})
    reader.get(FILE, headers={"If-None-Match": "*"})
    reader.get(ROWS, method="HEAD")
    reader.problem(ROWS, 400, nothing="x")
    found = entries(people.house)
    assert [entry[:3] for entry in found] == [
        *[(f"consumer {CODE}", "rows read", "people")] * 3,
        (f"consumer {CODE}", "changes read", "people"),
        *[(f"consumer {CODE}", "file read", "play")] * 2,
        (f"consumer {CODE}", "rows read", "people"),
    ]  # fmt: skip
    first, page_1, page_2, changes, whole, part, head = (entry[3] for entry in found)
    version = (people.house.place / "datasets/people/latest").readlink().name
    assert (first["version"], first["role"], first["columns"], first["rows"]) == (
        version,
        "clerk",
        ["code", "phone"],
        1,
    )
    assert first["filters"] == ["code"]
    assert [(each["page"], each["rows"]) for each in (page_1, page_2)] == [("first", 20), ("next", 20)]
    assert (changes["rows"], changes["since"].count(".")) == (0, 1)
    assert (whole["rows"], part["rows"], part["bytes"], part["file"]) == (100, 1, 10, "play.csv")
    assert head["rows"] == 60
    assert "Nguyễn" not in str(found)
    assert "P007" not in str(found)
    people.house.done("audit", "verify")


def test_what_cannot_be_written_down_is_not_given(people: People, reader: Api) -> None:
    people.house.execute("alter table ops.audit rename to away")
    assert reader.problem(ROWS, 503)["type"] == "urn:gateway:problem:busy"
    people.house.execute("alter table ops.away rename to audit")
    assert reader.json(ROWS)["rows"]


def test_what_anyone_reads_is_summed_by_set_and_written_at_the_end(people: People) -> None:
    with serving(people.house) as api:
        since = api.json("/v1/sets/play/rows", limit=30)["since"]
        api.json("/v1/sets/play/rows")
        api.json("/v1/sets/play/changes", since=since)
        api.get(FILE)
        assert entries(people.house) == []
    assert entries(people.house) == [
        ("anyone", "open set read", "play", {"answers": 4, "rows": 130, "changes": 0, "file": 100})
    ]  # fmt: skip


def test_sums_that_cannot_be_written_wait(people: People) -> None:
    clerk, engine = connect_clerk(people.house.url, 1), connect_reader(people.house.url, 1)
    office = Office(clerk, (bytes(32),))
    with in_thread(make_app(Shelf(engine, people.house.place / "datasets"), office)) as api:
        api.json("/v1/sets/play/rows")
        people.house.execute("alter table ops.audit rename to away")
        office.sums.write(clerk, office.secrets)
        people.house.execute("alter table ops.away rename to audit")
        api.json("/v1/sets/play/rows")
        office.sums.write(clerk, office.secrets)
        office.sums.write(clerk, office.secrets)
    assert [entry[3]["answers"] for entry in entries(people.house)] == [2]
    for each in (clerk, engine):
        each.dispose()


def test_who_was_started_before_the_key_was_rotated_gives_nothing_after_it(people: People) -> None:
    key, old = people.consumer(CODE), people.house.secret
    people.grant(CODE, "clerk")
    clerk, engine = connect_clerk(people.house.url, 1), connect_reader(people.house.url, 1)
    office = Office(clerk, load_settings(people.house.environment).secret_keys)
    with in_thread(make_app(Shelf(engine, people.house.place / "datasets"), office)) as api, capture_logs() as logged:
        api.http.headers.update(with_key(key))
        assert api.json(ROWS)["rows"]
        people.house.secret = f"{base64.b64encode(bytes(32)).decode()},{old}"
        people.house.done("keys", "limit", CODE, "--rows-per-day", "5000")
        api.problem(ROWS, 503)
        Api(api.address).json("/v1/sets/play/rows")
        office.sums.write(clerk, office.secrets)
    assert [each["event"] for each in logged] == ["not answered", "reads are not written down yet"]
    assert all("restart this process with the present GATEWAY_SECRET_KEY" in each["error"] for each in logged)
    assert people.house.done("audit", "verify").startswith("2 entries")
    for each in (clerk, engine):
        each.dispose()


def test_the_server_may_add_to_the_log_and_change_nothing(people: People) -> None:
    from gateway.errors import ConfigError

    clerk = connect_clerk(people.house.url, 1)
    for statement in (
        "update ops.audit set detail = ''", "delete from ops.consumer_key", "update ops.access_grant set role = 'officer'",
        "delete from share.people", "select 1 from core.dossier", "select 1 from landing.day_key",
    ):  # fmt: skip
        with clerk.connect() as connection, pytest.raises(ConfigError, match="may not do that"):
            connection.exec_driver_sql(statement)
    clerk.dispose()


def test_more_calls_than_a_minutes_are_asked_to_wait(people: People, reader: Api) -> None:
    people.house.done("keys", "limit", CODE, "--calls-per-minute", "2")
    assert [reader.get("/v1/sets").status_code for _ in range(3)] == [200, 200, 429]
    answer = reader.get(ROWS)
    assert answer.json()["type"] == "urn:gateway:problem:too-many-calls"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    with_none = Api(reader.address)
    assert with_none.get("/v1/sets").status_code == 200
    people.house.done("keys", "limit", CODE, "--calls-per-minute", "100")
    assert reader.get(ROWS).status_code == 200


def test_rows_of_a_day_are_counted_over_a_restart(people: People, reader: Api, new_house: NewHouse) -> None:
    people.house.done("keys", "limit", CODE, "--rows-per-day", "100")
    assert len(reader.json(ROWS)["rows"]) == 60
    answer = reader.get(ROWS)
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:gateway:problem:too-many-rows")
    assert "(in Vietnam)" in answer.json()["detail"]
    assert answer.json()["detail_vi"].endswith("của ngày (giờ Việt Nam)")
    assert 1 <= int(answer.headers["retry-after"]) <= 86_400
    assert reader.get(FILE).status_code == 429
    assert len(reader.json(ROWS, limit=30)["rows"]) == 30
    with serving(people.house) as again:
        again.http.headers.update(reader.http.headers)
        assert again.get(ROWS, limit=11).status_code == 429
        assert again.get(ROWS, limit=10).status_code == 200
    assert people.house.value("select row_count from ops.consumer_day") == 100
    people.house.execute("update ops.consumer_day set day = day - 1")
    assert reader.get(ROWS).status_code == 200


def test_of_a_file_what_leaves_is_counted_however_it_is_asked_for(people: People, reader: Api) -> None:
    size, key = (people.house.place / "datasets/play/latest/play.csv").stat().st_size, shown(reader)
    for said in (["bytes=0-", "bytes=999999999-5"], [f"bytes=0-9, 5-{'9' * 18}"], ["bytes=-1", f"bytes={'9' * 5000}-"]):
        assert len(twice(reader, FILE, "Range", *said, **key)[1]) == size
    assert [(entry[3]["rows"], entry[3]["bytes"]) for entry in entries(people.house)] == [(100, size)] * 3
    assert twice(reader, FILE, "Range", "bytes=0-9, 5-14", **key)[0] == 206
    assert entries(people.house)[-1][3]["bytes"] == 15
    assert len(reader.get(FILE, headers={"Range": "bytes=0-9, 999999999-"}).content) == 10
    assert entries(people.house)[-1][3]["bytes"] == 10
    assert reader.get(FILE, headers={"Range": "bytes=999999999-"}).status_code == 416
    assert people.house.value("select row_count from ops.consumer_day") == 302


def test_rows_are_never_taken_back(people: People, reader: Api) -> None:
    assert reader.json(ROWS)["rows"]
    with people.house.engine() as engine, engine.begin() as connection:
        with pytest.raises(ValueError, match="never taken back"):
            spend(connection, limits(connection, CODE), -1)
        with pytest.raises(StoreError, match="ck_consumer_day_row_count"):
            connection.exec_driver_sql("update ops.consumer_day set row_count = -1")


def test_an_answer_without_rows_is_given_also_when_the_day_is_over(people: People, reader: Api) -> None:
    since = reader.json(ROWS)["since"]
    people.house.done("keys", "limit", CODE, "--rows-per-day", "7")
    assert reader.json(CHANGES, since=since)["changes"] == []
    assert reader.get(ROWS).status_code == 429


def test_limits_are_changed_and_written_down(people: People) -> None:
    people.consumer(CODE)
    people.house.done("keys", "limit", CODE, "--rows-per-day", "7")
    [(_, _, subject, detail)] = entries(people.house, "limits changed")
    assert (subject, detail["rows_per_day"]) == (CODE, 7)
    [listed] = json.loads(people.house.done("keys", "list", "--json"))
    assert (listed["calls_per_minute"], listed["rows_per_day"]) == (120, 7)
    assert people.house.gateway("keys", "limit", CODE).returncode == 2
    assert people.house.gateway("keys", "limit", "nobody", "--rows-per-day", "7").returncode == 2


def test_it_does_not_serve_without_a_secret_key(people: People) -> None:
    from gateway.errors import ConfigError

    people.house.secret = ""
    with pytest.raises(ConfigError, match="GATEWAY_SECRET_KEY is not set"):
        server.serve(load_settings(people.house.environment), "127.0.0.1", 0, print)
