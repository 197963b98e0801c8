"""What anyone reads of open sets: summed by set, and written to the audit log from time to time, so that readers wait for no entry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Lock, Thread

from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError  # noqa: A004  # all connections are taken

from connectors.errors import ExplainedError
from gateway.access import chain
from gateway.log import log

SECONDS = 10.0
"""Between two entries of a set, at least."""


class Sums:
    """Several threads may add."""

    def __init__(self) -> None:
        self._lock, self._sums = Lock(), defaultdict[str, Counter[str]](Counter)

    def add(self, dataset: str, kind: str, rows: int) -> None:
        """One answer. kind: `rows`, `changes` or `file`."""
        with self._lock:
            self._sums[dataset].update({"answers": 1, kind: rows})

    def write(self, engine: Engine, secrets: Sequence[bytes]) -> None:
        """One entry for each set that was read since the last time; what cannot be written waits for the next."""
        with self._lock:
            taken, self._sums = self._sums, defaultdict[str, Counter[str]](Counter)
        if not taken:
            return
        try:
            with engine.begin() as connection:
                for dataset, sums in sorted(taken.items()):
                    act = chain.Act("anyone", "open set read", dataset, dict(sums))
                    chain.append(connection, secrets, act)
        except (ExplainedError, TimeoutError) as error:
            log.error("reads are not written down yet", error=str(error))
            self._put_back(taken)

    def _put_back(self, taken: dict[str, Counter[str]]) -> None:
        with self._lock:
            for dataset, sums in taken.items():
                self._sums[dataset].update(sums)

    @contextmanager
    def kept(self, engine: Engine, secrets: Sequence[bytes]) -> Iterator[None]:
        """Write again and again until the end, and once more at the end."""
        is_over = Event()

        def work() -> None:
            while not is_over.wait(SECONDS):
                self.write(engine, secrets)

        thread = Thread(target=work, name="sums", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()
            self.write(engine, secrets)
