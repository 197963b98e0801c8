"""Many calls at once: some are asked to come again, and the others are answered as if there were none."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Event, Semaphore

import pytest
from requests import post
from sqlalchemy import Connection

from gateway.config import load_settings
from gateway.serve import office, turns
from gateway.serve.app import make_app
from gateway.serve.office import LOOKUPS, Office
from gateway.serve.server import CONNECTIONS
from gateway.serve.shelf import Shared, Shelf
from gateway.serve.turns import OF_ANYONE, OF_CONSUMER, OF_CONSUMERS, OF_PAGES
from gateway.store import database
from gateway.store.database import connect_clerk, connect_reader
from tests.helpers.house import House
from tests.helpers.people import consumer, with_key
from tests.helpers.serving import Api, Play, begun, in_thread, told

ROWS = "/v1/sets/play/rows"
WAITING = """
    select count(*) from pg_locks join pg_database on pg_database.oid = database
    where not granted and datname = current_database()"""
"""Sessions that wait for a lock."""


@dataclass(frozen=True, eq=False)
class Slow(Shelf):
    """Finds nothing before it may; who looks holds a connection meanwhile."""

    may: Event = field(default_factory=Event)
    looking: Semaphore = field(default_factory=lambda: Semaphore(0))

    def find(self, connection: Connection, dataset: str) -> Shared:
        self.looking.release()
        assert self.may.wait(30)
        return super().find(connection, dataset)


@pytest.fixture
def play(house: House) -> Play:
    play = Play(house)
    play.make(20)
    play.publish()
    return play


@contextmanager
def served(house: House, connections: int) -> Iterator[tuple[Slow, Api]]:
    engine, clerk = connect_reader(house.url, connections), connect_clerk(house.url, OF_CONSUMER)
    shelf = Slow(engine, house.place / "datasets")
    with in_thread(make_app(shelf, Office(clerk, load_settings(house.environment).secret_keys))) as api:
        yield shelf, api
    for each in (engine, clerk):
        each.dispose()


@contextmanager
def under_way(shelf: Slow, api: Api, count: int, headers: dict[str, str], path: str = ROWS) -> Iterator[None]:
    """While so many calls are answered at once; each of them well, at the end."""
    with ThreadPoolExecutor(count) as pool:
        calls = [pool.submit(Api(api.address).get, path, headers=headers) for _ in range(count)]
        try:
            for _ in range(count):
                assert shelf.looking.acquire(timeout=30)
            yield
        finally:
            shelf.may.set()
    assert [call.result().status_code for call in calls] == [200] * count


def test_a_call_too_many_at_once_is_asked_to_come_again(play: Play) -> None:
    key = with_key(consumer(play.house, "reader"))
    with served(play.house, CONNECTIONS) as (shelf, api):
        with under_way(shelf, api, OF_ANYONE, {}):
            for _ in range(100):
                answer = api.get(ROWS)
                assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
            assert told(answer)["type"] == "urn:gateway:problem:too-many-at-once"
            assert api.get("/v1/sets").status_code == 429
            assert api.get("/").status_code == 200, "programs take no turn of people's"
            assert api.get("/health").status_code == 200
            assert api.get("/v1/sets", headers=key).status_code == 200
        assert api.get(ROWS).status_code == 200
        shelf.may.clear()
        shelf.looking.acquire()
        with under_way(shelf, api, OF_CONSUMER, key):
            assert told(api.get("/v1/sets", headers=key))["type"] == "urn:gateway:problem:too-many-at-once"
            assert api.get("/v1/sets").status_code == 200
        assert api.get(ROWS, headers=key).status_code == 200


@pytest.mark.parametrize("shown", ["gw_", "gw_00000000_0", "abc", "a.b.c", "e30.e30.e30"])
def test_what_is_no_key_costs_no_connection(play: Play, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "READER_SECONDS", 1)
    with served(play.house, 1) as (shelf, api), shelf.engine.connect():
        assert api.get(ROWS, headers=with_key(shown)).status_code == 401
        said = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": shown}
        assert api.http.post(f"{api.address}/v1/token", said, timeout=30).status_code == 401


def test_a_page_waits_a_moment_for_its_turn(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(play.house, CONNECTIONS) as (shelf, api), under_way(shelf, api, OF_PAGES, {}, "/sets/play"):
        monkeypatch.setattr(turns, "PATIENCE", 0)
        answer = api.get("/", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert answer.headers["content-type"].startswith("text/html")
        assert api.get("/v1/sets").status_code == 200, "people take no turn of programs'"
        monkeypatch.setattr(turns, "PATIENCE", 30)
        with begun(api, "/") as waiting:
            assert api.get("/health").status_code == 200
            shelf.may.set()
            assert waiting.getresponse().status == 200


def test_consumers_together_leave_connections_to_others(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    house = play.house
    busy = [with_key(consumer(house, f"busy-{number}")) for number in range(OF_CONSUMERS // OF_CONSUMER)]
    key = with_key(consumer(house, "reader"))
    with served(house, CONNECTIONS) as (shelf, api), ExitStack() as stack:
        for each in busy:
            stack.enter_context(under_way(shelf, api, OF_CONSUMER, each))
        stack.enter_context(under_way(shelf, api, OF_ANYONE, {}))
        stack.enter_context(under_way(shelf, api, OF_PAGES, {}, "/sets/play"))
        monkeypatch.setattr(turns, "BUSY_AFTER", 0)
        answer = api.get("/v1/sets", headers=key)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert told(answer)["type"] == "urn:gateway:problem:busy"
        assert api.get(ROWS, headers=with_key(f"gw_00000000_{'0' * 64}")).status_code == 401
        assert api.get("/health").status_code == 200
        monkeypatch.setattr(turns, "BUSY_AFTER", 30)
        with begun(api, "/v1/sets", headers=key) as waiting:
            assert api.get("/health").status_code == 200
            shelf.may.set()
            assert waiting.getresponse().status == 200


def await_waiting(owner: Connection, count: int) -> None:
    assert any(owner.exec_driver_sql(WAITING).scalar_one() == count for _ in range(100_000))


def test_tokens_that_wait_to_be_written_down_keep_no_key_waiting(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    key, other = consumer(play.house, "reader"), with_key(consumer(play.house, "other"))
    form = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": key}
    with served(play.house, CONNECTIONS) as (_, api), play.house.engine() as engine, ExitStack() as stack:
        with engine.begin() as owner:
            owner.exec_driver_sql("lock table ops.audit")
            tokens = [stack.enter_context(begun(api, "/v1/token", form=form)) for _ in range(OF_CONSUMER)]
            await_waiting(owner, OF_CONSUMER)
            monkeypatch.setattr(office, "BUSY_AFTER", 0)
            assert api.get("/v1/sets", headers=other).status_code == 200
            refused = post(f"{api.address}/v1/token", form, timeout=30)
            assert (refused.status_code, told(refused)["type"]) == (429, "urn:gateway:problem:too-many-at-once")
        assert [token.getresponse().status for token in tokens] == [200] * len(tokens)


def test_tokens_wait_for_each_other_and_keep_nobody_waiting(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    key = consumer(play.house, "reader")
    form = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": key}
    with served(play.house, LOOKUPS + 1) as (_, api), play.house.engine() as engine, ExitStack() as stack:
        with engine.begin() as owner:
            owner.exec_driver_sql("lock table ops.consumer_key")
            tokens = [stack.enter_context(begun(api, "/v1/token", form=form)) for _ in range(OF_CONSUMER)]
            await_waiting(owner, LOOKUPS)
            assert api.get("/v1/sets").status_code == 200
            assert owner.exec_driver_sql(WAITING).scalar_one() == LOOKUPS
            monkeypatch.setattr(office, "BUSY_AFTER", 0)
            for answer in (
                api.get("/v1/sets", headers=with_key(key)),
                post(f"{api.address}/v1/token", form, timeout=30),
            ):
                assert (answer.status_code, told(answer)["type"]) == (503, "urn:gateway:problem:busy")
        assert [token.getresponse().status for token in tokens] == [200] * len(tokens)
