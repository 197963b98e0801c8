"""Children: recorded, ended with all they started; never somebody else's process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from gateway.demo.errors import Interrupted, ServiceError
from gateway.demo.lifesigns import is_alive, marked, start_mark
from gateway.demo.processes import Processes, end_leftovers
from gateway.demo.register import Entry, read_register, write_register
from tests.demo.waiting import eventually, gone

WAIT = "import signal; print('ready', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAIT
SPAWNER = (
    "import signal, subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'],"
    " start_new_session=True); print(p.pid, flush=True); signal.pause()"
)
OWNER = """
import signal, sys
from pathlib import Path
from gateway.demo.processes import Processes
child = Processes(Path(sys.argv[1])).start("child", [sys.executable, "-c", sys.argv[2]])
while not child.log.read_text().endswith("\\n"): pass
print(child.pid, child.log.read_text().split()[0], flush=True)
input()
"""


def started(processes: Processes, name: str, program: str) -> psutil.Process:
    """A child that has said something, so that it is past its start."""
    child = processes.start(name, [sys.executable, "-c", program])
    eventually(lambda: child.log.read_text().endswith("\n"))
    return psutil.Process(child.pid)


def test_a_child_is_recorded_leads_its_session_and_ends(state: Path) -> None:
    processes = Processes(state)
    process = started(processes, "one", WAIT)
    assert os.getsid(process.pid) == os.getpgid(process.pid) == process.pid
    assert read_register(state) == [Entry("one", process.pid, start_mark(process.pid) or "", signal.SIGTERM)]
    processes.end()
    assert gone(process.pid)
    assert read_register(state) == []
    assert processes.names == []


def test_a_stubborn_child_is_killed_after_its_time_and_at_once_in_a_hurry(state: Path) -> None:
    processes = Processes(state)
    process = started(processes, "one", STUBBORN)
    processes.end(seconds=0.2)
    assert gone(process.pid)
    process = started(processes, "one", STUBBORN)
    processes.patience.hurry.set()
    began = time.monotonic()
    processes.end(seconds=60)
    assert gone(process.pid)
    assert time.monotonic() - began < 10


def test_children_in_sessions_of_their_own_end_too(state: Path) -> None:
    processes = Processes(state)
    process = started(processes, "one", SPAWNER)
    grandchild = int((state / "logs" / "one.log").read_text())
    processes.end()
    assert gone(process.pid)
    assert gone(grandchild)


def test_orphans_are_found_by_their_mark(state: Path) -> None:
    processes = Processes(state)
    process = started(processes, "one", SPAWNER)
    grandchild = int((state / "logs" / "one.log").read_text())
    process.kill()
    eventually(lambda: gone(process.pid))
    assert not gone(grandchild)
    processes.end()
    assert gone(grandchild)


def test_ending_one_child_leaves_the_others(state: Path) -> None:
    processes = Processes(state)
    one, two = (started(processes, name, WAIT) for name in ("one", "two"))
    processes.end("one")
    assert gone(one.pid)
    assert is_alive(two)
    processes.end()


def test_a_failed_command_shows_the_end_of_its_log(state: Path) -> None:
    processes = Processes(state)
    with pytest.raises(ServiceError, match="code 3") as caught:
        processes.run("fails", [sys.executable, "-c", "print('vì sao'); raise SystemExit(3)"], seconds=30)
    assert "vì sao" in str(caught.value)
    with pytest.raises(ServiceError, match="127"):
        processes.run("absent", ["/no/such/program"], seconds=30)
    with pytest.raises(ServiceError, match="longer than"):
        processes.run("slow", [sys.executable, "-c", WAIT], seconds=0.1)
    processes.run("works", [sys.executable, "-c", ""], seconds=30)


def test_a_child_that_dies_is_noticed(state: Path) -> None:
    processes = Processes(state)
    process = started(processes, "one", WAIT)
    processes.check()
    process.kill()
    eventually(lambda: gone(process.pid))
    with pytest.raises(ServiceError, match="one ended by itself with code -9"):
        processes.check()
    processes.end()


def test_a_wish_to_stop_ends_every_wait(state: Path) -> None:
    processes = Processes(state)
    processes.patience.stop.set()
    with pytest.raises(Interrupted):
        processes.run("slow", [sys.executable, "-c", WAIT], seconds=60)
    processes.end()


def test_leftovers_of_a_killed_owner_are_ended(state: Path, owner) -> None:  # type: ignore[no-untyped-def]
    process = owner(OWNER, state, SPAWNER)
    child, grandchild = map(int, process.stdout.readline().split())
    process.kill()
    process.wait()
    eventually(lambda: gone(child))  # by the kernel's signal at the owner's death
    assert not gone(grandchild)
    assert end_leftovers(state) == [str(grandchild)]
    assert gone(grandchild)
    assert end_leftovers(state) == []


def test_a_stubborn_leftover_is_named_and_killed(state: Path, owner) -> None:  # type: ignore[no-untyped-def]
    process = owner(OWNER, state, STUBBORN)
    child = int(process.stdout.readline().split()[0])
    process.kill()
    process.wait()
    assert end_leftovers(state, seconds=0.2) == [f"child ({child})"]
    assert gone(child)


def test_a_foreign_process_with_a_recorded_number_is_left_alone(state: Path) -> None:
    state.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True) as foreign:
        mark = start_mark(foreign.pid)
        assert mark is not None
        boot, _, ticks = mark.rpartition(":")
        entry = Entry("ours", foreign.pid, f"{boot}:{int(float(ticks)) - 1}", signal.SIGKILL)
        write_register(state, [entry, replace(entry, started=f"another-boot:{ticks}")])
        assert end_leftovers(state) == []
        assert foreign.poll() is None
        foreign.communicate(b"\n")


def test_a_neighbours_state_folder_is_another_one(state: Path, tmp_path: Path) -> None:
    neighbour = Processes(tmp_path / "state2")
    process = started(neighbour, "one", WAIT)
    assert end_leftovers(tmp_path / "state") == []
    assert list(marked(state)) == []
    assert is_alive(process)
    neighbour.end()


def test_a_zombie_is_not_alive(state: Path) -> None:
    processes = Processes(state)
    child = processes.start("one", [sys.executable, "-c", ""])
    zombie = psutil.Process(child.pid)
    eventually(lambda: zombie.status() == psutil.STATUS_ZOMBIE)
    assert psutil.pid_exists(child.pid)
    assert not is_alive(zombie)
    assert end_leftovers(state) == []
    assert child.exit_code == 0


def test_a_register_that_is_no_register_is_ignored(state: Path) -> None:
    state.mkdir()
    (state / "processes.json").write_text('{"half": ')
    assert end_leftovers(state) == []
