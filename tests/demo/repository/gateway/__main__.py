"""`python -m gateway db upgrade`: the two tables that the demo reads; `serve` answers nothing, but stays."""

from __future__ import annotations

import os
import socket
import sys
import threading

import psycopg

_COUNTS = ", ".join(f"{name}_count bigint not null" for name in ("read", "new", "changed", "unchanged", "quarantined"))
_TABLES = f"""
create schema if not exists ops;
create table if not exists ops.run (
    run_id bigint generated always as identity primary key, portal text, kind text, state text,
    started_at timestamptz, finished_at timestamptz, {_COUNTS});
create table if not exists ops.batch (
    batch_id bigint generated always as identity primary key, run_id bigint, portal text, stream text, mode text,
    state text, started_at timestamptz, finished_at timestamptz, {_COUNTS});
"""

if __name__ == "__main__":
    if sys.argv[1:] == ["serve", "--port", "0"]:
        with socket.create_server(("127.0.0.1", 0)) as bound:
            print(f"serving http://127.0.0.1:{bound.getsockname()[1]}/v1/sets (Ctrl-C ends)")
            threading.Event().wait()
    if sys.argv[1:] != ["db", "upgrade"]:
        sys.exit(2)
    address = os.environ["GATEWAY_DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        connection.execute(_TABLES)
