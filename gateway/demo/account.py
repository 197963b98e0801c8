"""Under which user PostgreSQL runs: it refuses to be root."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534


@dataclass(frozen=True)
class Account:
    """`identity` is what leash.py understands; `uid` is the user that files must belong to (and its group's number)."""

    identity: str
    uid: int

    @property
    def is_other(self) -> bool:
        """True when it is another user than we are, so that files must be given to it."""
        return self.identity == str(self.uid)

    def may_pass(self, folder: Path) -> bool:
        """True when this user can get to and into the folder, by the mode bits of it and of all its parents."""
        folder = folder.resolve()
        return not self.is_other or all(self._has(part, stat.S_IXOTH) for part in (folder, *folder.parents))

    def may_read(self, path: Path) -> bool:
        """True when this user can read and run the program at `path`, or list that folder."""
        path = path.resolve()
        return self.may_pass(path.parent) and (not self.is_other or self._has(path, stat.S_IROTH | stat.S_IXOTH))

    def give(self, path: Path) -> None:
        """Make the user its owner, if it is another one than we are."""
        if self.is_other:
            os.chown(path, self.uid, self.uid)

    def _has(self, path: Path, others: int) -> bool:
        try:
            status = path.stat()
        except OSError:
            return False
        shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.uid else 0
        return status.st_mode & (others << shift) == others << shift


def server_account() -> Account:
    """Ourselves, if we are not root; else `nobody`; in a user namespace without it, an ordinary user's disguise."""
    if os.geteuid() != 0:
        return Account("same", os.geteuid())
    return Account(str(NOBODY), NOBODY) if _is_mapped(NOBODY) else Account("namespace", 0)


def _is_mapped(uid: int) -> bool:
    """Whether this user exists in our user namespace (`unshare -r` maps root alone)."""
    try:
        lines = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    except OSError:
        return True
    ranges = [tuple(map(int, line.split())) for line in lines]
    return any(first <= uid < first + count for first, _outside, count in ranges)
