"""What the demo says when a part of it does not work: what happened, where, and what to do."""

from __future__ import annotations

from pathlib import Path

from connectors.errors import ExplainedError


class DemoError(ExplainedError):
    """A part of the demo failed; the text carries what, where, what to do and the end of the log."""

    exit_code = 4

    def __init__(self, what: str, where: str | Path = "", do: str = "", log: str = "") -> None:
        self.log = log
        super().__init__(what, where=str(where), do=do)

    def __str__(self) -> str:
        text = f"{self.what}\n  where: {self.where}\n  what to do: {self.do}"
        if not self.log:
            return text
        lines = "\n".join(f"    {line}" for line in self.log.splitlines())
        return f"{text}\n  last lines of the log:\n{lines}"


class ServerError(DemoError):
    """The embedded PostgreSQL could not be prepared, started or stopped."""


class ServiceError(DemoError):
    """A process of the demo (Airflow, sandbox, a command) failed or did not answer in time."""


class StateError(DemoError):
    """The state folder cannot be used: another demo runs in it, or it is not a demo's folder."""

    exit_code = 2


class Interrupted(Exception):
    """Somebody asked the demo to stop (Ctrl-C or SIGTERM)."""
