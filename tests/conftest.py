"""What all tests share: one PostgreSQL server per session, and a house (database, folders, settings) per test."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from tests.helpers.house import House
from tests.helpers.memory import memory_folder
from tests.helpers.prepared import Prepared
from tests.helpers.server import Server

# A shell that starts tests in the background makes them ignore Ctrl-C, and so would every program they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


BEGUN_EARLY = ("e2e", "long")
"""Marks in their order: files of minutes first, since at the end one core would wait for them."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole demos first, then the other files that take long, then all others in their random order."""
    items.sort(key=lambda item: [item.get_closest_marker(mark) is None for mark in BEGUN_EARLY])


CATALOGUE = Path(__file__).resolve().parents[2] / "shared" / "data" / "tthc_catalogue.csv"

NewHouse = Callable[[], House]

SETTINGS = {**FORGETFUL, "max_wal_size": "256MB"}
"""It lies in memory, and so must stay small."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The session's PostgreSQL server."""
    with memory_folder() as place, EmbeddedPostgres(place / "data", settings=SETTINGS, keep=False) as postgres:
        yield Server(postgres)


@pytest.fixture(scope="module")
def new_house(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewHouse]:
    """Makes houses that last as long as the tests of a file."""
    made: list[House] = []

    def make() -> House:
        made.append(House(server.url(server.database()), tmp_path_factory.mktemp("house")))
        return made[-1]

    yield make
    for each in made:
        server.drop(each.database)


@pytest.fixture(scope="session")
def prepared(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Houses in which something has happened already, for many tests the same."""
    return Prepared(server, lambda: tmp_path_factory.mktemp("house"))


@pytest.fixture
def house(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of a test's own."""
    name = server.database()
    yield House(server.url(name), tmp_path_factory.mktemp("house"))
    server.drop(name)


@pytest.fixture(scope="session")
def catalogue() -> Path:
    """The real catalogue; skips where it is absent."""
    if not CATALOGUE.exists():
        pytest.skip("the real catalogue ../shared/data/tthc_catalogue.csv is not on this machine")
    return CATALOGUE
