"""What Airflow is told of us as a provider: how an asset of ours is called in OpenLineage. It knows no Airflow itself.

Airflow reads `provider_info` by its entry point. Without a converter of its scheme an asset is left out of OpenLineage's events.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

SCHEME = "x-gateway"


def provider_info() -> dict[str, Any]:
    """In the form of Airflow's provider.yaml. handler: none, since our addresses are written one way only."""
    return {
        "package-name": "public-service-gateway",
        "name": "Public-service gateway",
        "description": "Assets of the gateway: portals, their part of the core tables, shared sets.",
        "asset-uris": [
            {
                "schemes": [SCHEME],
                "handler": None,
                "to_openlineage_converter": f"{__name__}.open_lineage_dataset",
            }
        ],
    }


def open_lineage_dataset(asset: Any, _: Any) -> Any:
    """OpenLineage's data set of an asset: `x-gateway://set/dossier_status` is `set/dossier_status` in the namespace `x-gateway`.

    Of a version of a set it says which one.
    """
    from openlineage.client.event_v2 import Dataset
    from openlineage.client.facet_v2 import DatasetFacet, dataset_version_dataset

    address = urlsplit(asset.uri)
    version = asset.extra.get("version")
    facets: dict[str, DatasetFacet] = {}
    if version:
        facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(version)
    return Dataset(namespace=SCHEME, name=f"{address.netloc}{address.path}", facets=facets)
