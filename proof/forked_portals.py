"""Simulated portals that are new in a tenth of a second: forked from a process that has imported them already."""

from __future__ import annotations

import gc
import http.client
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from connectors.connection import variable_name
from sandbox import __main__ as sandbox

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
    """Portals as `python -m sandbox` with these options starts them. The calling process must have no other threads."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _serve(writing, list(options))
    os.close(writing)
    try:
        with os.fdopen(reading) as said:
            ready = json.loads(said.readline())
        connections = ready.pop("connections")
        ready.pop("day")
        yield Portals(ready, connections)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(writing: int, options: list[str]) -> None:
    gc.freeze()  # what came along must not be tidied up here: it would close files of ours that have its old numbers
    try:
        os.dup2(writing, 1)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # a lock that is inherited would outlive its owner's hold
        sandbox.main(options)
    finally:
        os._exit(1)
