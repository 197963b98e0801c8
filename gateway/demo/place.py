"""Where an embedded server's files lie: the cluster, and a short private folder for its socket."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gateway.demo.account import Account
from gateway.demo.errors import ServerError

SOCKET_LIMIT = 107
SOCKET_NAME = ".s.PGSQL.5432.lock"
PREFIX = "gateway-pg-"
SHORT_ROOTS = ("/tmp", "/var/tmp")


@dataclass(frozen=True)
class Place:
    """`folder` holds the cluster and, if needed, copied programs; `sockets` the socket alone."""

    folder: Path
    sockets: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "cluster"

    @property
    def programs(self) -> Path:
        """Where copies of the programs go when the server's user cannot read the installed ones."""
        return self.folder / "programs"


def prepare(home: Path, account: Account) -> Place:
    """The place for this home: the remembered data folder, a new socket folder. Remembered in `home/place.json`.

    The data stay in `home`, unless the server's user cannot get there (root's server runs as nobody, and a clone
    often lies in a private folder). Then they go to a folder of their own under the system's temporary folder:
    opening the parents of `home` to everybody would be the wrong cure.
    """
    home.mkdir(parents=True, exist_ok=True)
    before = remembered(home)
    if before is not None:
        _remove(before.sockets)
    if account.may_pass(home):
        folder = home
    elif before is not None and before.folder != home and before.folder.is_dir() and account.may_pass(before.folder):
        folder = before.folder
    else:
        folder = _temporary(account)
    place = Place(folder, _temporary(account))
    text = json.dumps({"folder": str(place.folder), "sockets": str(place.sockets)})
    (home / "place.json").write_text(text, encoding="utf-8")
    return place


def remembered(home: Path) -> Place | None:
    """The place of the last start, if there was one."""
    try:
        fields = json.loads((home / "place.json").read_text(encoding="utf-8"))
        return Place(Path(fields["folder"]), Path(fields["sockets"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget_sockets(place: Place) -> None:
    """Remove the socket folder of a stopped server."""
    _remove(place.sockets)


def remove(home: Path) -> None:
    """Remove everything that belongs to this home, wherever it lies."""
    place = remembered(home)
    if place is not None:
        _remove(place.sockets)
        _remove(place.folder)
    shutil.rmtree(home, ignore_errors=True)


def _remove(folder: Path) -> None:
    """Only folders that `_temporary` made: what the file says is not believed blindly."""
    if folder.name.startswith(PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def _temporary(account: Account) -> Path:
    """A new folder of mode 0700 of the server's user, with a path short enough for a socket."""
    for root in map(Path, (tempfile.gettempdir(), *SHORT_ROOTS)):
        room = SOCKET_LIMIT - len(str(root)) - len(PREFIX) - len(SOCKET_NAME) - 12
        if room < 0 or not root.is_dir() or not account.may_pass(root):
            continue
        try:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
        except OSError:
            continue
        account.give(folder)
        return folder
    raise ServerError(
        "no folder for the server's socket",
        tempfile.gettempdir(),
        "set TMPDIR to a folder with a short path that the server's user can get to",
    )
