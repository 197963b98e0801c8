"""The program itself: ready line, arguments, clean end, and what it may import."""

import ast
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from sandbox.testing import FORWARD, Running, end, running_program, running_sandbox
from tests.helpers.pushes import code_of, dossier, held, push

pytestmark = pytest.mark.filterwarnings("error")
ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The program with arguments that end it at once."""
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=30)


def test_both_portals_answer_on_loopback_when_the_ready_line_is_out() -> None:
    with running_program() as sandbox:
        assert sandbox.day == 0
        for address in (sandbox.national, sandbox.province):
            assert address.startswith("http://127.0.0.1:")
            assert sandbox.http.get(address, timeout=10).status_code == 200
        assert sandbox.national != sandbox.province


def test_the_ready_line_is_one_line_of_json_and_the_end_is_clean() -> None:
    process = subprocess.Popen([sys.executable, "-m", "sandbox", "--only", "province"], cwd=ROOT,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    with process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert end(process) == 0
        assert process.stdout.read() == ""
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert set(ready) == {"province", "day", "connections"}


def test_a_slow_answer_does_not_hold_up_the_end() -> None:
    with running_program("--only", "national") as running:
        fault = {"match": "login", "kind": "slow", "seconds": 300}
        assert running.http.post(f"{running.national}/_sandbox/faults", json=fault, timeout=10).ok
        outcome: list[bool] = []
        waiting = threading.Thread(target=_call, args=(running.national, outcome))
        waiting.start()
        assert _has_arrived(running, "login")
        running.process.terminate()
        assert running.process.wait(3) == 0
        waiting.join(10)
        assert outcome == [False]


def _call(address: str, outcome: list[bool]) -> None:
    """Notes whether the portal gave a good answer; a cut connection and an HTTP error both are none."""
    try:
        outcome.append(requests.post(f"{address}{FORWARD}/login", json={}, timeout=60).ok)
    except requests.ConnectionError:
        outcome.append(False)


def _has_arrived(running: Running, call: str) -> bool:
    ledger = f"{running.national}/_sandbox/ledger"
    return any(call in running.http.get(ledger, timeout=10).json()["calls"] for _ in range(5000))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--catalogue", "no-such-file.csv"), "no-such-file.csv"),
        (("--catalogue", "sandbox/data/procedures.tsv"), "lacks the column(s) ma"),
        (("--dossiers", "-1"), "must not be negative"),
        (("--procedures", "many"), "not a whole number"),
        (("--session-seconds", "0"), "positive number of seconds"),
        (("--port", "national=70000"), "not a portal and a port"),
        (("--port", "ministry=0"), "no portal ministry"),
        (("--only", "ministry"), "invalid choice"),
    ],
)
def test_wrong_arguments_give_one_line_and_code_2(arguments: tuple[str, ...], complaint: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert complaint in ended.stderr


def test_a_taken_port_gives_one_line_and_code_2(sandbox: Running) -> None:
    port = sandbox.national.rpartition(":")[2]
    ended = run("--port", f"national={port}")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert port in ended.stderr


def test_help_shows_the_credentials_of_every_portal(sandbox: Running) -> None:
    ended = run("--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    for name, connection in sandbox.connections.items():
        assert f"  {name}" in ended.stdout
        said = [connection.get("login"), connection.get("password"), *connection.get("extra", {}).values()]
        for value in filter(None, said):
            assert value in ended.stdout or Path(value).is_absolute(), (name, value)
    assert "a file made at every start" in ended.stdout


def test_the_sandbox_imports_neither_gateway_nor_connectors() -> None:
    imported = set()
    for path in (ROOT / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
    assert imported.isdisjoint({"gateway", "connectors", "dags", "airflow"})


@pytest.mark.parametrize(
    "sizes", [("--procedures", "0"), ("--dossiers", "0"), ("--procedures", "1", "--dossiers", "1")]
)
def test_the_smallest_worlds_start_and_let_days_pass(sizes: tuple[str, ...]) -> None:
    with running_program(*sizes, "--day", "9") as running:
        page = running.province_get("/pa/dossier/search", running.province_token()).json()
        assert page["last"] is True
        listed = running.service(running.national_session(), "LayDanhSachTTHC").json()
        assert listed["message"] == "Thành công"


def test_what_portals_were_told_is_remembered_from_one_start_to_the_next(tmp_path: Path) -> None:
    options = ("--only", "national", "--procedures", "20", "--dossiers", "5", "--remember", str(tmp_path / "told.json"))
    item = dossier("H15.01-261116-0001")
    with running_sandbox(*options) as first:
        assert code_of(push(first, first.national_session(), [item])) == 0
        before = held(first, item["MaHoSo"])
    with running_sandbox(*options) as second:
        assert held(second, item["MaHoSo"]) == before is not None
        assert "đã tồn tại" in push(second, second.national_session(), [item])["message"]


def test_the_status_page_stands_alone(sandbox: Running) -> None:
    for address in (sandbox.national, sandbox.province):
        page = sandbox.http.get(address, timeout=10).text
        assert 'lang="vi"' in page
        assert "20/11/2026" in page
        assert "curl -s" in page
        assert "$" not in page
        assert "<script" not in page
        assert "src=" not in page
