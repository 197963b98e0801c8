"""Follows one night in Airflow: the portals' runs, then the runs that their assets start."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gateway.demo.airflow_client import AirflowClient, DagRun, TaskState
from gateway.demo.counts import BatchCounts
from gateway.demo.view import Row, short_counts

ALL_WELL_SECONDS = 120.0  # how long a follower may take to be started when every portal's run went well
NOT_WELL_SECONDS = 10.0  # and otherwise: it may rightly wait for the portal that failed
WAITS = "waits for the portals (chờ các cổng)"
AT_WORK = ("running", "up_for_retry", "deferred", "queued", "scheduled")
"""States of tasks of which one is shown, the most telling first."""


@dataclass
class Watch:
    """The night's runs. `portals` were triggered by us; `followers` are DAGs that assets start."""

    client: AirflowClient
    portals: list[DagRun]
    followers: Sequence[str]
    count: Callable[[], list[BatchCounts]]
    _following: dict[str, list[DagRun]] = field(default_factory=dict)
    _ended: float | None = None

    def rows(self) -> list[Row]:
        """Ask Airflow and the gateway's database how things stand."""
        counted = self.count()
        self.portals = self.client.present(self.portals)
        following = {dag_id: self._following.get(dag_id, [])[:1] for dag_id in self.followers}
        shown = [*self.portals, *(run for runs in following.values() for run in runs)]
        tasks = self.client.tasks_in([run for run in shown if not run.is_finished], AT_WORK)

        def row(run: DagRun, lines: Sequence[BatchCounts]) -> Row:
            return Row(run.dag_id, current_step(tasks.get(run, ())), run.state, short_counts(lines))

        return [
            *(row(run, [line for line in counted if run.dag_id == f"sync_{line.portal}"]) for run in self.portals),
            *(row(runs[0], []) if runs else Row(dag_id, WAITS, "–", "") for dag_id, runs in following.items()),
        ]

    def is_over(self) -> bool:
        """True when every portal's run has ended and so has everything that followed from it."""
        if not all(run.is_finished for run in self.portals):
            self._following = {dag_id: self.client.runs(dag_id) for dag_id in self.followers}
            return False
        settled = [self._is_settled(dag_id) for dag_id in self.followers]
        if self._ended is None:
            self._ended = time.monotonic()
        return all(settled)

    def failed(self) -> list[DagRun]:
        """Runs that did not end well. A follower that an event should have started, and did not: state `missing`."""
        runs = [*self.portals, *(run for runs in self._following.values() for run in runs)]
        bad = [run for run in runs if run.state != "success"]
        if self._is_well():
            bad += [DagRun(dag_id, "", "missing") for dag_id in self.followers if self._is_missing(dag_id)]
        return bad

    def _is_settled(self, dag_id: str) -> bool:
        """Nothing runs, nothing is queued; or what is queued has waited too long."""
        queued = self.client.queued_events(dag_id)  # before the runs: an event leaves the queue as its run appears
        self._following[dag_id] = self.client.runs(dag_id)
        if any(not run.is_finished for run in self._following[dag_id]):
            return False
        return (not queued and not self._is_missing(dag_id)) or self._waited_long()

    def _is_missing(self, dag_id: str) -> bool:
        return not self._following.get(dag_id) and any(self.client.asset_events(run) for run in self.portals)

    def _waited_long(self) -> bool:
        limit = ALL_WELL_SECONDS if self._is_well() else NOT_WELL_SECONDS
        return self._ended is not None and time.monotonic() - self._ended > limit

    def _is_well(self) -> bool:
        return all(run.state == "success" for run in self.portals)


def current_step(tasks: Sequence[TaskState]) -> str:
    """The task that works now, else the one that is about to; with its try, if it is not the first."""
    for state in AT_WORK:
        for task in tasks:
            if task.state == state:
                again = f", try {task.try_number}" if task.try_number > 1 else ""
                return task.task_id + (again if state == "running" else f" ({state}{again})")
    return ""
