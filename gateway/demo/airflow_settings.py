"""Airflow's settings in the demo, as environment variables. Each was needed in a trial; the comments say why."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.demo.secrets import Secrets, write_private

USER = "admin"
PASSWORD = "admin"  # shown to the user; it listens on 127.0.0.1 only


@dataclass(frozen=True)
class AirflowSettings:
    """`home` is AIRFLOW_HOME, `repository` goes on PYTHONPATH, `database` is the metadata database's address.

    `extra` holds further variables for every Airflow process: AIRFLOW_CONN_* and GATEWAY_*.
    """

    home: Path
    dags: Path
    repository: Path
    database: str
    secrets: Secrets
    extra: Mapping[str, str]

    @property
    def task_logs(self) -> Path:
        """Where Airflow writes the tasks' logs."""
        return self.home / "logs"


def write_passwords(settings: AirflowSettings) -> Path:
    """The file in which the simple auth manager finds the demo's password."""
    settings.home.mkdir(parents=True, exist_ok=True)
    file = settings.home / "passwords.json"
    write_private(file, json.dumps({USER: PASSWORD}))
    return file


def environment(settings: AirflowSettings, port: int, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The whole environment of an Airflow process."""
    return {**clean(inherited), **_places(settings, port), **_ways(), **settings.extra}


def clean(inherited: Mapping[str, str]) -> dict[str, str]:
    """Without what belongs to a developer's other Airflow, other databases or other gateway."""
    kept = {key: value for key, value in inherited.items() if not key.startswith(("AIRFLOW", "PG", "GATEWAY_"))}
    for name in ("NO_PROXY", "no_proxy"):  # tasks talk to Airflow's API by HTTP: not through an office's proxy
        kept[name] = ",".join(filter(None, (kept.get(name, ""), "127.0.0.1,localhost")))
    return kept


def _places(settings: AirflowSettings, port: int) -> dict[str, str]:
    address = f"http://127.0.0.1:{port}"
    return {
        "AIRFLOW_HOME": str(settings.home),
        "PYTHONPATH": str(settings.repository),  # a retry rule names an exception by its dotted path
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.dags),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": settings.database,
        # left out, Airflow would rewrite the address for asyncpg, which is not installed
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": settings.database,
        "AIRFLOW__API__HOST": "127.0.0.1",  # the default is every network
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",  # else port 8080, whosever that is
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(settings.task_logs),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(write_passwords(settings)),
        "AIRFLOW__CORE__FERNET_KEY": settings.secrets.fernet,
        "AIRFLOW__API_AUTH__JWT_SECRET": settings.secrets.tokens,  # the same in every process
        "AIRFLOW__API__SECRET_KEY": settings.secrets.sessions,
    }


def _ways() -> dict[str, str]:
    return {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "PYTHONUNBUFFERED": "1",
    }
