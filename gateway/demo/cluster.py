"""PostgreSQL's data directory (a "cluster"): made once, complete or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from gateway.demo.account import Account
from gateway.demo.errors import ServerError, ServiceError
from gateway.demo.place import Place
from gateway.demo.processes import Processes, last_lines

USER = "postgres"
ENVIRONMENT: Mapping[str, str] = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}
"""Nothing of the caller's: neither PGDATA and its kin, nor a language that would translate the log."""

_OPTIONS = ("--username", USER, "--encoding=UTF8", "--auth=trust", "--no-sync", "--data-checksums")
# PostgreSQL's own C.UTF-8, which is the same on every system; the C library's locales are not
_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")


def provide_cluster(place: Place, programs: Path, account: Account, processes: Processes) -> None:
    """Make the cluster at first use. Raises ServerError, also when another user's demo has made it."""
    if not place.cluster.exists():
        _make(place, programs, account, processes)
    if place.cluster.stat().st_uid != account.uid:
        do = "clean up as the user who ran the demo here before, or choose another state folder"
        raise ServerError("PostgreSQL's data here belong to another user", place.cluster, do)


def _make(place: Place, programs: Path, account: Account, processes: Processes) -> None:
    """Into a draft that is renamed when it is complete, so that an interrupted one is not taken for a cluster."""
    draft = place.cluster.with_name("cluster.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.give(draft)
    command = [str(programs / "initdb"), "--pgdata", str(draft), *_OPTIONS, *_LOCALE]
    child = processes.start("initdb", command, environment=ENVIRONMENT, folder=draft, identity=account.identity)
    try:
        processes.finish(child, seconds=60)
    except ServiceError as error:
        do = "is the disk full, or may this user not write there?"
        raise ServerError("PostgreSQL's data folder could not be made", draft, do, last_lines(child.log)) from error
    draft.replace(place.cluster)
