"""The demo's state folder: ours alone while we run, and it remembers which night comes next."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.demo.errors import StateError
from gateway.demo.lock import FolderLock
from gateway.demo.place import remove as remove_place
from gateway.demo.processes import end_leftovers

REPOSITORY = Path(__file__).resolve().parents[2]
_NOTE = "demo.json"


class DemoFolder:
    """Locked within the context; leftovers of a killed demo are ended on entering."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.leftovers: list[str] = []
        self._lock = FolderLock(self.path, "a demo")

    def __enter__(self) -> Self:
        """Raise StateError when it is in use, or holds things that no demo put there."""
        if not _is_ours(self.path):
            raise StateError("this folder is not a demo's", self.path, "choose an empty or new folder")
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock.take()
        self.leftovers = end_leftovers(self.path)
        if not (self.path / _NOTE).exists():
            self.remember_day(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    @property
    def day(self) -> int:
        """The night to simulate next, counted from 0."""
        return int(json.loads((self.path / _NOTE).read_text(encoding="utf-8"))["next_day"])

    def remember_day(self, day: int) -> None:
        """Which night the next demo simulates."""
        draft = self.path / f"{_NOTE}.new"
        draft.write_text(json.dumps({"next_day": day}), encoding="utf-8")
        draft.replace(self.path / _NOTE)


def clean(path: Path) -> list[str]:
    """End what is left of killed demos and remove the folder; returns the ended processes. Raises StateError."""
    if not path.exists():
        return []
    with DemoFolder(path) as folder:
        remove_place(folder.path / "postgres")
        shutil.rmtree(folder.path)
        return folder.leftovers


def _is_ours(path: Path) -> bool:
    """New, empty but for our lock, or with our note in it. So that `clean` never removes somebody's folder."""
    return not path.exists() or (path / _NOTE).exists() or {entry.name for entry in path.iterdir()} <= {".lock"}
