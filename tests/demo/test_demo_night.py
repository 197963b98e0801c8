"""Whole nights through a real Airflow, with a stand-in repository: well, badly, interrupted, killed."""

from __future__ import annotations

import io
import signal
import socket
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from gateway.demo import stage
from gateway.demo.airflow_services import AirflowServices
from gateway.demo.folder import DemoFolder, clean
from gateway.demo.lifesigns import marked
from gateway.demo.night import run_demo
from gateway.demo.options import DemoOptions
from gateway.demo.ports import free_port
from tests.demo.waiting import eventually

pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).with_name("repository")
OWNER = """
import sys
from pathlib import Path
from gateway.demo.night import DemoOptions, run_demo
repository = Path(sys.argv[2])
sys.exit(run_demo(DemoOptions(state=Path(sys.argv[1]), repository=repository, dags=repository / "dags")))
"""


def lines_until(process, text: str) -> str:  # type: ignore[no-untyped-def]
    """The program's output up to a line that holds the text."""
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(f"{text!r} was not said:\n{said}")


def test_a_night_goes_well_even_if_its_port_is_taken(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "NoSuchExecutor")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], *(free_port() for _ in range(2))])
        monkeypatch.setattr(stage, "AirflowServices", partial(AirflowServices, pick_port=lambda: next(ports)))
        said = Console(file=io.StringIO(), width=120)
        options = DemoOptions(state=state, once=True, repository=REPOSITORY, dags=REPOSITORY / "dags", portals=())
        code = run_demo(options, said)
    text = said.file.getvalue()  # type: ignore[attr-defined]
    assert code == 0, text
    for expected in ("sync_national: success", "sync_province: success", "publish_datasets: success", "procedures.csv"):
        assert expected in text
    with DemoFolder(state) as folder:
        assert folder.day == 1
        assert folder.leftovers == []
    clean(state)


def test_a_failed_portal_is_explained_and_ctrl_c_ends_the_stay(
    state: Path,
    owner,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEMO_TEST_FAULT", "refuse")
    process = owner(OWNER, state, REPOSITORY)
    text = lines_until(process, "until Ctrl-C")
    assert "sync_national failed" in text
    assert "task fetch, try 1" in text
    assert "the portal refused us: mật khẩu sai" in text
    assert "sync_province: success" in text
    assert "publish_datasets: success" in text
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 3
    assert not list(marked(state))
    with DemoFolder(state) as folder:
        assert folder.day == 0
    clean(state)


def test_nothing_outlives_a_killed_demo_once_cleaned(
    state: Path,
    owner,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEMO_TEST_FAULT", "hang")
    process = owner(OWNER, state, REPOSITORY)
    lines_until(process, "sync_national: running (đang chạy), fetch\n")
    process.kill()
    process.wait()
    clean(state)
    assert not list(marked(state))
    assert not state.exists()


def test_sigterm_during_the_start_ends_everything(
    state: Path,
    owner,  # type: ignore[no-untyped-def]
) -> None:
    process = owner(OWNER, state, REPOSITORY)
    eventually(lambda: (state / "logs" / "airflow-db.log").exists())
    process.terminate()
    assert process.wait(60) == 130
    assert not list(marked(state))
    clean(state)
