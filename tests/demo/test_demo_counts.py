"""The counts of the night, read from tables like the gateway's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from gateway.demo.counts import batches, by_stream
from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from gateway.demo.errors import ServerError
from gateway.demo.view import short_counts

REPOSITORY = Path(__file__).with_name("repository")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = timedelta(seconds=1)


@pytest.fixture
def url(state: Path) -> Iterator[str]:
    with EmbeddedPostgres(state, settings=FORGETFUL, keep=False) as server:
        yield server.url("postgres")


def make_tables(url: str) -> None:
    command = [sys.executable, "-m", "gateway", "db", "upgrade"]
    subprocess.run(command, cwd=REPOSITORY, env={"GATEWAY_DATABASE_URL": url}, check=True)


def add(url: str, portal: str, start: datetime, *streams: str) -> None:
    counts = "read_count, new_count, changed_count, unchanged_count, quarantined_count"
    run = f"insert into ops.run (portal, kind, started_at, {counts}) values (%s, 'full', %s, 0, 0, 0, 0, 0) returning run_id"
    batch = (
        f"insert into ops.batch (run_id, portal, stream, state, started_at, finished_at, {counts})"
        " values (%s, %s, %s, 'loaded', %s, %s, 10, 4, 3, 2, 1)"
    )
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute(run, [portal, start]).fetchone()
        assert row is not None
        for number, stream in enumerate(streams):
            connection.execute(batch, [row[0], portal, stream, start + number * ONE, start + (number + 1) * ONE])


def test_there_is_nothing_before_there_are_tables(url: str) -> None:
    assert batches(url, NOON) == []


def test_only_the_latest_run_of_each_portal_since_the_start_counts(url: str) -> None:
    make_tables(url)
    add(url, "national", NOON - ONE, "old")
    add(url, "national", NOON, "first try")
    add(url, "national", NOON + ONE, "procedures", "details", "procedures")
    add(url, "province", NOON, "dossiers")
    found = batches(url, NOON)
    assert [(line.portal, line.stream) for line in found] == [
        ("national", "procedures"),
        ("national", "details"),
        ("national", "procedures"),
        ("province", "dossiers"),
    ]
    lines = by_stream(found)
    assert [(line.stream, line.read, line.seconds) for line in lines] == [
        ("procedures", 20, 3.0),
        ("details", 10, 1.0),
        ("dossiers", 10, 1.0),
    ]
    assert short_counts(found) == "read 40, new 16, changed 12, unchanged 8, quarantined 4"


def test_a_database_that_is_gone_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="does not answer"):
        batches(f"postgresql+psycopg://postgres@/x?host={tmp_path}", NOON)
