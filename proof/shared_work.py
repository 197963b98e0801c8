"""Trials shared out to two worker processes, one for each core of a small machine."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from proof.trials import Found

WORKERS = 2
ROOT = Path(__file__).resolve().parents[1]

Findings = Mapping[str, Mapping[int, Found]]
"""By kind and number."""


def found(wanted: Mapping[str, Iterable[int]], workers: int = WORKERS) -> Findings:
    """Make these trials, kind after kind; numbers may have no end: the first one that reaches nothing is its kind's last."""
    work = _Work(wanted)
    with ThreadPoolExecutor(workers) as pool:
        for ended in [pool.submit(_share, work) for _ in range(workers)]:
            ended.result()
    return {kind: dict(sorted(work.found[kind].items())) for kind in wanted}


class _Work:
    """What is still to do and what was found, for several threads."""

    def __init__(self, wanted: Mapping[str, Iterable[int]]) -> None:
        self.found: dict[str, dict[int, Found]] = defaultdict(dict)
        self._lock, self._over = threading.Lock(), set[str]()
        self._orders = (
            (kind, number) for kind, numbers in wanted.items() for number in self._until_over(kind, numbers)
        )

    def __iter__(self) -> Iterator[tuple[str, int]]:
        while True:
            with self._lock:
                order = next(self._orders, None)
            if order is None:
                return
            yield order

    def _until_over(self, kind: str, numbers: Iterable[int]) -> Iterator[int]:
        for number in numbers:
            if kind in self._over:
                return
            yield number

    def put(self, kind: str, number: int, found: Found) -> None:
        """What was found at a number; a kind that no longer reached it is over."""
        with self._lock:
            self.found[kind][number] = found
            if not found.reached:
                self._over.add(kind)


def _share(work: _Work) -> None:
    with _worker() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for kind, number in work:
            process.stdin.write(f"{json.dumps([kind, number])}\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            if not answer:
                work.put(kind, number, Found(True, "the worker", ["it ended before its time; its reason stands above"]))
                return
            work.put(kind, number, Found(**json.loads(answer)))


@contextmanager
def _worker() -> Iterator[subprocess.Popen[str]]:
    """Its standard input ends with this block, and then it ends by itself, its servers and portals with it."""
    command = [sys.executable, "-m", "proof.worker"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        except BaseException:
            process.terminate()
            raise
