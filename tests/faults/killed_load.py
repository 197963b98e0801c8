"""A program: loads what is landed and kills itself with SIGKILL at a chosen point. Driven by test_kill.py.

Its argument: how many records are committed together.

Reads lines `URL KIND NUMBER` from standard input; for each it forks, loads both portals from the database at URL and ends at
the NUMBER-th point of this KIND. Answers with one line: how many points of each kind were passed, or `killed`. It forks
so that the second which imports take is spent once.

Kinds: `call` before a statement or COPY is sent, `row` before a row is handed to COPY, `commit` before a commit,
`committed` after it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy import event

from gateway import load as loading
from gateway import run
from gateway.config import load_settings
from gateway.workshop import open_workshop


class Points:
    """Counts what a load does to the database; the chosen point is its last."""

    def __init__(self, kind: str, number: int) -> None:
        self.passed: Counter[str] = Counter()
        self._end = (kind, number)
        self._lock = threading.Lock()

    def reach(self, kind: str) -> None:
        """One more point of a kind."""
        with self._lock:
            self.passed[kind] += 1
            if (kind, self.passed[kind]) == self._end:
                os.kill(os.getpid(), signal.SIGKILL)


def watch(points: Points) -> None:
    """Hook on to SQLAlchemy and to its driver."""

    def before_statement(*_: Any) -> None:
        points.reach("call")

    event.listen(sqlalchemy.Engine, "before_cursor_execute", before_statement)
    _around(psycopg.Cursor, "copy", lambda: points.reach("call"))
    _around(psycopg.Copy, "write_row", lambda: points.reach("row"))
    _around(psycopg.Connection, "commit", lambda: points.reach("commit"), lambda: points.reach("committed"))


def _around(owner: Any, name: str, before: Callable[[], None], after: Callable[[], None] = lambda: None) -> None:
    original = getattr(owner, name)

    def watched(*arguments: Any, **named: Any) -> Any:
        before()
        result = original(*arguments, **named)
        after()
        return result

    setattr(owner, name, watched)


def load(url: str, kind: str, number: int, answer: int) -> None:
    """In the forked process: load both portals, and say which points there were."""
    points = Points(kind, number)
    watch(points)
    shop = open_workshop(replace(load_settings(), database_url=url))
    for portal in ("national", "province"):
        report = run.load(shop, portal)
        if report.errors:
            raise report.errors[0]
    os.write(answer, json.dumps(points.passed).encode())


def main() -> None:
    """Serve orders until standard input ends."""
    loading.CHUNK = int(sys.argv[1])
    for order in sys.stdin:
        url, kind, number = order.split()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                load(url, kind, int(number), writing)
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as passed:
            said = passed.read()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else said or "failed", flush=True)


if __name__ == "__main__":
    main()
