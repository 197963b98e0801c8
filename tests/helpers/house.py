"""A gateway's whole household for one test: database, landing store, data sets, mappings, secret key, connections."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, make_url, text

from connectors.connection import variable_name
from gateway import run
from gateway.config import load_settings
from gateway.publish.contract import load_contracts
from gateway.publish.sets import publish
from gateway.publish.switching import Published
from gateway.replay import replay
from gateway.run import Report
from gateway.store.database import connect
from gateway.workshop import Workshop, open_workshop
from sandbox import credentials
from sandbox.testing import Running
from tests.helpers import forked_gateway

ROOT = Path(__file__).resolve().parents[2]
SECRET = base64.b64encode(bytes(range(32))).decode()


@dataclass
class House:
    """Everything `gateway` needs, in folders below `place`; `environment` is what a command sees of it."""

    url: str
    place: Path
    mappings: Path = ROOT / "mappings"
    secret: str = SECRET
    connections: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> str:
        """The database's name on the test server."""
        return str(make_url(self.url).database)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a command, and nothing of the developer's own that could change its outcome."""
        ours = {
            "GATEWAY_DATABASE_URL": self.url,
            "GATEWAY_LANDING": str(self.place / "landing"),
            "GATEWAY_DATASETS": str(self.place / "datasets"),
            "GATEWAY_MAPPINGS": str(self.mappings),
            "GATEWAY_SECRET_KEY": self.secret,
            # A command ends without closing its pooled connections; the operating system does it.
            "PYTHONWARNINGS": "error,ignore::ResourceWarning",
        }
        theirs = {name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "AIRFLOW_"))}
        return {**theirs, **ours, **self.connections}

    def connect_to(self, sandbox: Running, **more: str) -> None:
        """Let the portals' connections lead to a sandbox; `more` replaces parts, as password="wrong"."""
        self.connections = {
            variable_name(f"portal_{name.replace('-', '_')}"): json.dumps({**connection, **more})
            for name, connection in sandbox.connections.items()
        }

    def gateway(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, forked; `more` are further variables."""
        return forked_gateway.gateway(arguments, {**self.environment, **more}, self.place)

    @contextmanager
    def lasting(self, *arguments: str, **more: str) -> Iterator[forked_gateway.Lasting]:
        """Begin a command that goes on, forked; `more` are further variables."""
        with forked_gateway.lasting(arguments, {**self.environment, **more}, self.place) as command:
            yield command

    def command(self, *arguments: str) -> list[str]:
        """The command line of a verb, for a process of its own from the start."""
        return [sys.executable, "-m", "gateway", *arguments]

    def done(self, *arguments: str, **more: str) -> str:
        """Run a command that must end with 0; its standard output. `more` are further variables."""
        ended = self.gateway(*arguments, **more)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def sync(self, portal: str, **options: Any) -> Report:
        """Fetch and load a portal, in this process (a command takes a second to start)."""
        with self.shop() as shop, patch.dict(os.environ, self.connections):
            return run.sync(shop, portal, **options)

    def fetch(self, portal: str, **options: Any) -> Report:
        """Fetch and land a portal."""
        with self.shop() as shop, patch.dict(os.environ, self.connections):
            return run.fetch(shop, portal, **options)

    def load(self, portal: str) -> Report:
        """Take in what a portal has landed."""
        with self.shop() as shop:
            return run.load(shop, portal)

    def night(self, *portals: str, **options: Any) -> None:
        """Synchronise portals (both when none is named); nothing may go wrong."""
        for portal in portals or ("national", "province"):
            assert self.sync(portal, **options).verdict() is None

    def replay(self, portal: str, **options: Any) -> Report:
        """Map landed bytes again."""
        with self.shop() as shop:
            return replay(shop, portal, **options)

    def publish(self, dataset: str, schemas: Path = ROOT / "schemas") -> Published:
        """Write one shared data set."""
        [contract] = [each for each in load_contracts(schemas) if each.name == dataset]
        with self.engine() as engine:
            return publish(engine, contract, self.place / "datasets")

    @contextmanager
    def shop(self) -> Iterator[Workshop]:
        """The opened tools, for tests that call the pipeline itself."""
        shop = open_workshop(load_settings(self.environment))
        try:
            yield shop
        finally:
            shop.engine.dispose()

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """The database."""
        engine = connect(self.url)
        try:
            yield engine
        finally:
            engine.dispose()

    def rows(self, query: str, **binds: Any) -> list[tuple[Any, ...]]:
        """What a query gives."""
        with self.engine() as engine, engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), binds)]

    def value(self, query: str, **binds: Any) -> Any:
        """The only value a query gives."""
        [[value]] = self.rows(query, **binds)
        return value

    def column(self, query: str, **binds: Any) -> list[Any]:
        """The only column of a query."""
        return [value for [value] in self.rows(query, **binds)]

    def execute(self, statement: str) -> None:
        """Change the database behind the gateway's back."""
        with self.engine() as engine, engine.begin() as connection:
            connection.execute(text(statement))

    def own_mappings(self) -> Path:
        """A copy of the mapping files to change; the house uses it from now on."""
        self.mappings = self.place / "mappings"
        shutil.copytree(ROOT / "mappings", self.mappings)
        return self.mappings


def portal_connections(national: str, province: str, password: str | None = None) -> dict[str, str]:
    """AIRFLOW_CONN_* of both portals."""
    return {
        "AIRFLOW_CONN_PORTAL_NATIONAL": _connection(
            national, credentials.NATIONAL_USERNAME, password or credentials.NATIONAL_PASSWORD
        ),
        "AIRFLOW_CONN_PORTAL_PROVINCE": _connection(
            province,
            credentials.PROVINCE_USERNAME,
            password or credentials.PROVINCE_PASSWORD,
            client_id=credentials.PROVINCE_CLIENT,
        ),
    }


def _connection(host: str, login: str, password: str, **extra: str) -> str:
    return json.dumps({"conn_type": "http", "host": host, "login": login, "password": password, "extra": extra})


def said(ended: subprocess.CompletedProcess[str]) -> list[str]:
    """What a command said to a person: its lines on standard error that are not log lines."""
    return [line for line in ended.stderr.splitlines() if not line.startswith("timestamp=")]


def replace_in(path: Path, old: str, new: str) -> None:
    """Change a file; the old text must stand there exactly once."""
    written = path.read_text("utf-8")
    assert written.count(old) == 1, f"{old!r} stands {written.count(old)} times in {path.name}"
    path.write_text(written.replace(old, new), "utf-8")


def order_fault(portal: str, **order: Any) -> None:
    """Tell a simulated portal to misbehave."""
    _admin(portal, "faults", order)


def pass_days(portal: str, days: int = 1) -> None:
    """Let days pass in the world of both portals."""
    _admin(portal, "days", {"days": days})


def ledger(portal: str) -> dict[str, Any]:
    """What a simulated portal says it was asked."""
    import requests

    with requests.Session() as http:
        http.trust_env = False
        answer = http.get(f"{portal}/_sandbox/ledger", timeout=30)
        found: dict[str, Any] = answer.json()
        return found


def _admin(portal: str, command: str, order: Any) -> None:
    import requests

    with requests.Session() as http:
        http.trust_env = False
        answer = http.post(f"{portal}/_sandbox/{command}", json=order, timeout=60)
        assert answer.status_code == 200, answer.text


def counted(rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether every (read, new, changed, unchanged, quarantined) adds up."""
    return all(read == sum(parts) for read, *parts in rows)
