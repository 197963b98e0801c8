"""Stand-in: Airflow asks for it by an entry point of the gateway that is installed, and finds this package first."""

from __future__ import annotations

from typing import Any


def provider_info() -> dict[str, Any]:
    """A provider that brings nothing."""
    return {"package-name": "public-service-gateway", "name": "Stand-in", "description": "Of the tests of the demo."}
