"""dlt at its best: its REST source into its PostgreSQL destination. Runs in dlt's own environment, knows nothing of ours.

    python dlt_load.py PORTAL DATABASE FOLDER STRATEGY FORMAT

Settings that are environment variables stand in benchmarks/contestants.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import dlt
from dlt.destinations import postgres
from dlt.sources.rest_api import rest_api_source

TOKEN_PATH = "/auth/realms/digo/protocol/openid-connect/token"  # noqa: S105  # an address


def token(portal: str) -> str:
    """Keycloak's password grant, through dlt's own HTTP helper."""
    from dlt.sources.helpers import requests

    form = {"grant_type": "password", "client_id": "sandbox-client", "username": "sandbox", "password": "sandbox"}
    return str(requests.post(portal + TOKEN_PATH, data=form).json()["access_token"])


def portal_source(portal: str, strategy: str) -> Any:
    """The dossier search as dlt's declarative REST source, in pages of 1000."""
    source = rest_api_source(
        {
            "client": {
                "base_url": portal,
                "auth": {"type": "bearer", "token": token(portal)},
                "paginator": {"type": "page_number", "base_page": 0, "page_param": "page", "total_path": "totalPages"},
            },
            "resources": [
                {
                    "name": "dossiers",
                    "endpoint": {
                        "path": "pa/dossier/search",
                        "params": {"spec": "page", "sort": "updatedDate,desc", "size": 1000},
                        "data_selector": "content",
                    },
                    "primary_key": "code",
                    "write_disposition": {"disposition": "merge", "strategy": strategy},
                    "parallelized": True,
                }
            ],
        }
    )
    source.max_table_nesting = 0
    return source


def main(portal: str, database: str, folder: str, strategy: str, file_format: str) -> None:
    """One run of the pipeline; its state stays in `folder` for the next."""
    pipeline = dlt.pipeline(
        "portal", pipelines_dir=str(Path(folder)), destination=postgres(database), dataset_name="portal"
    )
    done = pipeline.run(portal_source(portal, strategy), loader_file_format=file_format)
    done.raise_on_failed_jobs()


if __name__ == "__main__":
    main(*sys.argv[1:])
