"""One owner per state folder at a time: a lock that the kernel drops when its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from gateway.demo.errors import StateError


class FolderLock:
    """Held from `take` to `release`; children do not inherit it."""

    def __init__(self, folder: Path, use: str) -> None:
        self._file = folder / ".lock"
        self._use = use
        self._descriptor: int | None = None

    def take(self) -> None:
        """Raise StateError when another process holds it."""
        if self._descriptor is not None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise StateError(
                f"{self._use} is running here already (process {holder})",
                self._file.parent,
                "end it with Ctrl-C where it runs, or choose another folder",
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        self._descriptor = descriptor

    def release(self) -> None:
        """Give it back; doing so twice is harmless."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
