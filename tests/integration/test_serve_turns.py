"""Many calls at once: some are asked to come again, and the others are answered as if there were none."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Semaphore

import pytest
import requests
from sqlalchemy import Connection, text

from gateway.config import load_settings
from gateway.serve import turns
from gateway.serve.app import make_app
from gateway.serve.office import LOOKUPS, Office
from gateway.serve.server import CONNECTIONS
from gateway.serve.shelf import Shared, Shelf
from gateway.serve.turns import OF_ANYONE, OF_CONSUMER, OF_PAGES
from gateway.store import database
from gateway.store.database import connect_clerk, connect_reader
from tests.helpers.house import House
from tests.helpers.people import consumer, with_key
from tests.helpers.serving import Api, Play, in_thread, told

ROWS = "/v1/sets/play/rows"
UNTIL_WAITING = """
    do $$ begin
        while (select count(*) from pg_locks where not granted) < {count} loop perform pg_sleep(0.01); end loop;
    end $$"""


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
    engine, clerk = connect_reader(house.url, connections), connect_clerk(house.url, 1)
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
            assert [api.get(path).status_code for path in ("/", "/health")] == [200] * 2
            assert api.get("/v1/sets", headers=key).status_code == 200
        assert api.get(ROWS).status_code == 200
        shelf.may.clear()
        shelf.looking.acquire()
        with under_way(shelf, api, OF_CONSUMER, key):
            assert told(api.get("/v1/sets", headers=key))["type"] == "urn:gateway:problem:too-many-at-once"
            assert api.get("/v1/sets").status_code == 200
        assert api.get(ROWS, headers=key).status_code == 200


def test_pages_have_turns_of_their_own(play: Play) -> None:
    with served(play.house, CONNECTIONS) as (shelf, api):
        with under_way(shelf, api, OF_PAGES, {}, "/sets/play"):
            assert (api.get("/").status_code, api.get("/v1/sets").status_code) == (429, 200)
        assert api.get("/").status_code == 200


def test_a_page_waits_a_little_for_its_turn(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 30)
    with served(play.house, CONNECTIONS) as (shelf, api), ThreadPoolExecutor(1) as pool:
        with under_way(shelf, api, OF_PAGES, {}, "/sets/play"):
            waiting = pool.submit(Api(api.address).get, "/")
            # By the time these are answered it has long come.
            assert {api.get("/v1/sets").status_code for _ in range(20)} == {200}
            assert not waiting.done()
        assert waiting.result().status_code == 200


def test_who_asks_for_tokens_leaves_connections_to_others(play: Play) -> None:
    said = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": consumer(play.house, "reader")}
    with served(play.house, LOOKUPS + 1) as (_, api), ThreadPoolExecutor(10) as pool:
        with play.house.engine() as engine, engine.begin() as connection:
            connection.execute(text("lock table ops.consumer_key in access exclusive mode"))
            asked = [pool.submit(requests.post, f"{api.address}/v1/token", said, timeout=30) for _ in range(10)]
            play.house.execute(UNTIL_WAITING.format(count=LOOKUPS))
            assert {api.get("/v1/sets").status_code for _ in range(20)} == {200}
        assert {answer.result().status_code for answer in asked} == {200}


@pytest.mark.parametrize("shown", ["gw_", "gw_00000000_0", "abc", "a.b.c", "e30.e30.e30"])
def test_what_is_no_key_costs_no_connection(play: Play, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "READER_SECONDS", 1)
    with served(play.house, 1) as (shelf, api), shelf.engine.connect():
        assert api.get(ROWS, headers=with_key(shown)).status_code == 401
        said = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": shown}
        assert api.http.post(f"{api.address}/v1/token", said, timeout=30).status_code == 401
