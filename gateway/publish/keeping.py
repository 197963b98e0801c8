"""Which versions of a set are kept: the last one always, those before as long as the contract says (retention, thời hạn lưu)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from gateway.publish.contract import Contract
from gateway.publish.files import VERSION, version_time


def versions(home: Path) -> list[str]:
    """The names of the versions that are there."""
    return [folder.name for folder in home.iterdir() if VERSION.fullmatch(folder.name)]


def remove_old(home: Path, contract: Contract) -> None:
    """Remove versions that are older than the contract keeps them. Without a retention nothing is ever removed."""
    if contract.retention is None:
        return
    before = datetime.now(UTC) - contract.retention
    latest = (home / "latest").resolve()
    for folder in list(home.iterdir()):
        if VERSION.fullmatch(folder.name) and folder.name != latest.name and version_time(folder.name) < before:
            _remove(folder)


def remove_filed(home: Path, is_to_go: Callable[[Path], bool] = lambda _: True) -> None:
    """Remove versions with files of rows, of a set that was found to tell of persons. is_to_go: whether that is so of a version.

    What an earlier removal has left goes first: it is no version any more, and nobody else would look for it.
    """
    for left in home.glob(".gone-*"):
        shutil.rmtree(left)
    for name in versions(home) if home.exists() else ():
        if (home / name / "datapackage.json").exists() and is_to_go(home / name):
            _remove(home / name)
    latest = home / "latest"
    if not latest.exists():
        latest.unlink(missing_ok=True)  # it named one of these


def _remove(folder: Path) -> None:
    """Out of sight in one step: nobody opens a version that is half gone."""
    gone = folder.with_name(f".gone-{folder.name}")
    folder.rename(gone)
    shutil.rmtree(gone)


def sweep(home: Path) -> None:
    """What a publish that was killed left behind."""
    for pattern in (".draft-*", ".gone-*"):
        for left in home.glob(pattern):
            shutil.rmtree(left, ignore_errors=True)
    for pattern in (".latest-*", ".as-of-*"):
        for left in home.glob(pattern):
            left.unlink(missing_ok=True)
