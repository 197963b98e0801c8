"""Simulated portals that are new in a tenth of a second, and how a proof speaks with them."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from connectors.connection import variable_name
from sandbox.forked import Forked

SECONDS = 30.0


@dataclass(frozen=True)
class Portals:
    """addresses: by name. connections: how one signs in to each, as Airflow has it."""

    addresses: dict[str, str]
    connections: dict[str, Any]

    @property
    def variables(self) -> dict[str, str]:
        """The connections as variables of a command."""
        return {
            variable_name(f"portal_{name.replace('-', '_')}"): json.dumps(said)
            for name, said in self.connections.items()
        }

    def order(self, portal: str, command: str, body: Any) -> None:
        """Faults and days: POST /_sandbox/{command}."""
        self._call(portal, "POST", command, json.dumps(body))

    def faults_left(self, portal: str) -> int:
        """How many orders to misbehave have not been carried out yet."""
        return len(self._call(portal, "GET", "faults")["faults"])

    def pushed(self) -> dict[str, list[dict[str, Any]]]:
        """By dossier, everything the national portal has accepted of it, in the order in which it came."""
        told = self._call("national", "GET", "pushed")["dossiers"]
        return {code: each["pushes"] for code, each in told.items()}

    def _call(self, portal: str, method: str, command: str, body: str | None = None) -> Any:
        connection = http.client.HTTPConnection(urlsplit(self.addresses[portal]).netloc, timeout=SECONDS)
        try:
            connection.request(method, f"/_sandbox/{command}", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
            if answer.status != http.client.OK:
                raise AssertionError(f"{portal}: {command}: {said}")
            return said
        finally:
            connection.close()


@contextmanager
def forked_portals(*options: str) -> Iterator[Portals]:
    """Portals as `python -m sandbox` with these options starts them."""
    with closing(Forked(options)) as process:
        try:
            ready = json.loads(process.stdout.readline())
            connections = ready.pop("connections")
            ready.pop("day")
            yield Portals(ready, connections)
        finally:
            process.kill()
            process.wait()
