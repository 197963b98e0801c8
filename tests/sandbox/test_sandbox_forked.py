"""A forked sandbox is a process as `python -m sandbox` is one, and outlives nobody who started it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.forked import Forked
from tests.demo.waiting import eventually, gone

pytestmark = pytest.mark.filterwarnings("error")
ROOT = Path(__file__).resolve().parents[2]

STARTER = """
import signal
from sandbox.forked import Forked
sandbox = Forked(["--only", "province", "--dossiers", "1"])
sandbox.stdout.readline()
print(sandbox.pid, flush=True)
signal.pause()
"""


@pytest.fixture
def forked() -> Iterator[Forked]:
    with closing(Forked(["--only", "province", "--dossiers", "1"])) as process:
        assert process.stdout.readline().startswith('{"province": "http://127.0.0.1:')
        yield process
        process.kill()
        process.wait()


def test_it_ends_when_it_is_asked_to_and_says_nothing_more(forked: Forked) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        forked.wait(0)
    forked.terminate()
    assert forked.wait(20) == 0
    assert forked.stdout.read() == ""
    assert gone(forked.pid)


def test_a_kill_is_told_as_one(forked: Forked) -> None:
    forked.kill()
    assert forked.wait(20) == -signal.SIGKILL
    forked.terminate()  # nothing is left to be asked


def test_what_it_complains_of_stands_on_our_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    with closing(Forked(["--dossiers", "-1"])) as process:
        assert process.wait(20) == 2
        assert process.stdout.read() == ""
    assert capfd.readouterr().err == "sandbox: argument --dossiers: must not be negative: -1\n"


def test_no_sandbox_outlives_whoever_started_it() -> None:
    with subprocess.Popen([sys.executable, "-c", STARTER], cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        sandbox = int(starter.stdout.readline())
        assert not gone(sandbox)
        starter.kill()
    eventually(lambda: gone(sandbox))
