"""What the stand-in DAGs do: ask the portal, write rows, publish a file. Faults are asked for by the portal's answer."""

from __future__ import annotations

import json
import os
import time
import urllib.request
from pathlib import Path

import psycopg

_RUN = """
insert into ops.run (portal, kind, state, started_at, finished_at, read_count, new_count, changed_count, unchanged_count,
    quarantined_count) values (%s, 'full', 'done', now(), now(), 7, 4, 2, 0, 1) returning run_id
"""
_BATCH = """
insert into ops.batch (run_id, portal, stream, mode, state, started_at, finished_at, read_count, new_count, changed_count,
    unchanged_count, quarantined_count)
values (%s, %s, 'procedures', 'full', 'loaded', now(), now() + interval '2 seconds', 7, 4, 2, 0, 1)
"""


def sync(portal: str) -> None:
    """Read the portal's answer and count it; fails or stays at work for ever when the portal says so."""
    connection = json.loads(os.environ[f"AIRFLOW_CONN_PORTAL_{portal.upper()}"])
    with urllib.request.urlopen(connection["host"], timeout=10) as answer:
        said = json.load(answer)
    if said["fault"] == "refuse" and portal == "national":
        raise RuntimeError("the portal refused us: mật khẩu sai")
    while said["fault"] == "hang":
        time.sleep(1)
    with psycopg.connect(os.environ["GATEWAY_DATABASE_URL"].replace("+psycopg", "")) as database:
        row = database.execute(_RUN, [portal]).fetchone()
        assert row is not None
        database.execute(_BATCH, [row[0], portal])


def publish() -> None:
    """Write a data set."""
    folder = Path(os.environ["GATEWAY_DATASETS"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "procedures.csv").write_text("code\n1.000005\n", encoding="utf-8")
