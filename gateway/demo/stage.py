"""Everything that must run before the night begins, started side by side where one does not need the other."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from gateway.demo.airflow_client import AirflowClient
from gateway.demo.airflow_services import SERVICES, AirflowServices, begin_migration
from gateway.demo.airflow_settings import AirflowSettings, clean
from gateway.demo.connections import gateway_variables, portal_variables
from gateway.demo.embedded_postgres import EmbeddedPostgres
from gateway.demo.folder import DemoFolder
from gateway.demo.options import DemoOptions
from gateway.demo.pages_process import await_pages, launch_pages
from gateway.demo.patience import Patience
from gateway.demo.processes import Child, Processes
from gateway.demo.sandbox_process import SandboxAddresses, SandboxOptions, await_sandbox, launch_sandbox
from gateway.demo.secrets import load_secrets

AIRFLOW_SECONDS = 8.0
"""How long Airflow may take to end. Idle it needs three or four; it would wait for a task that hangs, for ever."""


@dataclass
class Stage:
    """What runs: `database` is the gateway's database; `pages`: address of the data sets; `since`: when the night began."""

    state: Path
    database: str
    processes: Processes
    addresses: SandboxAddresses
    settings: AirflowSettings
    client: AirflowClient
    pages: str
    since: datetime


@contextmanager
def staged(folder: DemoFolder, options: DemoOptions, console: Console, patience: Patience) -> Iterator[Stage]:
    """The stage within the context. Ended in order: Airflow, the portals, PostgreSQL last."""
    began = time.monotonic()
    console.print("Starting PostgreSQL, the simulated portals and Airflow (đang khởi động) …")
    processes = Processes(folder.path, patience)
    with ExitStack() as stack:
        postgres = stack.enter_context(EmbeddedPostgres(folder.path / "postgres", processes=processes))
        stack.callback(_end_all_but_database, processes)
        database, settings = _databases(postgres, folder.path, options)
        addresses = _prepare(processes, options, settings, folder)
        serving = launch_pages(processes, options.repository, settings.extra)
        settings = replace(settings, extra={**settings.extra, **portal_variables(addresses)})
        stack.callback(processes.end, *SERVICES, seconds=AIRFLOW_SECONDS)
        client = AirflowServices(settings, processes).start()
        stack.callback(client.close)
        pages = await_pages(processes, serving)
        console.print(f"Ready after {time.monotonic() - began:.0f} s. Night {addresses.day} (đêm {addresses.day}).")
        yield Stage(folder.path, database, processes, addresses, settings, client, pages, datetime.now(UTC))


def _databases(postgres: EmbeddedPostgres, state: Path, options: DemoOptions) -> tuple[str, AirflowSettings]:
    """The gateway's database, which stays from night to night, and a new one for Airflow's metadata.

    A new one, since an old one holds runs that a killed demo left unfinished, and schedules missed meanwhile.
    """
    postgres.create_database("gateway")
    postgres.drop_database("airflow")
    postgres.create_database("airflow")
    secrets = load_secrets(state)
    extra = gateway_variables(state, options.repository, postgres.url("gateway"), secrets)
    home, metadata = state / "airflow", postgres.url("airflow")
    return postgres.url("gateway"), AirflowSettings(home, options.dags, options.repository, metadata, secrets, extra)


def _prepare(
    processes: Processes, options: DemoOptions, settings: AirflowSettings, folder: DemoFolder
) -> SandboxAddresses:
    """Airflow's tables, the gateway's tables and the portals, all three at once."""
    begun = [begin_migration(settings, processes), _begin_upgrade(processes, options.repository, settings.extra)]
    sizes = SandboxOptions(
        folder.path / "told.json",
        folder.day,
        dossiers=options.dossiers,
        procedures=options.procedures,
        catalogue=options.catalogue,
    )
    sandbox = launch_sandbox(processes, options.repository, sizes)
    for child in begun:
        processes.finish(child, seconds=240)
    return await_sandbox(processes, sandbox)


def _begin_upgrade(processes: Processes, repository: Path, variables: Mapping[str, str]) -> Child:
    environment = {**clean(os.environ), "PYTHONPATH": str(repository), **variables}
    command = [sys.executable, "-m", "gateway", "db", "upgrade"]
    return processes.start("gateway-db", command, environment=environment, folder=repository)


def _end_all_but_database(processes: Processes) -> None:
    processes.end(*(name for name in processes.names if name != "postgres"))
