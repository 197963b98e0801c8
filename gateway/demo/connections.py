"""Environment of the gateway in the demo: its settings, and a connection per simulated portal."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.demo.sandbox_process import SandboxAddresses
from gateway.demo.secrets import Secrets


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
    """AIRFLOW_CONN_*: addresses and credentials of the simulated portals, as these say them."""
    return {
        f"AIRFLOW_CONN_PORTAL_{name.upper().replace('-', '_')}": json.dumps(connection)
        for name, connection in addresses.connections.items()
    }
