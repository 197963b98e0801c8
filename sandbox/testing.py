"""For tests: starts the sandbox as a process, reads its ready line, and ends it whatever happens."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import requests

from sandbox import credentials
from sandbox.forked import ROOT, Forked

Process: TypeAlias = "Forked | subprocess.Popen[str]"

SECONDS_TO_END = 10
FORWARD = "/VXPAdapter/RestService/forward/mapi"
KEYCLOAK = "/auth/realms/digo/protocol/openid-connect/token"


@dataclass(frozen=True, slots=True)
class Running:
    """A running sandbox: addresses of the portals that were started, how to sign in to them, and an HTTP session."""

    process: Process
    addresses: dict[str, str]
    connections: dict[str, dict[str, Any]]
    day: int
    http: requests.Session

    @property
    def national(self) -> str:
        """The national portal's address; "" when it was not started."""
        return self.addresses.get("national", "")

    @property
    def province(self) -> str:
        """The province's address; "" when it was not started."""
        return self.addresses.get("province", "")

    def order(self, portal: str, command: str, body: object) -> requests.Response:
        """POST /_sandbox/{command} at a portal: faults, days, expire."""
        return self.http.post(f"{self.addresses[portal]}/_sandbox/{command}", json=body, timeout=30)

    def national_post(self, call: str, body: object, **options: Any) -> requests.Response:
        """POST to `mapi/{call}` with the right dstcode."""
        query = {"dstcode": credentials.NATIONAL_PROVIDER}
        return self.http.post(f"{self.national}{FORWARD}/{call}", params=query, json=body, timeout=30, **options)

    def national_session(self) -> str:
        """A fresh session of the national portal."""
        login = {"username": credentials.NATIONAL_USERNAME, "password": credentials.NATIONAL_PASSWORD}
        return str(self.national_post("login", login).json()["session"])

    def service(self, session: str, name: str, **parameters: object) -> requests.Response:
        """One service of the national portal."""
        body = {"session": session, "madonvi": credentials.NATIONAL_USERNAME, "service": name}
        return self.national_post("g", body | parameters)

    def province_token(self) -> str:
        """A fresh token of the province's portal."""
        form = {
            "grant_type": "password",
            "client_id": credentials.PROVINCE_CLIENT,
            "username": credentials.PROVINCE_USERNAME,
            "password": credentials.PROVINCE_PASSWORD,
        }
        return str(self.http.post(self.province + KEYCLOAK, data=form, timeout=30).json()["access_token"])

    def province_get(self, path: str, token: str, **query: object) -> requests.Response:
        """GET an address of the province's portal; `_` in a parameter's name stands for `-`."""
        return self.http.get(
            self.province + path,
            params={name.replace("_", "-"): str(value) for name, value in query.items()},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )


@contextmanager
def running_sandbox(*arguments: str) -> Generator[Running, None, None]:
    """A sandbox with these arguments on free ports, forked; ended on leaving, by force if it must be."""
    with closing(Forked(arguments)) as process, _running(process) as running:
        yield running


@contextmanager
def running_program(*arguments: str) -> Generator[Running, None, None]:
    """The same, started as its users start it: for tests of the program itself. It takes half a second longer."""
    command = [sys.executable, "-m", "sandbox", *arguments]
    with (
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process,
        _running(process) as running,
    ):
        yield running


def end(process: Process) -> int:
    """Asks a sandbox to end (SIGTERM), kills it when it does not within seconds; its exit code."""
    process.terminate()
    try:
        return process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


@contextmanager
def _running(process: Process) -> Generator[Running, None, None]:
    with requests.Session() as http:
        http.trust_env = False
        try:
            yield _ready(process, http)
        finally:
            end(process)


def _ready(process: Process, http: requests.Session) -> Running:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("the sandbox ended before it was ready; its reason stands on stderr")
    ready = json.loads(line)
    day, connections = ready.pop("day"), ready.pop("connections")
    return Running(process, ready, connections, day, http)
