"""`python -m benchmarks.serve`: the API of the shared sets beside bare PostgreSQL, in one run on this machine.

A set of a million rows is published and served by a real process. Two ratios are measured: the set's CSV streamed through the API into a
file, beside the server's own COPY of the same table into a file; and a page of 1,000 rows through HTTP, beside the same SELECT by psycopg
with its rows encoded by msgspec. Rounds alternate and the fastest are compared, since whoever else uses the machine only makes rounds
slower. The memory of the API's process is watched.
"""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psutil
import psycopg
import requests

from benchmarks.programs import ROOT
from gateway.demo.embedded_postgres import EmbeddedPostgres
from gateway.publish.contract import Contract, load_contract
from gateway.publish.sets import publish
from gateway.store import migrate
from gateway.store.database import connect

DATASET, PAGE = "agency_directory", 1000
STREAM_AT_LEAST, PAGE_AT_MOST = 0.5, 3.0
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
QUERY = """
    select 'national' as issuer, 'A' || lpad(n::text, 9, '0') as agency_code, 'Ủy ban nhân dân xã số ' || n as agency_name,
        'A' || lpad((n / 100)::text, 9, '0') as parent_code, (n % 4)::text as level_code, 'Cấp xã' as level_name, n % 9 > 0 as is_active
    from generate_series(1, {count}) n"""

Times = tuple[list[float], list[float]]
"""Seconds of the floor and of ours, round by round."""


def main() -> int:
    """Measure and print; 0 when both ratios are kept."""
    options = _options()
    with TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "data", settings=SETTINGS, keep=False) as server:
        place = Path(name)
        server.create_database("bench")
        url = server.url("bench")
        _say(f"publishing {options.rows:,} rows: {_timed(lambda: _publish(url, place, options.rows)):.1f} s")
        with _serving(url, place) as (address, process), psycopg.connect(url.replace("+psycopg", "")) as database:
            before = process.memory_info().rss
            streamed = _alternate(options.rounds, lambda: _copy(database), lambda: _download(address, place))
            paged = _alternate(options.pages, lambda: _select(database), _page_of(address))
            grown = (process.memory_info().rss - before) / 1e6
    return _verdict(options.rows, streamed, paged, grown)


def _verdict(count: int, streamed: Times, paged: Times, grown: float) -> int:
    copy, stream = map(min, streamed)
    select, page = map(min, paged)
    speed, cost = copy / stream, page / select
    print(
        f"{count:,} rows as CSV: COPY {copy:.3f} s, API {stream:.3f} s: × {speed:.2f} of its speed (at least {STREAM_AT_LEAST:g});"
        f" the API's memory grew by {grown:.0f} MB\n{PAGE:,} rows as a page: SELECT and encoding {select * 1e3:.1f} ms,"
        f" API {page * 1e3:.1f} ms: × {cost:.2f} (at most {PAGE_AT_MOST:g}); load {os.getloadavg()[0]:.1f}"
    )
    return 0 if speed >= STREAM_AT_LEAST and cost <= PAGE_AT_MOST else 1


def _publish(url: str, place: Path, count: int) -> None:
    contract: Contract = load_contract(ROOT / "schemas" / "datasets" / f"{DATASET}.odcs.yaml")
    engine = connect(url)
    migrate.upgrade(engine)
    publish(engine, replace(contract, query=QUERY.format(count=count), streams=()), place / "datasets")
    engine.dispose()


@contextmanager
def _serving(url: str, place: Path) -> Iterator[tuple[str, psutil.Process]]:
    environment = {**os.environ, "GATEWAY_DATABASE_URL": url, "GATEWAY_DATASETS": str(place / "datasets")}
    environment["GATEWAY_SECRET_KEY"] = base64.b64encode(os.urandom(32)).decode()
    command = [sys.executable, "-m", "gateway", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[1], psutil.Process(process.pid)
        finally:
            process.terminate()


def _alternate(rounds: int, floor: Callable[[], object], ours: Callable[[], object]) -> Times:
    """One round of each first, which nobody counts."""
    floor(), ours()
    times: Times = ([], [])
    for _ in range(rounds):
        times[0].append(_timed(floor))
        times[1].append(_timed(ours))
    return times


def _copy(database: psycopg.Connection) -> None:
    # Beside the server's own files: the server may be another user than we are.
    [folder] = database.execute("show data_directory").fetchone() or ("",)
    database.execute(f"copy share.{DATASET} to '{folder}/copy.csv' (format csv, header)".encode())


def _download(address: str, place: Path) -> None:
    with (
        requests.get(f"{address}/{DATASET}/versions/latest/files/{DATASET}.csv", stream=True, timeout=60) as answer,
        (place / "streamed.csv").open("wb") as file,
    ):
        shutil.copyfileobj(answer.raw, file, 1 << 20)


def _select(database: psycopg.Connection) -> bytes:
    cursor = database.execute(f"select * from share.{DATASET} order by issuer, agency_code limit {PAGE}".encode())
    names = [column.name for column in cursor.description or ()]
    return msgspec.json.encode([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])


def _page_of(address: str) -> Callable[[], bytes]:
    http = requests.Session()
    http.headers["Accept-Encoding"] = "identity"
    return lambda: http.get(f"{address}/{DATASET}/rows", params={"limit": PAGE}, timeout=60).content


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serve", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the set (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of the stream (default %(default)s)")
    parser.add_argument("--pages", type=int, default=100, help="rounds of the page (default %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
