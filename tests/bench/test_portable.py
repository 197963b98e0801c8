"""The bench on a machine without PostgreSQL, Airflow, or what only Unix has: a Windows desk."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.house import ROOT

ABSENT = ("psycopg", "psycopg_binary", "psycopg2", "airflow", "fcntl", "pwd", "grp", "resource", "termios", "pty")
"""No such module can be imported in the program below, as on Windows; the standard library does without them."""

PROGRAM = """
import sys
for name in {absent!r}:
    sys.modules[name] = None
from gateway import cli
sys.argv = ["gateway", *{words!r}]
code = cli.main()
loaded = sorted(name for name in {absent!r} if sys.modules.get(name) is not None)
print(loaded, file=sys.stderr)
sys.exit(code)
"""

COMMANDS = {
    "check": ("mapping", "check", "--json"),
    "test": ("mapping", "test", "--json"),
    "coverage": ("mapping", "coverage", "national", "--json"),
    "draft": ("mapping", "draft", "newone", "dossiers", "--from", "answer.json"),
    "draft of a sample": ("mapping", "draft", "maritime", "ship_arrivals"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_it_runs_without_database_airflow_and_unix(name: str, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(json.dumps([{"maHoSo": "H15-1", "trangThai": "4"}]), "utf-8")
    program = PROGRAM.format(absent=ABSENT, words=list(COMMANDS[name]))
    environment = {"PATH": "", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "cp1252"}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr.splitlines()[-1:]) == (0, ["[]"]), ended.stderr
    assert ended.stdout
