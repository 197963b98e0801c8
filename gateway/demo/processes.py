"""The demo's children: each in a session of its own, recorded on disk, ended when the demo ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from gateway.demo import leash
from gateway.demo.ending import end
from gateway.demo.errors import ServiceError
from gateway.demo.lifesigns import NAME_VARIABLE, STATE_VARIABLE, marked, start_mark
from gateway.demo.patience import Patience
from gateway.demo.register import Entry, end_leftovers, write_register

__all__ = ["Child", "Processes", "end_leftovers", "last_lines"]

_TAIL_BYTES = 64 * 1024


def last_lines(log: Path, count: int = 20) -> str:
    """The end of a log file; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-count:])


@dataclass(frozen=True)
class Child:
    """A started process, its log file and the signal that ends it politely."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    started: str

    @property
    def pid(self) -> int:
        """Its process number, which is its group and session, too."""
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: ended by that signal. Reaps it."""
        return self.process.poll()

    def failure(self, what: str, do: str = "read the log; it names the cause") -> ServiceError:
        """An error about this child with the end of its log."""
        return ServiceError(what, self.log, do, last_lines(self.log))


class Processes:
    """Starts and ends named children. Logs go to `state/logs/NAME.log`, the register to `state/processes.json`."""

    def __init__(self, state: Path, patience: Patience | None = None) -> None:
        self.state = state.resolve()
        self.patience = patience or Patience()
        self._children: dict[str, Child] = {}
        (self.state / "logs").mkdir(parents=True, exist_ok=True)

    @property
    def names(self) -> list[str]:
        """The children that are recorded, in the order of their start."""
        return list(self._children)

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        identity: str = "same",
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Child:
        """Start a child and record it. It dies with this process: the kernel sends `stop_signal` at our death.

        `environment` is the whole environment (default: ours); `identity` as in leash.py. From the main thread.
        """
        log = self.state / "logs" / f"{name}.log"
        own = {STATE_VARIABLE: str(self.state), NAME_VARIABLE: name, "SPT_NOENV": "1"}
        # SPT_NOENV: Airflow's processes write their title over their environment, and so over our mark, without it
        program = [sys.executable, "-I", "-S", leash.__file__, str(int(stop_signal)), str(os.getpid()), identity]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*program, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**(os.environ if environment is None else environment), **own},
                start_new_session=True,
            )
        child = Child(name, process, log, stop_signal, start_mark(process.pid) or "")
        self._children[name] = child
        self._record()
        return child

    def run(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        seconds: float,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Run a command to its end. Raises ServiceError when it fails or takes longer than `seconds`."""
        self.finish(self.start(name, command, environment=environment, folder=folder), seconds)

    def finish(self, child: Child, seconds: float) -> None:
        """Wait for the end of a started command. Raises ServiceError as `run` does."""
        code = self.patience.until(lambda: _as_answer(child.exit_code), seconds)
        if code is None:
            self.end(child.name)
            raise child.failure(f"{child.name} took longer than {seconds:.0f} s")
        self._forget(child)
        if code[0] != 0:
            raise child.failure(f"{child.name} failed with code {code[0]}")

    def check(self) -> None:
        """Raise ServiceError when a child that should run has ended."""
        for child in self._children.values():
            if child.exit_code is not None:
                raise child.failure(f"{child.name} ended by itself with code {child.exit_code}")

    def end(self, *names: str, seconds: float = 15.0) -> None:
        """End these children (default: all) with everything they started, together.

        SIGKILL after `seconds`, or at once when `patience.hurry` is set. Raises ServiceError if one stays.
        """
        chosen = [self._children[name] for name in names or self.names if name in self._children]
        if not chosen:
            return
        leaders = {process: child.stop_signal for child in chosen if (process := _process(child))}
        titles = {child.name for child in chosen}
        rest = end(leaders, lambda: marked(self.state, titles), seconds, self.patience)
        for child in chosen:
            if child.exit_code is not None:
                self._forget(child)
        if rest:
            numbers = ", ".join(str(process.pid) for process in rest)
            raise ServiceError(f"processes do not end: {numbers}", self.state, "end them by hand: kill -9 NUMBER")

    def _forget(self, child: Child) -> None:
        if self._children.get(child.name) is child:
            del self._children[child.name]
            self._record()

    def _record(self) -> None:
        entries = (Entry(c.name, c.pid, c.started, int(c.stop_signal)) for c in self._children.values())
        write_register(self.state, entries)


def _as_answer(code: int | None) -> tuple[int] | None:
    """Zero is an answer, too."""
    return None if code is None else (code,)


def _process(child: Child) -> psutil.Process | None:
    """The running process of a child. Unreaped as long as we do not poll, so its number cannot be another's."""
    if child.exit_code is not None:
        return None
    try:
        return psutil.Process(child.pid)
    except psutil.Error:
        return None
