"""The set is switched to another version in the very moment between finding it and reading it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection

from gateway.serve.app import make_app
from gateway.serve.shelf import Shared, Shelf
from gateway.store import database
from gateway.store.database import connect_reader
from tests.helpers.house import House
from tests.helpers.serving import Play, by_key, in_thread, told

ROWS, CHANGES = "/v1/sets/play/rows", "/v1/sets/play/changes"


@dataclass(frozen=True, eq=False)
class Raced(Shelf):
    """After a set was found, what happens next happens."""

    next: list[Callable[[], object]] = field(default_factory=list)

    def find(self, connection: Connection, dataset: str) -> Shared:
        found = super().find(connection, dataset)
        while self.next:
            self.next.pop()()
        return found


@pytest.fixture
def play(house: House) -> Play:
    play = Play(house)
    play.write(leave="tags")
    play.make(60)
    play.publish()
    return play


def grow(play: Play) -> None:
    play.house.execute("insert into public.play (code, part) values ('D1', 0)")
    play.publish()


def lose_a_column(play: Play) -> None:
    play.write(version="2.0.0", leave="name")
    play.house.execute("delete from public.play where code = 'C0001'")
    play.publish()


def gain_a_column(play: Play) -> None:
    play.write(version="1.1.0")
    play.house.execute("delete from public.play where code = 'C0001'")
    play.publish()


def ask(play: Play, happens: Callable[[Play], None], path: str, **query: str) -> Any:
    engine = connect_reader(play.house.url, 2)
    shelf = Raced(engine, play.house.place / "datasets", [lambda: happens(play)])
    with in_thread(make_app(shelf)) as api:
        answer = api.get(path, **query)
    engine.dispose()
    return answer


def since(play: Play) -> str:
    return str(ask(play, lambda _: None, ROWS).json()["since"])


@pytest.mark.parametrize("happens", [grow, lose_a_column, gain_a_column])
def test_a_page_is_of_the_version_that_it_names(play: Play, happens: Callable[[Play], None]) -> None:
    page = ask(play, happens, ROWS).json()
    assert page["version"] == (play.house.place / "datasets/play/latest").resolve().name
    assert by_key(page["rows"]) == play.current()


def test_changes_end_with_the_version_that_they_name(play: Play) -> None:
    begun = since(play)
    first = ask(play, grow, CHANGES, since=begun).json()
    assert (first["changes"], first["is_last"]) == ([], True)
    then = ask(play, lambda _: None, CHANGES, since=first["next"]).json()
    assert [change["key"] for change in then["changes"]] == [{"code": "D1", "part": 0}]


@pytest.mark.parametrize("happens", [lose_a_column, gain_a_column])
def test_changes_that_go_away_meanwhile_are_not_passed_over(play: Play, happens: Callable[[Play], None]) -> None:
    begun = since(play)
    grow(play)
    assert ask(play, happens, CHANGES, since=begun).status_code == 410


def test_a_version_that_is_removed_meanwhile_is_not_there(play: Play) -> None:
    latest = (play.house.place / "datasets/play/latest").resolve()
    path = f"/v1/sets/play/versions/{latest.name}/files/play.csv"
    assert ask(play, lambda _: None, path).content == (latest / "play.csv").read_bytes()
    answer = ask(play, lambda _: shutil.rmtree(latest), path)
    assert (answer.status_code, told(answer)["type"]) == (404, "urn:gateway:problem:unknown-version")


def test_while_all_connections_are_taken_it_asks_to_come_again(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "READER_SECONDS", 1)
    engine = connect_reader(play.house.url, 1)
    with in_thread(make_app(Shelf(engine, play.house.place / "datasets"))) as api:
        with engine.connect():
            assert told(api.get(ROWS))["title"] == "The gateway cannot answer now"
            assert api.get(ROWS).headers["retry-after"]
            assert "gateway_serve_database_up 0.0" in api.get("/metrics").text
        assert api.get(ROWS).status_code == 200
    engine.dispose()
