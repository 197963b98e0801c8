"""Small disks in memory, so that a full one is a matter of kilobytes. Only root may mount them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from proof.card import Impossible

AMPLE = 1 << 26


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Callable[[], None]]:
    """A disk of so many bytes at this folder, gone in the end; gives what makes it big. Raises Impossible."""
    place.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(place))
    try:
        yield lambda: _mount("-o", f"remount,size={AMPLE}", str(place))
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


@contextmanager
def full_but(disk: Path, room: int) -> Iterator[None]:
    """Nothing but so many bytes are free on a disk."""
    ballast = disk / "ballast"
    told = os.statvfs(disk)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, told.f_bavail * told.f_frsize - room))
    try:
        yield
    finally:
        ballast.unlink()


def _mount(*arguments: str) -> None:
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    except OSError as error:
        raise Impossible(f"no small disk here: mount: {error.strerror}") from None
    if done.returncode:
        raise Impossible(f"no small disk here: {done.stderr.strip()} → run as root, where mounting is allowed")
