"""A real Airflow: its metadata database, its four services, healthy and ready to be asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from gateway.demo.airflow_client import AirflowClient
from gateway.demo.airflow_settings import PASSWORD, USER, AirflowSettings, environment
from gateway.demo.errors import ServiceError
from gateway.demo.ports import free_port, listens
from gateway.demo.processes import Child, Processes, last_lines

PROGRAM = Path(sys.executable).with_name("airflow")
SERVICES: Mapping[str, tuple[str, ...]] = {
    "airflow-api-server": ("api-server",),
    # without the option these two listen on every network, to show logs that the API server reads from the disk anyway
    "airflow-scheduler": ("scheduler", "--skip-serve-logs"),
    "airflow-triggerer": ("triggerer", "--skip-serve-logs"),
    "airflow-dag-processor": ("dag-processor",),
}
COMPONENTS = frozenset({"metadatabase", "scheduler", "triggerer", "dag_processor"})
_API = "airflow-api-server"
_TAKEN = "address already in use"
_ATTEMPTS = 3


def begin_migration(settings: AirflowSettings, processes: Processes) -> Child:
    """Start making the metadata tables; `processes.finish` waits for the end. Other work can be done meanwhile."""
    command = [str(PROGRAM), "db", "migrate"]
    return processes.start("airflow-db", command, environment=environment(settings, 0))


class AirflowServices:
    """Starts Airflow as children of `processes`; `pick_port` is asked for a port at each attempt."""

    def __init__(
        self, settings: AirflowSettings, processes: Processes, pick_port: Callable[[], int] = free_port
    ) -> None:
        self.settings = settings
        self._processes = processes
        self._pick_port = pick_port

    def start(self, seconds: float = 240.0) -> AirflowClient:
        """Start the services and wait until all are healthy; the client is signed in. Raises ServiceError.

        The metadata database must have its tables.
        """
        for _ in range(_ATTEMPTS):
            client = self._attempt(self._pick_port(), seconds)
            if client is not None:
                return client
        raise ServiceError(f"no free port for Airflow in {_ATTEMPTS} attempts", "127.0.0.1", "try again")

    def stop(self) -> None:
        """End all four services."""
        self._processes.end(*SERVICES)

    def _attempt(self, port: int, seconds: float) -> AirflowClient | None:
        """None when another program took the port meanwhile: the others know the port, so all begin anew."""
        variables = environment(self.settings, port)
        children = {
            name: self._processes.start(name, [str(PROGRAM), *words], environment=variables, folder=self.settings.home)
            for name, words in SERVICES.items()
        }
        client = AirflowClient(f"http://127.0.0.1:{port}")
        ready = self._processes.patience.until(lambda: self._is_ready(children, client, port), seconds, pause=0.1)
        if ready is None:
            raise ServiceError(
                f"Airflow is not healthy after {seconds:.0f} s: {client.health()}",
                self._processes.state / "logs",
                "look at the logs of the component that is not healthy",
                last_lines(children[_API].log),
            )
        if ready == "taken":
            client.close()
            self.stop()
            return None
        client.sign_in(USER, PASSWORD)
        return client

    def _is_ready(self, children: Mapping[str, Child], client: AirflowClient, port: int) -> str | None:
        api = children[_API]
        if api.exit_code is not None and _TAKEN in last_lines(api.log, 60).lower():
            return "taken"
        self._processes.check()
        if not listens(api.pid, port):
            return None
        health = client.health()
        return "ready" if all(health.get(part) == "healthy" for part in COMPONENTS) else None


def wait_for_dags(client: AirflowClient, processes: Processes, folder: Path, seconds: float = 120.0) -> None:
    """Wait until every DAG file of a folder is parsed. Raises ServiceError, with the first import error if there is one.

    Airflow takes them one by one: who waits for one DAG finds those of the next file missing.
    """
    wanted = {str(path.resolve()) for path in folder.glob("*.py")}

    def _parsed() -> bool:
        processes.check()
        return wanted <= client.dag_files() or bool(client.import_faults())

    processes.patience.until(_parsed, seconds, pause=0.2)
    missing = wanted - client.dag_files()
    faults = client.import_faults()
    if faults:
        raise ServiceError("a DAG file cannot be loaded", faults[0].file, "mend the file", faults[0].trace)
    if missing:
        log = last_lines(processes.state / "logs" / "airflow-dag-processor.log")
        raise ServiceError(
            f"DAG files that are not parsed: {', '.join(sorted(missing))}",
            "Airflow's DAG processor",
            "read its log",
            log,
        )
