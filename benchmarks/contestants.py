"""The contestants: how each is called, and where its rows lie. Every call is a fresh process."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import sqlalchemy
from sqlalchemy.engine import URL

from benchmarks.programs import ROOT, environment
from gateway.store.database import connect
from gateway.store.migrate import upgrade

PEERS = Path(__file__).parent / "peers"


@dataclass(frozen=True)
class Course:
    """What one contestant runs on in one round: the portal, a database of its own, an empty folder of its own."""

    portal: str
    database: URL
    folder: Path


class Contestant(Protocol):
    """Somebody to be measured. rows: SQL that gives (code, status, changed_at) of every dossier it holds."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def rows(self) -> str: ...  # noqa: D102

    def prepare(self, course: Course) -> None:
        """What an operator does once, before the first load; not timed."""

    def call(self, course: Course) -> tuple[list[str], dict[str, str]]:
        """Command and environment of one complete run."""


@dataclass(frozen=True)
class Ours:
    """The whole pipeline through its own command: land (compressed, encrypted), check, map, upsert, history.

    `--full` reads every page again: without it the second run would stop at its cursor, after one page.
    """

    name: str = "ours"
    rows: str = "select dossier_code, source_status_code, status_at from core.dossier"

    def prepare(self, course: Course) -> None:
        """`gateway db upgrade`, and mappings without the limit on calls a second: nobody else here is polite."""
        engine = connect(course.database.render_as_string())
        upgrade(engine)
        engine.dispose()
        _without_rate(ROOT / "mappings", course.folder / "mappings")

    def call(self, course: Course) -> tuple[list[str], dict[str, str]]:
        """`gateway sync province --full --stream dossiers`."""
        connection = {
            "host": course.portal,
            "login": "sandbox",
            "password": "sandbox",
            "extra": {"client_id": "sandbox-client"},
        }
        env = environment(
            GATEWAY_DATABASE_URL=course.database.render_as_string(),
            GATEWAY_LANDING=str(course.folder / "landing"),
            GATEWAY_MAPPINGS=str(course.folder / "mappings"),
            GATEWAY_SECRET_KEY=base64.b64encode(bytes(32)).decode(),
            AIRFLOW_CONN_PORTAL_PROVINCE=json.dumps(connection),
        )
        return [sys.executable, "-m", "gateway", "sync", "province", "--full", "--stream", "dossiers"], env


@dataclass(frozen=True)
class Floor:
    """See benchmarks/floor.py."""

    name: str = "floor"
    rows: str = "select dossier_code, source_status_code, status_at from dossier"

    def prepare(self, course: Course) -> None:
        """Nothing."""

    def call(self, course: Course) -> tuple[list[str], dict[str, str]]:
        """The floor's program."""
        return [sys.executable, "-m", "benchmarks.floor", course.portal, _libpq(course.database)], environment()


@dataclass(frozen=True)
class Dlt:
    """dlt; `setting` is a merge strategy and a file format. Why the rest is its best: benchmarks/README.md."""

    python: Path
    setting: str = "delete-insert/csv"
    name: str = "dlt"
    rows: str = "select code, dossier_status ->> 'id', updated_date from portal.dossiers"

    def prepare(self, course: Course) -> None:
        """Nothing: dlt makes its tables itself."""

    def call(self, course: Course) -> tuple[list[str], dict[str, str]]:
        """Its program, in its own environment."""
        strategy, file_format = self.setting.split("/")
        env = environment(
            RUNTIME__DLTHUB_TELEMETRY="false",
            RUNTIME__LOG_LEVEL="ERROR",
            DLT_DATA_DIR=str(course.folder / "dlt"),
            NORMALIZE__WORKERS=str(os.cpu_count() or 1),
            # More files than workers, else there is nothing to share out among them.
            DATA_WRITER__FILE_MAX_ITEMS="12500",
            DATA_WRITER__DISABLE_COMPRESSION="true",
        )
        del env["PYTHONPATH"]
        # dlt insists on a password, which a local socket never asks for.
        database = course.database.set(password="none")  # noqa: S106
        folder = str(course.folder / "pipelines")
        script = str(PEERS / "dlt_load.py")
        return [str(self.python), script, course.portal, _libpq(database), folder, strategy, file_format], env


def _without_rate(mappings: Path, copy: Path) -> None:
    # Nobody else here owes other portals anything.
    shutil.copytree(mappings, copy, ignore=shutil.ignore_patterns("deliveries"))
    card = copy / "province" / "portal.yaml"
    said = card.read_text("utf-8")
    # One call at a time, the next one under way while we work: the fastest here, where the portal answers at once.
    unlimited = re.sub(r"rate: \d+/s, parallel: \d+, ", "", said)
    assert unlimited != said, "province/portal.yaml no longer says its rate where this benchmark looks for it"
    card.write_text(unlimited, "utf-8")


def install_dlt(cache: Path) -> Path:
    """Python of an environment with exactly what peers/requirements.lock lists; made anew when that changes."""
    lock, home = PEERS / "requirements.lock", cache / "dlt"
    python, mark = home / "bin" / "python", home / "installed.lock"
    if not mark.is_file() or mark.read_bytes() != lock.read_bytes():
        venv.create(home, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*install, "--requirement", str(lock)], check=True)  # noqa: S603  # our own words
        mark.write_bytes(lock.read_bytes())
    return python


def _libpq(database: URL) -> str:
    """The address as libpq and dlt read it: the socket's folder stands where the host does."""
    host, port = str(database.query["host"]), int(str(database.query["port"]))
    plain = sqlalchemy.URL.create("postgresql", database.username, database.password, host, port, database.database)
    return plain.render_as_string(hide_password=False).replace(host, host.replace("/", "%2F"))
