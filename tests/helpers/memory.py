"""A folder in memory for databases that nobody keeps.

On ext4 a new database is six hundred files, each of which passes over the inodes of all that were removed in the last
minutes: where tests make and remove databases all the time, that is up to half a second of CPU each. In memory: 12 ms.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

MEMORY = Path("/dev/shm")
PREFIX = "gateway-tests-"
ROOM = 4 << 30
"""Bytes that must be free, else the folder lies on the disk."""


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder that other users can pass, since a server of root's runs as nobody; gone at the end."""
    root = MEMORY if _has_room() else None
    if root is not None:
        _remove_what_a_killed_process_left(root)
    with TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=root) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


def _has_room() -> bool:
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False  # the server's programs are copied beside its data where it cannot read them elsewhere
    return min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) > ROOM


def _remove_what_a_killed_process_left(root: Path) -> None:
    for folder in root.glob(f"{PREFIX}*"):
        if not psutil.pid_exists(int(folder.name.removeprefix(PREFIX).partition("-")[0])):
            shutil.rmtree(folder, ignore_errors=True)
