"""What callers of every kind are answered by `gateway serve`, and what the server itself says meanwhile."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping
from itertools import product

import requests

from tests.helpers.house import ROOT, House

SET = "dossier_personal"
PATHS = (
    *("/v1/sets", f"/v1/sets/{SET}", "/v1/openapi.json", "/metrics", "/health", "/nowhere"),
    *(f"/v1/sets/{SET}/rows?limit=1000", f"/v1/sets/{SET}/changes?since=x", "/v1/sets/dossier_status/rows?limit=1000"),
    f"/v1/sets/{SET}/versions/latest/files/{SET}.csv",
    *(
        f"/v1/sets/{SET}/rows?{query}"
        for query in ("applicant_name=x", "columns=applicant_phone", "no_such=1", "limit=0")
    ),
)


def keys_of(house: House, roles: Mapping[str, str]) -> dict[str, str]:
    """The key of a new consumer for each name; a role of the set, or "" for one without any right."""
    found = {"anyone": "", "garbled": "gw_0"}
    for name, role in roles.items():
        house.done("keys", "add", name, f"Consumer {name}")
        found[name] = house.done("keys", "issue", name).strip()
        if role:
            house.done("access", "grant", name, SET, "--role", role, "--basis", "agreement 1/2026")
    return found


def answers(house: House, keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(who, all that was answered) for each call of each caller, and at the end what the server printed as `server`."""
    environment = {**house.environment, "PYTHONPATH": str(ROOT)}
    with (
        subprocess.Popen(
            house.command("serve", "--port", "0"),
            cwd=ROOT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
        requests.Session() as http,
    ):
        assert process.stdout is not None
        try:
            address = process.stdout.readline().split()[1].removesuffix("/v1/sets")
            http.trust_env = False
            for who, path in product(keys, PATHS):
                headers = {"Authorization": f"Bearer {keys[who]}"} if keys[who] else {}
                answer = http.get(address + path, headers=headers, timeout=30)
                yield who, f"{answer.headers} {answer.text}"
        finally:
            process.send_signal(signal.SIGINT)
            printed = "".join(process.communicate(timeout=30))
    yield "server", printed
