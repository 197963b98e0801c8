"""A site: mapping files to change, and the command line without any database."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway import cli
from tests.helpers.house import ROOT


@dataclass(frozen=True)
class Ended:
    """A command's end: its code, what it printed, and what it said to a person."""

    code: int
    out: str
    said: str

    @property
    def rows(self) -> Any:
        """What --json printed."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Site:
    """A copy of the mapping files, and `gateway mapping …` over it."""

    mappings: Path
    run: Callable[..., Ended]

    def only(self, *portals: str) -> None:
        """Forget the other portals: what is read has its price."""
        for folder in self.mappings.iterdir():
            if folder.name not in {*portals, "crosswalks"}:
                shutil.rmtree(folder)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    mappings = tmp_path / "mappings"
    shutil.copytree(ROOT / "mappings", mappings)
    monkeypatch.setenv("GATEWAY_MAPPINGS", str(mappings))
    monkeypatch.delenv("GATEWAY_DATABASE_URL", raising=False)

    def _run(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["gateway", "mapping", *words])
        code = cli.main()
        return Ended(code, *capsys.readouterr())

    return Site(mappings, _run)
