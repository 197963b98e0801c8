"""What the demo asks of Airflow's public REST API (v2), typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from gateway.demo.errors import ServiceError

FINISHED = frozenset({"success", "failed"})
_TIMEOUT = (5.0, 30.0)  # seconds to connect, to read


@dataclass(frozen=True)
class DagRun:
    """One run of a DAG; `state` is queued, running, success or failed."""

    dag_id: str
    run_id: str
    state: str

    @property
    def is_finished(self) -> bool:
        """True when it is over, well or badly."""
        return self.state in FINISHED


@dataclass(frozen=True)
class TaskState:
    """One task of a run; `state` is None before it is scheduled. `map_index` is -1 unless it is a mapped task."""

    task_id: str
    state: str | None
    try_number: int
    map_index: int
    start: str | None


@dataclass(frozen=True)
class ImportFault:
    """A DAG file that Airflow could not load."""

    file: str
    trace: str


class AirflowClient:
    """A session with one Airflow. Raises ServiceError for every answer that is not the expected one."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no netrc between us and our own machine

    def sign_in(self, user: str, password: str) -> None:
        """Get a token for all further calls."""
        answer = self._call("POST", "/auth/token", json={"username": user, "password": password})
        self._session.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def health(self) -> dict[str, str | None]:
        """State per component; empty while the API does not answer."""
        try:
            answer = self._session.get(f"{self.address}/api/v2/monitor/health", timeout=_TIMEOUT)
            parts = answer.json()
            return {name: part.get("status") for name, part in parts.items() if isinstance(part, dict)}
        except (requests.RequestException, ValueError, AttributeError):
            return {}

    def dag_ids(self, tag: str | None = None) -> set[str]:
        """DAGs that are parsed, all or those with a tag."""
        query: dict[str, object] = {"limit": 1000} | ({"tags": tag} if tag else {})
        return {dag["dag_id"] for dag in self._call("GET", "/api/v2/dags", query=query)["dags"]}

    def dag_files(self) -> set[str]:
        """Full paths of the files whose DAGs are parsed."""
        return {dag["fileloc"] for dag in self._call("GET", "/api/v2/dags", query={"limit": 1000})["dags"]}

    def import_faults(self) -> list[ImportFault]:
        """DAG files that could not be loaded."""
        faults = self._call("GET", "/api/v2/importErrors", query={"limit": 100})["import_errors"]
        return [ImportFault(fault["filename"], fault["stack_trace"]) for fault in faults]

    def set_pool(self, name: str, slots: int) -> None:
        """Create the pool, or give it this number of slots."""
        body = {"name": name, "slots": slots, "include_deferred": True}
        if self._send("POST", "/api/v2/pools", json=body).status_code == requests.codes.conflict:
            self._call("PATCH", f"/api/v2/pools/{name}", json={"slots": slots}, query={"update_mask": "slots"})

    def pools_used(self, dag_id: str) -> set[str]:
        """The pools that the DAG's tasks name; a task in a pool that does not exist is never run."""
        return {task["pool"] for task in self._call("GET", f"/api/v2/dags/{dag_id}/tasks")["tasks"]}

    def trigger(self, dag_id: str) -> DagRun:
        """Start a run now. Without a logical date: our windows come from cursors, not from Airflow's dates."""
        return _run(self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None}))

    def run(self, dag_id: str, run_id: str) -> DagRun:
        """The present state of one run."""
        return _run(self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"))

    def present(self, runs: Sequence[DagRun]) -> list[DagRun]:
        """The runs as they are now: one question for all that go on, and one more for each that has just ended."""
        begun = [run for run in runs if not run.is_finished]
        if not begun:
            return [*runs]
        body = {"dag_ids": [run.dag_id for run in begun], "states": ["queued", "running"]}
        found = map(_run, self._call("POST", "/api/v2/dags/~/dagRuns/list", json=body)["dag_runs"])
        going = {(run.dag_id, run.run_id): run for run in found}
        return [
            run if run.is_finished else going.get((run.dag_id, run.run_id)) or self.run(run.dag_id, run.run_id)
            for run in runs
        ]

    def runs(self, dag_id: str) -> list[DagRun]:
        """All runs of a DAG (the latest hundred)."""
        query = {"limit": 100, "order_by": "-run_after"}
        return [_run(fields) for fields in self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns", query=query)["dag_runs"]]

    def tasks(self, run: DagRun) -> list[TaskState]:
        """The task instances of a run."""
        path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances"
        return [_task(fields) for fields in self._call("GET", path, query={"limit": 1000})["task_instances"]]

    def tasks_in(self, runs: Sequence[DagRun], states: Sequence[str]) -> dict[DagRun, list[TaskState]]:
        """The task instances in one of these states, of several runs at once."""
        found: dict[DagRun, list[TaskState]] = defaultdict(list)
        if runs:
            own = {(run.dag_id, run.run_id): run for run in runs}
            body = {"dag_ids": [each for each, _ in own], "dag_run_ids": [each for _, each in own], "state": states}
            said = self._call("POST", "/api/v2/dags/~/dagRuns/~/taskInstances/list", json=body)
            for fields in said["task_instances"]:
                if run := own.get((fields["dag_id"], fields["dag_run_id"])):
                    found[run].append(_task(fields))
        return found

    def asset_events(self, run: DagRun) -> int:
        """How many asset events the run's tasks have left, which may start other DAGs."""
        query = {"source_dag_id": run.dag_id, "source_run_id": run.run_id, "limit": 1}
        return int(self._call("GET", "/api/v2/assets/events", query=query)["total_entries"])

    def queued_events(self, dag_id: str) -> int:
        """How many asset events wait for the DAG's next run."""
        return int(self._call("GET", f"/api/v2/dags/{dag_id}/assets/queuedEvents")["total_entries"])

    def _call(
        self, method: str, path: str, *, json: object = None, query: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        answer = self._send(method, path, json=json, query=query)
        try:
            body = answer.json() if answer.ok else None
        except ValueError:
            body = None
        if isinstance(body, dict):
            return body
        raise ServiceError(
            f"Airflow answered {answer.status_code} to {method} {path}",
            self.address,
            "look at the log of Airflow's API server",
            answer.text[:500],
        )

    def _send(
        self, method: str, path: str, *, json: object = None, query: Mapping[str, object] | None = None
    ) -> requests.Response:
        try:
            params = {key: str(value) for key, value in (query or {}).items()}
            return self._session.request(method, self.address + path, json=json, params=params, timeout=_TIMEOUT)
        except requests.RequestException as error:
            what = f"Airflow does not answer {method} {path}: {type(error).__name__}"
            raise ServiceError(what, self.address, "look at the log of Airflow's API server") from error

    def close(self) -> None:
        """Close the session's connections."""
        self._session.close()


def _run(fields: Mapping[str, Any]) -> DagRun:
    return DagRun(fields["dag_id"], fields["dag_run_id"], fields["state"])


def _task(fields: Mapping[str, Any]) -> TaskState:
    names = ("task_id", "state", "try_number", "map_index", "start_date")
    return TaskState(*(fields[name] for name in names))
