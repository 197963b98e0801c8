"""Environment of the gateway in the demo: its settings, and a connection per simulated portal."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.demo.sandbox_process import SandboxAddresses
from gateway.demo.secrets import Secrets

CLIENT = "000.00.00.H15"
SERVICE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"  # the national portal's address on the data exchange axis


def gateway_variables(state: Path, repository: Path, database: str, secrets: Secrets) -> dict[str, str]:
    """GATEWAY_*: where its database, landed bytes, mappings and data sets are."""
    return {
        "GATEWAY_DATABASE_URL": database,
        "GATEWAY_LANDING": str(state / "landing"),
        "GATEWAY_DATASETS": str(state / "datasets"),
        "GATEWAY_MAPPINGS": str(repository / "mappings"),
        "GATEWAY_SECRET_KEY": secrets.gateway,
    }


def portal_variables(addresses: SandboxAddresses) -> dict[str, str]:
    """AIRFLOW_CONN_*: addresses and credentials of the simulated portals."""
    return {
        "AIRFLOW_CONN_PORTAL_NATIONAL": _connection(addresses.national, CLIENT, dstcode=SERVICE),
        "AIRFLOW_CONN_PORTAL_PROVINCE": _connection(
            addresses.province,
            "sandbox",
            client_id="sandbox-client",
            client_secret="sandbox-secret",
        ),
    }


def _connection(host: str, login: str, **extra: str) -> str:
    fields = {"conn_type": "http", "host": host, "login": login, "password": "sandbox", "extra": extra}
    return json.dumps(fields)
