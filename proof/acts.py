"""What a night is made of: synchronise, deliver, reconcile. Everything that is told to a person meanwhile is kept."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy import text
from structlog.testing import LogCapture

from connectors.errors import ExplainedError
from gateway import run
from gateway.delivery import brakes, spec
from gateway.delivery import run as delivery
from gateway.errors import NeedsPerson
from gateway.reconcile.pairs import pair
from gateway.reconcile.run import reconcile
from gateway.replay import replay
from gateway.workshop import Workshop
from tests.helpers.house import House

TOLD = """
    select portal || '/' || stream || ': ' || warning from ops.batch where warning is not null union all
    select portal || '/' || stream || ': ' || path || ': ' || reason from ops.quarantine union all
    select portal || '/' || stream || ': ' || path || ' ' || kind from ops.drift union all
    select operation || ' ' || coalesce(outcome, '') || ': ' || coalesce(answer, '') from ops.attempt union all
    select target || ' ' || state || ': ' || coalesce(reason, '') from ops.outbox where reason is not null union all
    select pair || ': ' || cause || ': ' || coalesce(reason, '') from ops.discrepancy"""

HOUR = """
    with late as (update ops.outbox set next_at = now() where next_at > now() and state in ('waiting', 'unknown') returning 1)
    select count(*) from late"""
MOST = 5
"""Hours after which a row that still waits is left alone."""


class Acts(logging.Handler):
    """In one house. said: gets every line that is told, in reports and in the log."""

    def __init__(self, house: House, said: list[str]) -> None:
        super().__init__()
        self.house, self.said = house, said
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._shop: Workshop = self._stack.enter_context(self.house.shop())
        self._log = LogCapture()
        before = structlog.get_config()["processors"]
        structlog.configure(processors=[self._log])
        self._stack.callback(structlog.configure, processors=before)
        logging.getLogger().addHandler(self)
        self._stack.callback(logging.getLogger().removeHandler, self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def emit(self, record: logging.LogRecord) -> None:
        """Lines of libraries."""
        self.said.append(record.getMessage())

    def sync(self, portal: str, full: bool = False) -> int:
        """One portal; the exit code that a command would end with."""
        try:
            report = run.sync(self._shop, portal, full=full)
        except ExplainedError as error:
            return self._told([error])
        self.said += report.drift
        return self._told([*report.errors, report.verdict()])

    def replay(self, portal: str, since: int | None = None) -> int:
        """What was landed, from a batch on, once more; the exit code."""
        try:
            report = replay(self._shop, portal, since=since)
        except ExplainedError as error:
            return self._told([error])
        return self._told([report.verdict()])

    def deliver(self) -> int:
        """Everything that is open and has news; the exit code."""
        return max((self._deliver(name) for name in brakes.open_with_news(self._shop)), default=0)

    def deliver_all(self) -> int:
        """Again and again, an hour apart, until nothing waits for its hour any more; the highest exit code."""
        codes = [self.deliver()]
        while self._an_hour_passes() and len(codes) <= MOST:
            codes.append(self.deliver())
        return max(codes)

    def _an_hour_passes(self) -> bool:
        with self.house.engine() as engine, engine.begin() as connection:
            return bool(connection.scalar(text(HOUR)))

    def _deliver(self, target: str) -> int:
        try:
            report = delivery.deliver(self._shop, spec.delivery(self._shop, target))
        except ExplainedError as error:
            return self._told([error])
        return self._told([report.error, report.verdict()])

    def reconcile(self) -> int:
        """What the national portal has of us against what we have told it; what is safe is told again."""
        try:
            report = reconcile(self._shop, pair(self._shop, "national/dossiers"), mend=True)
        except ExplainedError as error:
            return self._told([error])
        return self._told([report.verdict()])

    @contextmanager
    def with_settings(self, **changed: Any) -> Iterator[None]:
        """Other settings for a while."""
        before = self._shop
        self._shop = replace(before, settings=replace(before.settings, **changed))
        yield
        self._shop = before

    def told(self) -> str:
        """Everything that a person was told, or can look up."""
        written = [str(line) for line in self.house.column(TOLD)]
        return "\n".join([*self.said, *written])

    def _told(self, errors: Iterable[ExplainedError | None]) -> int:
        found = [error for error in errors if error is not None]
        self.said += [str(error) for error in found]
        self.said += [_line(entry) for entry in self._log.entries]
        self._log.entries.clear()
        return max((error.exit_code for error in found), default=0)


def _line(entry: Any) -> str:
    rest = {name: value for name, value in entry.items() if name != "event"}
    return " ".join([str(entry["event"]), *(f"{name}={value!r}" for name, value in rest.items())])


WELL = (0, NeedsPerson.exit_code)
"""How a night may end that met no fault: some dossiers wait for a person on the best of days."""
